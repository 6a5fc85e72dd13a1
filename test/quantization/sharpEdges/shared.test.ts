// D14, D45: modules that are called several times.

import { describe, expect, test } from 'vitest';
import {
  convertFx,
  defaultDynamicQConfig,
  defaultQConfig,
  F,
  fuseFx,
  getDefaultQatQConfigMapping,
  nn,
  prepareFx,
  prepareQatFx,
  QConfigMapping,
  torch,
  type Tensor
} from '../../../src';
import { asPyTorch, calibrated, G, maxError, quantized, targets, x26 } from '../edges';

describe('D14: a module that is called several times', () => {
  class Twice extends nn.Module {
    a = new nn.Linear(6, 6);
    forward(x: Tensor): Tensor {
      return this.a(this.a(x));
    }
  }
  const paths = (model: { namedModules(): Iterable<[string, unknown]> }) =>
    [...model.namedModules()]
      .map(([path]) => path)
      .filter(path => /^a/.test(path) && !path.startsWith('activation'));

  test('has one quantized module per call', () => {
    const x = x26();
    const model = new Twice();
    const converted = quantized(model, [x], new QConfigMapping().setGlobal(defaultQConfig));
    expect(targets(converted).filter(t => t.startsWith('Linear'))).toHaveLength(2);
    expect(maxError(converted(x), model(x))).toBeLessThan(0.1);
  });

  test('a call with a null qconfig keeps the float module', () => {
    const x = x26();
    const model = new Twice();
    const mapping = G().setModuleNameObjectTypeOrder('', nn.Linear as never, 1, null);
    const converted = quantized(model, [x], mapping);
    expect(converted.getSubmodule('a_1')).toBeInstanceOf(nn.Linear);
    expect(maxError(converted(x), model(x))).toBeLessThan(0.1);
  });

  test('dynamic quantization has no output grid: one module serves all calls', () => {
    const mapping = new QConfigMapping().setGlobal(defaultDynamicQConfig);
    const converted = convertFx(prepareFx(new Twice().eval(), mapping, [x26()]));
    expect(paths(converted)).toEqual(['a']);
    expect(converted.getSubmodule('a')).toBeInstanceOf(nn.quantized.dynamic.Linear);
  });

  test('modules without a grid of their own stay shared', () => {
    class Net extends nn.Module {
      a = new nn.MaxPool2d(2);
      d = new nn.Dropout();
      forward(x: Tensor): Tensor {
        return this.d(this.a(this.d(this.a(x))));
      }
    }
    torch.manualSeed(1);
    const converted = quantized(new Net(), [torch.randn([1, 2, 8, 8])]);
    expect([...converted.namedModules()].map(([path]) => path)).toEqual(['', 'a', 'd']);
  });

  test('activations with a grid: hardswish called twice', () => {
    class Net extends nn.Module {
      a = new nn.Hardswish();
      forward(x: Tensor): Tensor {
        return this.a(this.a(x).add(1));
      }
    }
    const x = x26();
    const converted = quantized(new Net(), [x], new QConfigMapping().setGlobal(defaultQConfig));
    expect(paths(converted)).toEqual(['a', 'a_1']);
    expect(maxError(converted(x), new Net()(x))).toBeLessThan(0.1);
  });

  test('trained with rounded weights: calls share the weights while training, and are apart after', () => {
    const prepared = prepareQatFx(new Twice(), getDefaultQatQConfigMapping('fbgemm'), [x26()]);
    prepared(x26());
    expect([...prepared.parameters()]).toHaveLength(2);
    const converted = convertFx(prepared.eval());
    expect(paths(converted)).toEqual(['a', 'a_1']);
  });
});

describe('D45: a module that is called several times and fused in one place', () => {
  class ReluOnce extends nn.Module {
    a = new nn.Linear(6, 6);
    forward(x: Tensor): Tensor {
      return this.a(F.relu(this.a(x)));
    }
  }
  class ReluLast extends ReluOnce {
    override forward(x: Tensor): Tensor {
      return F.relu(this.a(this.a(x)));
    }
  }
  class SharedBlock extends nn.Module {
    b = new nn.Sequential(new nn.Linear(6, 6), new nn.BatchNorm1d(6));
    forward(x: Tensor): Tensor {
      return this.b(this.b(x));
    }
  }
  const error = (model: nn.Module) => {
    const x = x26();
    const float = model.eval() as unknown as (x: Tensor) => Tensor;
    return maxError(fuseFx(model as never)<Tensor>(x), float(x));
  };

  test('is fused there only: the fused model computes what the model does', () => {
    expect(error(new ReluOnce())).toBeLessThan(1e-6);
    expect(error(new ReluLast())).toBeLessThan(1e-6);
    expect(targets(fuseFx(new ReluOnce().eval()))).toEqual(['x', 'LinearReLU', 'Linear', 'output']);
    expect(targets(fuseFx(new ReluLast().eval()))).toEqual(['x', 'Linear', 'LinearReLU', 'output']);
  });

  test("with PyTorch's defects every call is fused", () => {
    expect(asPyTorch(() => error(new ReluOnce()))).toBeGreaterThan(0.1);
    expect(targets(asPyTorch(() => fuseFx(new ReluOnce().eval())))).toEqual([
      'x',
      'LinearReLU',
      'LinearReLU',
      'output'
    ]);
  });

  test('is one fused module where all calls are fused alike', () => {
    const model = new SharedBlock();
    model.b.at(1).train();
    model.b(x26().mul(3).add(1));
    expect(error(model)).toBeLessThan(1e-6);
    const paths = [...fuseFx(model.eval()).namedModules()].map(([path]) => path);
    expect(paths).toEqual(['', 'b', 'b.0']);
  });

  test('settings by its name hold for every call', () => {
    const prepared = prepareFx(new ReluOnce().eval(), G().setModuleName('a', null), [x26()]);
    expect(prepared.report.floatOperators.map(e => e.kind)).toEqual(['noQConfig', 'noQConfig']);
    expect(prepared.report.settings).toEqual([]);
  });

  test('is quantized with a grid per call', () => {
    const x = x26();
    const model = new ReluOnce();
    const prepared = calibrated(model, [x], new QConfigMapping().setGlobal(defaultQConfig));
    const converted = convertFx(prepared);
    expect(targets(converted).filter(t => t.startsWith('Linear'))).toEqual(['LinearReLU', 'Linear']);
    expect(maxError(converted(x), model(x))).toBeLessThan(0.1);
  });
});
