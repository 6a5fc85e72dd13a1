// Custom modules by dynamic, weight-only and quantization aware training; standalone modules; preserved attributes.

import { describe, expect, test } from 'vitest';
import {
  ConvertCustomConfig,
  convertFx,
  convertToReferenceFx,
  defaultDynamicQConfig,
  defaultQConfig,
  F,
  floatQParamsWeightOnlyQConfig,
  fx,
  getDefaultQatQConfigMapping,
  nn,
  optim,
  PlaceholderObserver,
  PrepareCustomConfig,
  prepareFx,
  prepareQatFx,
  QConfig,
  QConfigMapping,
  defaultWeightObserver,
  torch,
  type Tensor
} from '../../../src';
import { deepCopy } from '../../../src/nn/deepcopy';
import { calibrated, G, maxError, targets, x26 } from '../edges';
import { Alone, Around, Custom, DynamicQuant, Observed, StaticQuant } from './classes';

const marked = () => new PrepareCustomConfig().setNonTraceableModuleClasses([Custom as never]);
const converting = (type: 'dynamic' | 'weight_only', cls: unknown = DynamicQuant) =>
  new ConvertCustomConfig().setObservedToQuantizedMapping(Custom as never, cls as never, type);

describe('dynamic and weight-only custom modules', () => {
  test('dynamic: float in and out, nothing around it', () => {
    const model = new Around().eval();
    const prepared = prepareFx(
      model,
      new QConfigMapping().setGlobal(defaultDynamicQConfig),
      [x26()],
      marked()
    );
    expect(targets(prepared)).toContain('Custom');
    const converted = convertFx(prepared, converting('dynamic'));
    expect(targets(converted)).toEqual(['x', 'Linear', 'DynamicQuant', 'Linear', 'output']);
    expect(maxError(converted(x26()), model(x26()))).toBeLessThan(0.05);
    // The prepared model still has the float module.
    expect(prepared.getSubmodule('custom')).toBeInstanceOf(Custom);
  });

  test('weight-only: the same, by its own registration', () => {
    class WeightOnly extends nn.Module {
      constructor(readonly weight: Tensor) {
        super();
      }
      forward(x: Tensor): Tensor {
        return F.linear(x, this.weight.dequantize());
      }
      static fromObserved(float: Custom): WeightOnly {
        const observer = (float.qconfig as unknown as QConfig).weight.create();
        observer(float.linear.weight);
        const { scale, zeroPoint } = observer.calculateQParams();
        return new WeightOnly(
          torch.quantizePerTensor(float.linear.weight, scale.item(), zeroPoint.item(), 'qint8')
        );
      }
    }
    const weightOnly = new QConfig(PlaceholderObserver, defaultWeightObserver);
    const prepared = prepareFx(
      new Alone().eval(),
      new QConfigMapping().setGlobal(weightOnly),
      [x26()],
      marked()
    );
    expect(targets(prepared)).toEqual(['x', 'Custom', 'output']);
    expect(targets(convertFx(prepared, converting('weight_only', WeightOnly)))).toEqual([
      'x',
      'WeightOnly',
      'output'
    ]);
    expect(() => convertFx(prepared, converting('dynamic', WeightOnly))).toThrow(
      /configured for weight_only quantization, but Custom has no weight_only quantized class/
    );
  });

  test('registered as static by mistake: an error that names the kind it needs', () => {
    const prepared = prepareFx(
      new Alone().eval(),
      new QConfigMapping().setGlobal(defaultDynamicQConfig),
      [x26()],
      marked()
    );
    const asStatic = new ConvertCustomConfig().setObservedToQuantizedMapping(
      Custom as never,
      DynamicQuant as never
    );
    expect(() => convertFx(prepared, asStatic)).toThrow(
      /'custom' is configured for dynamic quantization, but Custom has no dynamic quantized class.*'dynamic'/
    );
  });

  test('a static mapping under a weight-only qconfig is an error too (D18)', () => {
    const mapping = new QConfigMapping().setGlobal(floatQParamsWeightOnlyQConfig);
    const custom = new PrepareCustomConfig().setFloatToObservedMapping(Custom as never, Observed as never);
    expect(() => prepareFx(new Alone().eval(), mapping, [x26()], custom)).toThrow(
      /has a weight_only qconfig/
    );
  });
});

describe('quantization aware training', () => {
  const mapping = () => getDefaultQatQConfigMapping('fbgemm');
  const custom = () =>
    new PrepareCustomConfig().setFloatToObservedMapping(Custom as never, Observed as never);
  const convertConfig = new ConvertCustomConfig().setObservedToQuantizedMapping(
    Observed as never,
    StaticQuant as never
  );

  test('fromFloat gets the module with its inside ready to be trained, and training reaches its weights', () => {
    const prepared = prepareQatFx(new Around(), mapping(), [x26()], custom());
    const inner = (prepared.getSubmodule('custom') as Observed).linear;
    expect(inner).toBeInstanceOf(nn.qat.Linear);
    const before = inner.weight.detach().clone();
    const sgd = new optim.SGD([...prepared.parameters()], { lr: 0.1 });
    prepared(x26()).pow(2).mean().backward();
    sgd.step();
    expect(maxError(inner.weight.detach(), before)).toBeGreaterThan(0);
    const converted = convertFx(prepared.eval(), convertConfig);
    expect(converted.getSubmodule('custom')).toBeInstanceOf(StaticQuant);
    expect(maxError(converted(x26()), prepared(x26()))).toBeLessThan(0.1);
  });

  test('marked non-traceable it stays as it is', () => {
    const prepared = prepareQatFx(new Around(), mapping(), [x26()], marked());
    expect((prepared.getSubmodule('custom') as Custom).linear).not.toBeInstanceOf(nn.qat.Linear);
  });
});

