// Whole runs of torch 2.13 with other backend configs and half precision (`fixtures/record_flows.py`): graphs and
// outputs of the prepared, reference and integer models.

import { afterEach, describe, expect, test } from 'vitest';
import {
  BackendConfig,
  BackendPatternConfig,
  compatibility,
  convertFx,
  convertToReferenceFx,
  DTypeConfig,
  F,
  float16DynamicQConfig,
  float16StaticQConfig,
  getDefaultQConfigMapping,
  getOnednnBackendConfig,
  nn,
  prepareFx,
  QConfigMapping,
  quantizedBackends,
  Tensor,
  torch,
  type fx
} from '../../src';
import { moduleTypeName } from '../../src/nn/library';
import { bell, floats } from './data';
import recorded from './fixtures/flows.json';

class Fused extends nn.Module {
  conv1 = new nn.Conv2d(3, 4, 3, { padding: 1 });
  conv2 = new nn.Conv2d(4, 4, 3, { padding: 1 });
  bn = new nn.BatchNorm2d(4);
  relu = new nn.ReLU();
  conv3 = new nn.Conv2d(4, 4, 1);
  fc1 = new nn.Linear(4, 8);
  leaky = new nn.LeakyReLU(0.2);
  fc2 = new nn.Linear(8, 8);
  bn2 = new nn.BatchNorm1d(8);
  leaky2 = new nn.LeakyReLU();
  fc3 = new nn.Linear(8, 5);
  tanh = new nn.Tanh();
  forward(images: Tensor): Tensor {
    const x = this.conv1(images);
    const y = this.relu(torch.add(this.bn(this.conv2(x)), x));
    const z = torch.flatten(F.adaptiveAvgPool2d(y.add(this.conv3(y)), [1, 1]), 1);
    return this.tanh(this.fc3(this.leaky2(this.bn2(this.fc2(this.leaky(this.fc1(z)))))));
  }
}

class Half extends nn.Module {
  fc1 = new nn.Linear(6, 7);
  relu = new nn.ReLU();
  fc2 = new nn.Linear(7, 7);
  weight = new nn.Parameter(torch.zeros([4, 7]));
  bias = new nn.Parameter(torch.zeros([4]));
  forward(x: Tensor): Tensor {
    const y = this.relu(this.fc1(x));
    return F.linear(torch.sigmoid(this.fc2(y)).add(y), this.weight, this.bias);
  }
}

/** PyTorch lists a module's own parameters before those of its children. */
function fill<M extends Fused | Half>(model: M, own: readonly string[] = []): M {
  const state = [...model.stateDict()];
  const order = [
    ...state.filter(([key]) => own.includes(key)),
    ...state.filter(([key]) => !own.includes(key))
  ];
  order.forEach(([name, tensor], i) => {
    if (tensor instanceof Tensor && tensor.dtype === 'float32') {
      const isSpread = /(running_var|bn.weight|bn2.weight)$/.test(name);
      tensor.copyFrom(floats(300 + i, tensor.shape, isSpread ? 0.5 : -0.7, isSpread ? 1.5 : 0.7));
    }
  });
  model.eval();
  return model;
}

function halfBackend(): BackendConfig {
  const half = { inputDtype: 'float16', outputDtype: 'float16' } as const;
  const plain = new DTypeConfig(half);
  const weighted = new DTypeConfig({ ...half, weightDtype: 'float16', biasDtype: 'float16' });
  return new BackendConfig('half').setBackendPatternConfigs([
    new BackendPatternConfig(nn.Linear)
      .addDTypeConfig(weighted)
      .setRootModule(nn.Linear)
      .setReferenceQuantizedModule(nn.reference.Linear),
    new BackendPatternConfig(F.linear).addDTypeConfig(weighted).setInputTypeToIndex({ weight: 1, bias: 2 }),
    new BackendPatternConfig(nn.ReLU)
      .addDTypeConfig(plain)
      .setObservationType('output_share_observer_with_input'),
    new BackendPatternConfig(torch.sigmoid).addDTypeConfig(plain)
  ]);
}

/** The members of a fusion need one qconfig by type, or PyTorch refuses. */
function onednnMapping(): QConfigMapping {
  const mapping = getDefaultQConfigMapping('onednn');
  for (const cls of [nn.Linear, nn.LeakyReLU, nn.Tanh]) {
    mapping.setObjectType(cls, mapping.globalQConfig);
  }
  return mapping;
}

const images = [0, 1, 2].map(i => bell(700 + i, [4, 3, 6, 6]));
const rows = [0, 1].map(i => bell(800 + i, [5, 6]));
const half = () => fill(new Half(), ['weight', 'bias']);
const runs = {
  'onednn fusions': () => run(fill(new Fused()), onednnMapping(), images, getOnednnBackendConfig(), 'onednn'),
  'half precision, static': () =>
    run(half(), new QConfigMapping().setGlobal(float16StaticQConfig), rows, halfBackend(), 'fbgemm'),
  'half precision, static, native backend': () =>
    run(half(), new QConfigMapping().setGlobal(float16StaticQConfig), rows, null, 'fbgemm'),
  'half precision, dynamic': () =>
    run(half(), new QConfigMapping().setGlobal(float16DynamicQConfig), rows, null, 'fbgemm')
};

function steps(model: fx.GraphModule): string[][] {
  return [...model.graph.nodes].map(n => {
    const target = typeof n.target === 'string' ? n.target : n.target.target;
    const type = n.op === 'call_module' ? moduleTypeName(model.getSubmodule(target).constructor) : target;
    return [n.name, n.op, type];
  });
}

function run(
  model: Fused | Half,
  mapping: QConfigMapping,
  batches: readonly Tensor[],
  backend: BackendConfig | null,
  engine: 'fbgemm' | 'onednn'
) {
  quantizedBackends.engine = engine;
  compatibility.reproducePyTorchDefects = true;
  const first = batches[0] as Tensor;
  const prepared = prepareFx(model, mapping, [first], null, backend);
  const prepare = steps(prepared).map(([name, op]) => [name, op]);
  batches.forEach(x => prepared(x));
  const reference = convertToReferenceFx(prepared, null, null, backend);
  const quantized = convertFx(prepared, null, null, backend);
  const values = (m: fx.GraphModule) => [...(m(first) as Tensor).dequantize().data()];
  return {
    prepared: prepare,
    reference: steps(reference),
    quantized: steps(quantized),
    reference_out: values(reference),
    quantized_out: values(quantized)
  };
}

afterEach(() => {
  quantizedBackends.engine = 'fbgemm';
  compatibility.reproducePyTorchDefects = false;
});

describe.each(recorded.flows)('$name', flow => {
  const ours = runs[flow.name as keyof typeof runs];

  test('the graphs are PyTorch’s', () => {
    const { prepared, reference, quantized } = ours();
    expect(prepared).toEqual(flow.prepared);
    expect(reference).toEqual(flow.reference);
    expect(quantized).toEqual(flow.quantized);
  });

  test('so are the outputs', () => {
    const { reference_out, quantized_out } = ours();
    const worst = (got: readonly number[], want: readonly number[]) =>
      Math.max(...want.map((v, i) => Math.abs(v - (got[i] as number))));
    expect(reference_out.length).toBe(flow.reference_out.length);
    // One step of the integer outputs is 2/256 for tanh; half precision outputs differ by rounding of float32 sums.
    expect(worst(quantized_out, flow.quantized_out)).toBeLessThanOrEqual(1e-5);
    expect(worst(reference_out, flow.reference_out)).toBeLessThanOrEqual(1e-5);
  });
});
