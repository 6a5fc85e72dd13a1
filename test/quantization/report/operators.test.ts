// Every operator that stays float is told, with the reason.

import { describe, expect, test } from 'vitest';
import {
  defaultDynamicQConfig,
  defaultQConfig,
  F,
  getDefaultQConfigMapping,
  MinMaxObserver,
  nn,
  PrepareCustomConfig,
  prepareFx,
  QConfig,
  QConfigMapping,
  torch,
  defaultWeightObserver,
  type OperatorEntry,
  type Tensor
} from '../../../src';
import { G, x26 } from '../edges';

class Opaque extends nn.Module {
  linear = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return this.linear(x);
  }
}

class Mixed extends nn.Module {
  linear = new nn.Linear(6, 6);
  opaque = new Opaque();
  flatten = new nn.Flatten();
  forward(x: Tensor): Tensor {
    const y = torch.relu(this.linear(x));
    return this.flatten(F.gelu(this.opaque(y)));
  }
}

const floats = (
  model: unknown,
  mapping: QConfigMapping = G(),
  custom: PrepareCustomConfig | null = null
): readonly OperatorEntry[] =>
  prepareFx((model as nn.Module).eval() as never, mapping, [x26()], custom).report.floatOperators;

test('nothing where everything is quantized', () => {
  const report = prepareFx(new nn.Sequential(new nn.Linear(6, 6), new nn.ReLU()).eval() as never, G(), [
    x26()
  ]).report;
  expect(report.isEmpty).toBe(true);
  expect(report.toString()).toBe('Every setting had an effect, and every operator is quantized.');
});

describe('why an operator stays float', () => {
  test('the backend config has no pattern for it; where it has one for a twin, that is said', () => {
    expect(floats(new Mixed())).toMatchObject([
      {
        kind: 'unsupported',
        about: 'relu',
        target: 'torch.relu',
        module: '',
        remedy: expect.stringContaining('F.relu') as string
      },
      { kind: 'unsupported', about: 'gelu', target: 'torch.nn.functional.gelu' },
      {
        kind: 'unsupported',
        about: 'flatten',
        target: 'Flatten',
        remedy: expect.stringContaining('torch.flatten') as string
      }
    ]);
  });

  test('a mark keeps the tracer out: by name, by class', () => {
    const byName = new PrepareCustomConfig().setNonTraceableModuleNames(['opaque']);
    expect(floats(new Mixed(), G(), byName).filter(e => e.kind === 'nonTraceable')).toMatchObject([
      { about: 'opaque', target: 'Opaque', text: expect.stringContaining("by its name 'opaque'") as string }
    ]);
    const byClass = new PrepareCustomConfig().setNonTraceableModuleClasses([Opaque as never]);
    expect(floats(new Mixed(), G(), byClass).filter(e => e.kind === 'nonTraceable')).toMatchObject([
      { about: 'opaque', text: expect.stringContaining('by its class Opaque') as string }
    ]);
  });

  test('its qconfig is null, and which setting says so; or there is none', () => {
    const model = new nn.Sequential(new nn.Linear(6, 6), new nn.Linear(6, 6));
    expect(floats(model, G().setModuleName('1', null))).toMatchObject([
      { kind: 'noQConfig', about: '_1', text: 'no qconfig: set to null by module name 1' }
    ]);
    expect(floats(model, new QConfigMapping())).toMatchObject([
      { kind: 'noQConfig', about: '_0', text: 'no qconfig applies to it' },
      { kind: 'noQConfig', about: '_1' }
    ]);
  });

  test('the backend lacks the dtypes: which were asked for, which it has', () => {
    const qint8 = new QConfig(MinMaxObserver.withArgs({ dtype: 'qint8' }), defaultWeightObserver);
    const [entry] = floats(new nn.Sequential(new nn.Linear(6, 6)), new QConfigMapping().setGlobal(qint8));
    expect(entry).toMatchObject({
      kind: 'dtype',
      level: 'warning',
      requested: 'qint8 activations, qint8 weights',
      supported: expect.arrayContaining(['quint8 activations, qint8 weights']) as string[]
    });
  });

  test('a dynamic qconfig reaches operators that are only computed statically', () => {
    const model = new nn.Sequential(new nn.Linear(6, 6), new nn.Sigmoid());
    expect(floats(model, new QConfigMapping().setGlobal(defaultDynamicQConfig))).toMatchObject([
      { kind: 'dtype', about: '_1', requested: 'dynamic quint8 activations, qint8 weights' }
    ]);
  });

  test('its output grid is fixed, and the observer has another', () => {
    const model = new nn.Sequential(new nn.Linear(6, 6), new nn.Sigmoid());
    expect(floats(model, new QConfigMapping().setGlobal(defaultQConfig))).toMatchObject([
      {
        kind: 'fixedQParams',
        about: '_1',
        target: 'Sigmoid',
        text: expect.stringContaining('not a MinMaxObserver') as string,
        remedy: expect.stringContaining('scale: 0.00390625') as string
      }
    ]);
  });

  test('it takes over the grid of its input, which is float', () => {
    class Reshaped extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.reshape(3, 4);
      }
    }
    expect(floats(new Reshaped())).toMatchObject([
      { kind: 'floatInput', about: 'reshape', target: 'reshape' }
    ]);
  });

  test('a module that is called twice, quantized in one place only', () => {
    class Twice extends nn.Module {
      linear = new nn.Linear(6, 6);
      forward(x: Tensor): Tensor {
        return this.linear(this.linear(x));
      }
    }
    const mapping = G().setModuleNameObjectTypeOrder('', nn.Linear as never, 1, null);
    expect(floats(new Twice(), mapping)).toMatchObject([
      { kind: 'shared', about: 'linear_1', text: expect.stringContaining("'linear' calls too") as string }
    ]);
  });

  test('inside a standalone module, under its path', () => {
    class Inner extends nn.Module {
      linear = new nn.Linear(6, 6);
      forward(x: Tensor): Tensor {
        return F.gelu(this.linear(x));
      }
    }
    class Outer extends nn.Module {
      inner = new Inner();
      forward(x: Tensor): Tensor {
        return this.inner(x);
      }
    }
    const custom = new PrepareCustomConfig().setStandaloneModuleName('inner', null, []);
    expect(floats(new Outer(), G(), custom)).toMatchObject([
      { kind: 'unsupported', about: 'inner.gelu', module: 'inner', target: 'torch.nn.functional.gelu' }
    ]);
  });

  test('arithmetic on sizes and on whole numbers is no operator that could be quantized', () => {
    class Sizes extends nn.Module {
      linear = new nn.Linear(6, 6);
      forward(x: Tensor): Tensor {
        const y = this.linear(x);
        return y.view(y.size().slice(0, -1).concat([2, 3]));
      }
    }
    expect(floats(new Sizes(), getDefaultQConfigMapping('fbgemm'))).toEqual([]);
  });
});