class Inner extends nn.Module {
  linear = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return this.linear(x);
  }
}
class Outer extends nn.Module {
  first = new nn.Linear(6, 6);
  inner = new Inner();
  last = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return this.last(this.inner(this.first(x)));
  }
}

describe('standalone modules', () => {
  const alone = (inner: PrepareCustomConfig | null = null) =>
    new PrepareCustomConfig().setStandaloneModuleName('inner', null, [], inner);
  const innerObservers = (model: fx.GraphModule) =>
    [...model.getSubmodule('inner').namedChildren()]
      .map(([name]) => name)
      .filter(name => name.startsWith('activation'));

  test('float in, float out: prepared on its own, and its reader is quantized (D12)', () => {
    const prepared = calibrated(new Outer(), [x26()], G(), alone());
    expect(innerObservers(prepared)).toEqual(['activation_post_process_0', 'activation_post_process_1']);
    const converted = convertFx(prepared);
    expect(converted.getSubmodule('inner')).toBeInstanceOf(fx.GraphModule);
    expect(converted.getSubmodule('last')).toBeInstanceOf(nn.quantized.Linear);
    expect(maxError(converted(x26()), prepared(x26()))).toBeLessThan(0.1);
  });

  test('quantized in, quantized out: integers cross its border', () => {
    const inner = new PrepareCustomConfig().setInputQuantizedIndexes([0]).setOutputQuantizedIndexes([0]);
    const converted = convertFx(calibrated(new Outer(), [x26()], G(), alone(inner)));
    expect(targets(converted).filter(t => t === 'dequantize')).toHaveLength(1);
    expect(targets(converted.getSubmodule('inner') as unknown as fx.GraphModule)).toEqual([
      'x',
      'Linear',
      'output'
    ]);
  });

  test('an entry by name wins over one by class, with its own mapping', () => {
    const custom = alone()
      .setStandaloneModuleClass(Inner as never, new QConfigMapping())
      .setStandaloneModuleName('inner', new QConfigMapping().setGlobal(defaultQConfig));
    expect(innerObservers(calibrated(new Outer(), [x26()], G(), custom))).toHaveLength(2);
    const byClass = new PrepareCustomConfig().setStandaloneModuleClass(Inner as never, new QConfigMapping());
    expect(innerObservers(calibrated(new Outer(), [x26()], G(), byClass))).toEqual([]);
  });

  test('called twice: one module, whose observers see both calls', () => {
    class Twice extends nn.Module {
      inner = new Inner();
      forward(x: Tensor): Tensor {
        return this.inner(this.inner(x));
      }
    }
    const prepared = calibrated(new Twice(), [x26()], G(), alone());
    const converted = convertFx(prepared);
    expect(maxError(converted(x26()), prepared(x26()))).toBeLessThan(0.1);
  });

  test('it must return one value', () => {
    class Pair extends nn.Module<[Tensor], [Tensor, Tensor]> {
      linear = new nn.Linear(6, 6);
      forward(x: Tensor): [Tensor, Tensor] {
        return [this.linear(x), x];
      }
    }
    class Net extends nn.Module {
      inner = new Pair();
      forward(x: Tensor): Tensor {
        return this.inner(x)[0];
      }
    }
    expect(() => prepareFx(new Net().eval(), G(), [x26()], alone())).toThrow(
      /standalone module 'inner' \(Pair\) must return one tensor/
    );
  });

  test('an output index other than 0 is an error that names it', () => {
    const inner = new PrepareCustomConfig().setOutputQuantizedIndexes([1]);
    expect(() => convertFx(calibrated(new Outer(), [x26()], G(), alone(inner)))).toThrow(
      /standalone module 'inner' returns one value: outputQuantizedIndexes can only be \[0\]/
    );
  });

  test('as a reference model', () => {
    const prepared = calibrated(new Outer(), [x26()], G(), alone());
    const reference = convertToReferenceFx(prepared);
    expect(maxError(reference(x26()), convertFx(prepared)(x26()))).toBeLessThan(0.05);
  });
});

describe('D20: preserved attributes', () => {
  class Tagged extends nn.Module {
    linear = new nn.Linear(6, 6);
    spare = new nn.Linear(2, 2);
    labels = ['cat', 'dog'];
    forward(x: Tensor): Tensor {
      return this.linear(x);
    }
    describe(): string {
      return this.labels.join(' or ');
    }
  }
  type Kept = Pick<Tagged, 'labels' | 'spare' | 'describe'>;
  const keeping = () => new PrepareCustomConfig().setPreservedAttributes(['labels', 'spare', 'describe']);

  test('are on the prepared model, on copies of it, and on the quantized one without being listed again', () => {
    const prepared = calibrated(new Tagged(), [x26()], G(), keeping());
    for (const model of [
      prepared,
      deepCopy(prepared as never),
      convertFx(prepared),
      convertToReferenceFx(prepared)
    ]) {
      const kept = model as unknown as Kept;
      expect(kept.labels).toEqual(['cat', 'dog']);
      expect(kept.spare).toBeInstanceOf(nn.Linear);
      expect(kept.describe()).toBe('cat or dog');
    }
  });

  test('are copies: what is done to them does not reach the model', () => {
    const model = new Tagged();
    const prepared = calibrated(model, [x26()], G(), keeping()) as unknown as Kept;
    prepared.labels.push('fish');
    expect(model.labels).toEqual(['cat', 'dog']);
    expect(prepared.spare).not.toBe(model.spare);
  });
});
