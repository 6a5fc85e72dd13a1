// New operators from outside, with nothing but the public names: a weighted module with a fusion and a reference and an
// integer class, and a function with an integer version.

import { describe, expect, test } from 'vitest';
import {
  BackendPatternConfig,
  convertFx,
  convertToReferenceFx,
  defineFunction,
  DTypeConfig,
  fuseFx,
  getDefaultQConfigMapping,
  getNativeBackendConfig,
  getSymmetricQnnpackQConfigMapping,
  getQnnpackBackendConfig,
  nn,
  ObservationType,
  prepareFx,
  torch,
  type fx,
  type Tensor
} from '../../src';

const { quantizeWeight } = nn.reference;
type WeightQParams = nn.reference.WeightQParams;

/** A weight per feature: `x · w`. */
class Scale extends nn.Module {
  weight: nn.Parameter;
  constructor(weight: Tensor) {
    super();
    this.weight = new nn.Parameter(weight);
  }
  forward(x: Tensor): Tensor {
    return x.mul(this.weight);
  }
}

class ScaleReLU extends nn.intrinsic.FusedModule {}

class ReferenceScale extends nn.Module {
  constructor(
    readonly integers: Tensor,
    readonly isFromOutside = true
  ) {
    super();
  }
  forward(x: Tensor): Tensor {
    return x.mul(this.integers.dequantize());
  }
  static fromFloat(float: Scale, qparams: WeightQParams): ReferenceScale {
    return new ReferenceScale(quantizeWeight(float.weight, qparams));
  }
}

class QuantizedScale extends nn.Module {
  constructor(
    readonly integers: Tensor,
    readonly scale: number,
    readonly zeroPoint: number,
    readonly relu: boolean
  ) {
    super();
  }
  forward(x: Tensor): Tensor {
    const y = x.dequantize().mul(this.integers.dequantize());
    return torch.quantizePerTensor(this.relu ? y.relu() : y, this.scale, this.zeroPoint, 'quint8');
  }
  static fromReference(module: ReferenceScale | ScaleReLU, scale: number, zeroPoint: number): QuantizedScale {
    const isFused = module instanceof ScaleReLU;
    const { integers } = (isFused ? Reflect.get(module, '0') : module) as ReferenceScale;
    return new QuantizedScale(integers, scale, zeroPoint, isFused);
  }
}

const cube = defineFunction<(x: Tensor) => Tensor>({
  target: 'mine.cube',
  parameters: [{ name: 'x' }],
  record: 'asWritten',
  forward: (x: Tensor) => x.mul(x).mul(x)
});
const quantizedCube = defineFunction<(x: Tensor, scale: number, zeroPoint: number) => Tensor>({
  target: 'mine.quantized.cube',
  parameters: [{ name: 'x' }, { name: 'scale' }, { name: 'zero_point' }],
  record: 'asWritten',
  forward: (x: Tensor, scale: Tensor, zeroPoint: Tensor) => {
    const v = x.dequantize();
    return torch.quantizePerTensor(v.mul(v).mul(v), scale.item(), zeroPoint.item(), 'quint8');
  }
});

const int8 = new DTypeConfig({
  inputDtype: 'quint8',
  outputDtype: 'quint8',
  weightDtype: 'qint8',
  biasDtype: 'float32'
});

function backend() {
  const weighted = (cls: typeof Scale | typeof ScaleReLU) =>
    new BackendPatternConfig(cls)
      .setObservationType(ObservationType.OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT)
      .addDTypeConfig(int8)
      .setRootModule(Scale)
      .setReferenceQuantizedModule(ReferenceScale)
      .setQuantizedModule(QuantizedScale);
  const activation = new DTypeConfig({ inputDtype: 'quint8', outputDtype: 'quint8' });
  return getNativeBackendConfig().setBackendPatternConfigs([
    weighted(Scale),
    weighted(ScaleReLU),
    new BackendPatternConfig([Scale, nn.ReLU])
      .addDTypeConfig(int8)
      .setFuserMethod((_isQat: boolean, scale: Scale, relu: nn.ReLU) => new ScaleReLU(scale, relu))
      .setFusedModule(ScaleReLU),
    new BackendPatternConfig(cube).addDTypeConfig(activation).setQuantizedFunction(quantizedCube)
  ]);
}

