// D24, D27, D30, D33, D38: operators PyTorch has no pattern for, and how weights are rounded.

import { describe, expect, test } from 'vitest';
import {
  convertFx,
  convertToReferenceFx,
  defaultQConfig,
  F,
  getDefaultQatQConfig,
  getFxquantBackendConfig,
  MinMaxObserver,
  nn,
  prepareFx,
  prepareQatFx,
  QConfig,
  QConfigMapping,
  torch,
  type BackendConfig,
  type FakeQuantizeBase,
  type fx,
  type Tensor
} from '../../../src';
import { asPyTorch, G, maxError, nodeNames, quantized, targets, x26 } from '../edges';

const linear = () => new nn.Linear(6, 6);

function converted(model: nn.Module, x: Tensor, backend: BackendConfig | null): fx.GraphModule {
  const prepared = prepareFx(model.eval() as never, G(), [x], null, backend);
  prepared(x);
  return convertFx(prepared, null, null, backend);
}

describe('D24: torch.relu', () => {
  class Net extends nn.Module {
    l = linear();
    forward(x: Tensor): Tensor {
      return torch.relu(this.l(x));
    }
  }

  test('is computed with floats, as in PyTorch, and the report says what to write', () => {
    const model = converted(new Net(), x26(), null);
    expect(targets(model).slice(-4)).toEqual(['Linear', 'dequantize', 'torch.relu', 'output']);
    const { report } = prepareFx(new Net().eval(), G(), [x26()]);
    expect(report.about('relu')).toMatchObject([
      { kind: 'unsupported', remedy: expect.stringContaining('F.relu') as string }
    ]);
  });

  test("is part of the linear layer with fxquant's own backend config", () => {
    const model = converted(new Net(), x26(), getFxquantBackendConfig());
    expect(targets(model).slice(-3)).toEqual(['LinearReLU', 'dequantize', 'output']);
  });
});

describe('D38: flattening as a module', () => {
  const net = () => new nn.Sequential(new nn.Conv2d(3, 2, 1), new nn.Flatten(), new nn.Linear(8, 4));
  const image = () => {
    torch.manualSeed(1);
    return torch.randn([1, 3, 2, 2]);
  };

  test('leaves the integers and is quantized anew, as in PyTorch, and is reported', () => {
    const model = converted(net(), image(), null);
    expect(targets(model)).toContain('torch.quantize_per_tensor');
    expect(targets(model).filter(t => t === 'dequantize')).toHaveLength(2);
    const { report } = prepareFx(net().eval() as never, G(), [image()]);
    expect(report.about('_1')).toMatchObject([
      { kind: 'unsupported', remedy: expect.stringContaining('torch.flatten') as string }
    ]);
  });

  test("keeps them with fxquant's own backend config", () => {
    const model = converted(net(), image(), getFxquantBackendConfig());
    expect(targets(model).filter(t => t === 'dequantize')).toHaveLength(1);
  });
});

describe('D27: weights observed with a range narrower than their dtype', () => {
  const mapping = () => {
    const weight = MinMaxObserver.withArgs({
      dtype: 'qint8',
      qscheme: 'per_tensor_symmetric',
      quantMin: -64,
      quantMax: 63
    });
    return new QConfigMapping().setGlobal(new QConfig(defaultQConfig.activation, weight));
  };
  const largest = () => {
    torch.manualSeed(4);
    const model = new nn.Sequential(linear());
    // The extreme is positive: PyTorch rounds it to 63.5, that is 64.
    const { weight } = model.at(0) as unknown as nn.Linear;
    weight.detach().copyFrom(weight.detach().clamp(-0.2, 1).add(0));
    weight.detach().at(0, 0).copyFrom(torch.tensor(0.9));
    const module = quantized(model, [x26()], mapping()).getSubmodule('0') as unknown as nn.quantized.Linear;
    return module.weight().intRepr().max().item();
  };

  test('stay in it', () => {
    expect(largest()).toBe(63);
  });

  test('PyTorch leaves it by a step', () => {
    expect(asPyTorch(largest)).toBe(64);
  });

  test('a range as wide as the dtype changes nothing', () => {
    const x = x26();
    torch.manualSeed(4);
    const model = new nn.Sequential(linear());
    expect(
      maxError(
        quantized(model, [x])(x),
        asPyTorch(() => quantized(model, [x])(x))
      )
    ).toBe(0);
  });
});

describe('D30: the grid a weight is trained on, and the one it gets', () => {
  const scales = (version: 0 | 1) => {
    torch.manualSeed(8);
    const mapping = new QConfigMapping().setGlobal(getDefaultQatQConfig('fbgemm', version));
    const prepared = prepareQatFx(new nn.Sequential(linear()).train() as never, mapping, [x26()]);
    prepared(x26());
    const fake = (prepared.getSubmodule('0') as unknown as nn.qat.Linear)
      .weight_fake_quant as FakeQuantizeBase;
    fake.disableObserver();
    const trained = [...(fake.scale.data() as Float32Array)];
    const reference = convertToReferenceFx(prepared.eval()).getSubmodule('0') as unknown as {
      weight_scale: Tensor;
    };
    return { trained, deployed: [...(reference.weight_scale.data() as Float32Array)] };
  };

  test('are the same', () => {
    for (const version of [0, 1] as const) {
      const { trained, deployed } = scales(version);
      expect(trained).toEqual(deployed);
    }
  });

  test('differ by up to 0.4 % in PyTorch, with the fused fake-quantize', () => {
    const { trained, deployed } = asPyTorch(() => scales(1));
    const ratios = trained.map((s, i) => s / (deployed[i] as number));
    expect(trained).not.toEqual(deployed);
    ratios.forEach(ratio => expect(Math.abs(ratio - 1)).toBeLessThan(0.004));
  });
});

test('D33: packed weights of functions keep weight and bias apart', () => {
  class Net extends nn.Module {
    w = new nn.Parameter(torch.ones([4, 6]));
    forward(x: Tensor): Tensor {
      return F.linear(x, this.w);
    }
  }
  const model = quantized(new Net(), [x26()]);
  expect(nodeNames(model)).toContain('_packed_weight_0');
  const packed = Reflect.get(model, '_packed_weight_0') as { weight: Tensor; bias: Tensor | null };
  expect(packed.bias).toBeNull();
  expect(packed.weight.shape).toEqual([4, 6]);
});
