// Fake quantizers against torch 2.13 (`fixtures/record_observers.py`): the grid after each batch, the rounded values,
// the switches, the gradient's mask.

import { afterEach, describe, expect, test } from 'vitest';
import * as fxquant from '../../src';
import type { Tensor } from '../../src';
import {
  compatibility,
  FakeQuantize,
  FixedQParamsFakeQuantize,
  fusedWeightFakeQuantRangeNeg127To127,
  getObserverStateDict,
  loadObserverStateDict,
  nn,
  ObserverError,
  torch,
  type FakeQuantizeBase,
  type ObserverFactory
} from '../../src';
import { bell, digest } from './data';
import recorded from './fixtures/observers.json';
import { asNumbers, makeObserver, ourName } from './options';

type FakeError = [name: string, options: Record<string, unknown>, outcome: string | [number, number]];

const float32 = (t: Tensor) => Float32Array.from(t.data());

const defaults = fxquant as unknown as Record<string, ObserverFactory<FakeQuantizeBase>>;

afterEach(() => {
  compatibility.reproducePyTorchDefects = false;
});

describe('default fake quantizers', () => {
  test.each(recorded.fakeQuantizers.map((row, index) => ({ ...row, index })))('$name', row => {
    const make = defaults[ourName(row.name)];
    if (!make) {
      throw new Error(`${ourName(row.name)} is not exported`);
    }
    compatibility.reproducePyTorchDefects = true;
    const module = make.create();
    const buffers = Object.entries(row.before).map(([key, b]) => [key, b.dtype, b.shape]);
    const own = [...module.stateDict().tensors()].map(([key, t]) => [key, t.dtype, [...t.shape]]);
    expect(own.sort()).toEqual(buffers.sort());
    row.steps.forEach((step, i) => {
      if (i === 6) module.apply(fxquant.disableObserver);
      if (i === 8) module.apply(fxquant.disableFakeQuant);
      if (i === 9) module.apply(fxquant.enableObserver);
      if (i === 10) module.apply(fxquant.enableFakeQuant);
      const y = module(bell(9000 + 100 * row.index + i, [6, 16], 1 + i / 6, 0.125 * i));
      expect([...module.scale.data()], `scale, step ${i}`).toEqual(step.scale);
      expect([...module.zero_point.data()], `zero point, step ${i}`).toEqual(step.zero_point);
      expect(digest(float32(y)), `output, step ${i}`).toBe(step.output);
      const { scale, zeroPoint } = module.calculateQParams();
      expect([...scale.data()]).toEqual(asNumbers(step.convert.scale));
      expect([...zeroPoint.data()]).toEqual(asNumbers(step.convert.zero_point));
    });
    expect([...module.stateDict().keys()].sort()).toEqual([...row.after].sort());
  });

  const symmetric = [fxquant.defaultFusedWeightFakeQuant, fusedWeightFakeQuantRangeNeg127To127];

  test.each(symmetric)('training and conversion have one grid; in PyTorch two (D30)', make => {
    const module = make.create();
    module(torch.tensor([-1, 0.25]));
    expect([...module.scale.data()]).toEqual([...module.calculateQParams().scale.data()]);
    expect(module.zero_point.item()).toBe(0);
  });

  test("PyTorch's training grid of a symmetric weight, values of one sign too", () => {
    compatibility.reproducePyTorchDefects = true;
    const grid = (values: number[]) => {
      const module = fxquant.defaultFusedWeightFakeQuant.create();
      module(torch.tensor(values));
      return [module.scale.item(), module.zero_point.item()];
    };
    expect(grid([-3, 1])).toEqual([3 / 128, 0]);
    expect(grid([1, 2.3])).toEqual([Math.fround(Math.fround(2.3) / 255), -128]);
    expect(grid([-1, -2.3])).toEqual([Math.fround(Math.fround(2.3) / 255), 127]);
  });
});

describe('rounding and its gradient', () => {
  test.each(recorded.straightThrough)('ties, scale $scale, zero point $zero_point', row => {
    const scale = Math.fround(row.scale);
    const x = torch.tensor(Float32Array.from({ length: 600 }, (_, i) => Math.fround(i - 300 + 0.5) * scale));
    x.requiresGrad = true;
    const [lo, hi] = row.range as [number, number];
    const y = torch.fakeQuantizePerTensorAffine(x, row.scale, row.zero_point, lo, hi);
    y.sum().backward();
    expect(digest(float32(y))).toBe(row.output);
    expect(digest(float32(x.grad as Tensor))).toBe(row.mask);
    const quantized = torch.quantizePerTensor(x.detach(), row.scale, row.zero_point, 'qint32').intRepr();
    const differing = [...quantized.data()].filter((q, i) => {
      const value = Math.round((y.data()[i] as number) / row.scale) + row.zero_point;
      return Math.min(hi, Math.max(lo, q)) !== value;
    });
    expect(differing.length).toBe(row.quantized_differs);
  });
});

describe('constructors', () => {
  test.each(recorded.fakeErrors as unknown as FakeError[])('%s %o → %o', (name, options, outcome) => {
    const make = () => makeObserver(name, options) as FakeQuantizeBase;
    if (typeof outcome === 'string') {
      expect(make).toThrow(ObserverError);
    } else {
      expect([make().quantMin, make().quantMax]).toEqual(outcome);
    }
  });

  test('the fixed grid is the observer’s own, also when it is loaded', () => {
    const module = fxquant.defaultFixedQParamsRange0To1FakeQuant.create();
    expect(module).toBeInstanceOf(FixedQParamsFakeQuantize);
    expect(module.scale).toBe(Reflect.get(module.activation_post_process, 'scale'));
    expect([...module.calculateQParams().scale.data()]).toEqual([1 / 256]);
  });
});

describe('statistics apart from weights', () => {
  class Observed extends nn.Module {
    linear = new nn.Linear(2, 2);
    activation_post_process_0 = new FakeQuantize();
    weight_activation_post_process = fxquant.defaultPerChannelWeightFakeQuant.create();
    forward(x: Tensor): Tensor {
      this.weight_activation_post_process(this.linear.weight);
      return this.activation_post_process_0(this.linear(x));
    }
  }

  test('are taken out and put back, per-channel buffers growing to their size', () => {
    const [trained, fresh] = [new Observed(), new Observed()];
    trained(bell(1, [4, 2]));
    const state = getObserverStateDict(trained);
    expect([...state.keys()].some(key => key.includes('linear'))).toBe(false);
    loadObserverStateDict(fresh, state);
    expect([...getObserverStateDict(fresh)].map(([k, t]) => [k, [...t.data()]])).toEqual(
      [...state].map(([k, t]) => [k, [...t.data()]])
    );
  });

  test('missing keys are named and nothing is changed', () => {
    const [trained, fresh] = [new Observed(), new Observed()];
    trained(bell(1, [4, 2]));
    const state = getObserverStateDict(trained);
    state.delete('activation_post_process_0.scale');
    expect(() => {
      loadObserverStateDict(fresh, state);
    }).toThrow('Missing keys for observer activation_post_process_0.scale');
    expect(fresh.weight_activation_post_process.isCalibrated).toBe(false);
  });
});