class Net extends nn.Module {
  first = new nn.Linear(4, 4);
  scale = new Scale(torch.tensor([0.5, -1, 2, 0.25]));
  relu = new nn.ReLU();
  again = new Scale(torch.tensor([1, 2, -0.5, 1]));
  last = new nn.Linear(4, 2);
  forward(x: Tensor): Tensor {
    const y = this.again(this.relu(this.scale(this.first(x))));
    return this.last(cube(y));
  }
}

const steps = (model: fx.GraphModule) =>
  [...model.graph.nodes]
    .filter(n => n.op.startsWith('call_'))
    .map(n => (typeof n.target === 'string' ? n.target : n.target.target));

describe('operators from outside', () => {
  torch.manualSeed(3);
  const net = new Net().eval();
  const x = torch.randn([16, 4]);
  const prepare = () => {
    const prepared = prepareFx(net, getDefaultQConfigMapping('qnnpack'), [x], null, backend());
    prepared(x);
    return prepared;
  };

  test('are fused by their own fuser', () => {
    const fused = fuseFx(net, null, backend());
    expect(fused.getSubmodule('scale')).toBeInstanceOf(ScaleReLU);
    expect(steps(fused)).toEqual(['first', 'scale', 'again', 'mine.cube', 'last']);
  });

  test('become their reference class, with the weight rounded', () => {
    const reference = convertToReferenceFx(prepare(), null, null, backend());
    expect(reference.getSubmodule('again')).toBeInstanceOf(ReferenceScale);
    expect(Reflect.get(reference.getSubmodule('scale'), '0')).toBeInstanceOf(ReferenceScale);
    expect(steps(reference)).toContain('mine.cube');
  });

  test('and then run on integers', () => {
    const quantized = convertFx(prepare(), null, null, backend());
    expect(steps(quantized)).toEqual([
      'torch.quantize_per_tensor',
      'first',
      'scale',
      'again',
      'mine.quantized.cube',
      'last',
      'dequantize'
    ]);
    const fused = quantized.getSubmodule('scale') as unknown as QuantizedScale;
    expect([fused.constructor, fused.relu]).toEqual([QuantizedScale, true]);
    const [expected, got] = [net(x), quantized(x)].map(t => [...(t as Tensor).data()]);
    const range = Math.max(...(expected as number[])) - Math.min(...(expected as number[]));
    const worst = Math.max(...(expected as number[]).map((v, i) => Math.abs(v - (got as number[])[i]!)));
    expect(worst / range).toBeLessThan(0.05);
  });

  test('a backend without them leaves them float, between quantized neighbours', () => {
    const prepared = prepareFx(net, getDefaultQConfigMapping('qnnpack'), [x]);
    prepared(x);
    expect(
      steps(convertFx(prepared)).filter(step => step === 'operator.mul' || step === 'torch.ops.quantized.mul')
    ).not.toEqual([]);
  });
});

describe('signed activations of the qnnpack backend', () => {
  test('are used with its symmetric mapping, and refused by the native backend', () => {
    const net = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU()).eval();
    const x = torch.randn([8, 4]);
    const mapping = getSymmetricQnnpackQConfigMapping();
    const signed = prepareFx(net, mapping, [x], null, getQnnpackBackendConfig());
    expect(steps(signed)).toContain('activation_post_process_0');
    const native = prepareFx(net, mapping, [x]);
    expect(steps(native)).toEqual(['0']);
    expect(native.report.floatOperators.map(n => n.about)).toEqual(['_0']);
  });
});
