// Observers against what torch 2.13 recorded (`fixtures/record_observers.py`): constructors, buffers, the qparams
// formula, moving averages and every kind of degenerate batch, bit for bit.

import { afterEach, describe, expect, test } from 'vitest';
import {
  compatibility,
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  ObserverError,
  PerChannelMinMaxObserver,
  RecordingObserver,
  torch,
  type ObserverBase,
  type Tensor
} from '../../src';
import { bell, digest, floats, integers } from './data';
import recorded from './fixtures/observers.json';
import { asNumbers, makeObserver, toOurs } from './options';

type Degenerate = [name: string, batch: string, more: boolean, outcome: { error: string } | QParams];
type Extrema = ObserverBase & { min_val: Tensor; max_val: Tensor };
const asExtrema = (observer: ObserverBase) => observer as Extrema;
const float32 = (t: Tensor) => Float32Array.from(t.data());

afterEach(() => {
  compatibility.reproducePyTorchDefects = false;
});

describe('constructors', () => {
  test(`${recorded.constructors.length} settings are accepted or refused as in PyTorch, with its ranges`, () => {
    const wrong = recorded.constructors.filter(([name, options, outcome]) => {
      const make = () => makeObserver(name as string, options as Record<string, unknown>);
      if (typeof outcome === 'string') {
        return !throws(make);
      }
      const { quantMin = null, quantMax = null } = make() as unknown as {
        quantMin?: number;
        quantMax?: number;
      };
      return JSON.stringify([quantMin, quantMax]) !== JSON.stringify(outcome);
    });
    expect(wrong.filter(([, options]) => !isAboutFloat8(options))).toEqual([]);
  });

  test('a refusal names the class, what is wrong and what fits', () => {
    expect(() => new MinMaxObserver({ qscheme: 'per_channel_affine' })).toThrow(
      'MinMaxObserver needs a per-tensor qscheme, got per_channel_affine; use a PerChannel observer'
    );
    expect(() => new MinMaxObserver({ dtype: 'float16' })).toThrow(
      /dtype float16 has no scale.*PlaceholderObserver/
    );
    expect(() => new HistogramObserver({ isDynamic: true })).toThrow(ObserverError);
  });

  test.each(recorded.classes)('$class begins with PyTorch buffers', row => {
    const options = row.class === 'FixedQParamsObserver' ? { scale: 0.25, zero_point: 7 } : {};
    const observer = makeObserver(row.class, options);
    expect(observer.dtype).toBe(row.dtype);
    expect('resetMinMaxVals' in observer).toBe(row.has_reset);
    const buffers = [...observer.stateDict().tensors()].map(([key, t]) => [key, t.dtype, [...t.shape]]);
    expect(buffers).toEqual(Object.entries(row.buffers).map(([key, b]) => [key, b.dtype, b.shape]));
    for (const [key, { values }] of Object.entries(row.buffers)) {
      const tensor = observer.stateDict().tensor(key);
      if (typeof values === 'string') {
        expect(digest(float32(tensor)), key).toBe(values);
      } else {
        expect([...tensor.data()], key).toEqual(asNumbers(values));
      }
    }
    if ('error' in row.qparams) {
      expect(() => observer.calculateQParams()).toThrow('should not be called');
    } else {
      expectQParams(observer, row.qparams as QParams);
    }
  });
});

describe('the qparams formula', () => {
  const [mins, maxs] = extremaPairs();

  // Zero points of affine qint32 wrap around in PyTorch, which computes them in int32.
  test.each(recorded.formula)('10,000 pairs of extrema: $options', row => {
    compatibility.reproducePyTorchDefects = true;
    const observer = new PerChannelMinMaxObserver(toOurs(row.options) as object);
    Reflect.set(observer, 'min_val', torch.tensor(mins));
    Reflect.set(observer, 'max_val', torch.tensor(maxs));
    const { scale, zeroPoint } = observer.calculateQParams();
    expect([...scale.data().slice(0, 8)]).toEqual(row.first_scales);
    expect([...zeroPoint.data().slice(0, 8)]).toEqual(row.first_zero_points);
    expect(zeroPoint.dtype).toBe(row.zero_point_dtype);
    expect(digest(float32(scale))).toBe(row.scale);
    expect(digest(float32(zeroPoint))).toBe(row.zero_point);
  });

  test('an affine qint32 zero point does not wrap around', () => {
    const observer = new MinMaxObserver({ dtype: 'qint32' });
    observer(torch.tensor([-4000, 0]));
    expect(observer.calculateQParams().zeroPoint.item()).toBe(2 ** 31 - 1);
  });

  test('a minimum above the maximum is refused', () => {
    const observer = new MinMaxObserver();
    observer.min_val.copyFrom(torch.tensor(2).view([]));
    observer.max_val.copyFrom(torch.tensor(1).view([]));
    expect(() => observer.calculateQParams()).toThrow('min 2 should be less than max 1');
  });
});

describe('degenerate batches', () => {
  const special: Readonly<Record<string, readonly number[]>> = {
    empty: [],
    one: [0.75],
    constant: Array<number>(6).fill(1.5),
    'negative constant': Array<number>(5).fill(-2.25),
    'large constant': [1e9, 1e9, 1e9],
    zeros: Array<number>(7).fill(0),
    nan: [1, NaN, -1],
    'plus infinity': [1, Infinity, -1],
    'minus infinity': [1, -Infinity, -1],
    'both infinities': [Infinity, -Infinity, 2],
    'only infinities': [Infinity, -Infinity],
    tiny: [1e-30, -1e-30, 3e-31],
    huge: [3e38, -3e38, 1]
  };

  test.each(recorded.degenerate as unknown as Degenerate[])(
    '%s fed %s, more: %s',
    (name, what, more, outcome) => {
      compatibility.reproducePyTorchDefects = true;
      const isPerChannel = name.includes('PerChannel');
      const feed = (values: readonly number[]) => {
        const x = torch.tensor(Float32Array.from(values));
        observer(isPerChannel ? x.view([1, values.length]) : x);
      };
      const observer = asExtrema(makeObserver(name));
      if ('error' in outcome && !('min' in outcome)) {
        expect(() => {
          feed(special[what] as readonly number[]);
          observer.calculateQParams();
        }).toThrow(ObserverError);
        return;
      }
      feed(special[what] as readonly number[]);
      if (more) {
        feed([0.5, -0.25, 1]);
      }
      const result = outcome as unknown as QParams & { min: number[]; max: number[] };
      expect([...observer.min_val.data()]).toEqual(asNumbers(result.min));
      expect([...observer.max_val.data()]).toEqual(asNumbers(result.max));
      expectQParams(observer, result);
    }
  );

  test.each([
    'MinMaxObserver',
    'MovingAverageMinMaxObserver',
    'PerChannelMinMaxObserver',
    'HistogramObserver'
  ])('%s refuses NaN and says who saw it', name => {
    const observer = makeObserver(name);
    expect(() => observer(torch.tensor([[1, NaN]]))).toThrow(`${name}: the values to observe contain NaN`);
  });

  test('MinMaxObserver refuses infinities, HistogramObserver leaves them out', () => {
    const x = torch.tensor([1, Infinity, -1]);
    expect(() => new MinMaxObserver()(x)).toThrow(/contain an infinity.*HistogramObserver/);
    const histogram = new HistogramObserver();
    histogram(x);
    expect([histogram.min_val.item(), histogram.max_val.item()]).toEqual([-1, 1]);
  });

  test('a per-channel observer refuses another number of channels and a missing axis', () => {
    const observer = new PerChannelMinMaxObserver();
    observer(floats(1, [2, 3]));
    expect(() => observer(floats(1, [3, 3]))).toThrow('3 channels in dimension 0, 2 before');
    expect(() => new PerChannelMinMaxObserver({ chAxis: 2 })(floats(1, [2, 3]))).toThrow(
      '[2, 3] has no dimension 2'
    );
  });
});

describe('moving averages', () => {
  test('200 updates are bit-equal, per tensor and per channel', () => {
    const slow = new MovingAverageMinMaxObserver();
    const fast = new MovingAverageMinMaxObserver({ averagingConstant: 0.3 });
    const channels = new MovingAveragePerChannelMinMaxObserver({ chAxis: 1 });
    const seen = { per_tensor: [] as number[], faster: [] as number[], per_channel: [] as string[] };
    for (let step = 0; step < 200; step++) {
      const x = bell(1000 + step, [4, 3, 5], 1 + step / 50, step / 100 - 1);
      [slow, fast, channels].forEach(observer => observer(x));
      seen.per_tensor.push(slow.min_val.item(), slow.max_val.item());
      seen.faster.push(fast.min_val.item(), fast.max_val.item());
      seen.per_channel.push(
        digest(Float32Array.from([...channels.min_val.data(), ...channels.max_val.data()]))
      );
    }
    expect(seen).toEqual(recorded.averages);
  });

  test.each(recorded.axes)('per-channel extrema along axis $axis', row => {
    const x = bell(77, [3, 4, 5, 2]);
    const observer = new PerChannelMinMaxObserver({ chAxis: row.axis });
    observer(x);
    observer(x.mul(0.5).add(1));
    expect([...observer.min_val.data()]).toEqual(row.min);
    expect([...observer.max_val.data()]).toEqual(row.max);
    expectQParams(observer, row);
  });
});

describe('recording and resetting', () => {
  test('RecordingObserver keeps copies of every batch', () => {
    const observer = new RecordingObserver();
    const x = torch.tensor([1, 2, 3]);
    expect(observer(x)).toBe(x);
    observer(torch.tensor([]));
    x.copyFrom(torch.tensor([7, 7, 7]));
    expect(observer.getTensorValue().map(t => [...t.data()])).toEqual([[1, 2, 3], []]);
    expect([...observer.stateDict().keys()]).toEqual([]);
  });

  test('resetMinMaxVals forgets the extrema, per channel the number of channels too', () => {
    const observer = new MinMaxObserver();
    observer(floats(3, [10]));
    observer.resetMinMaxVals();
    expect([observer.min_val.item(), observer.max_val.item(), observer.isCalibrated]).toEqual([
      Infinity,
      -Infinity,
      false
    ]);
    const channels = new PerChannelMinMaxObserver();
    channels(floats(3, [5, 2]));
    channels.resetMinMaxVals();
    expect(channels.min_val.shape).toEqual([0]);
    channels(floats(3, [2, 2]));
    expect(channels.min_val.shape).toEqual([2]);
  });

  test('withArgs adds up, withCallableArgs is worked out per observer', () => {
    const narrow = MinMaxObserver.withArgs({ dtype: 'qint8', quantMin: -8 }).withArgs({ quantMax: 7 });
    const made = narrow.create();
    expect([made.dtype, made.quantMin, made.quantMax]).toEqual(['qint8', -8, 7]);
    let calls = 0;
    const counted = MinMaxObserver.withCallableArgs({ eps: () => 2 ** -(10 + calls++) });
    expect([counted.create(), counted.create()].map(o => (o as MinMaxObserver).eps.item())).toEqual([
      2 ** -10,
      2 ** -11
    ]);
    const bound = counted.withArgs({ eps: 0.5 });
    expect((bound.create() as MinMaxObserver).eps.item()).toBe(0.5);
  });
});

interface QParams {
  readonly scale: readonly (number | string)[];
  readonly zero_point: readonly (number | string)[];
  readonly zero_point_dtype: string;
}

function expectQParams(observer: ObserverBase, expected: QParams): void {
  const { scale, zeroPoint } = observer.calculateQParams();
  expect([...scale.data()]).toEqual(asNumbers(expected.scale));
  expect([...zeroPoint.data()]).toEqual(asNumbers(expected.zero_point));
  expect(zeroPoint.dtype).toBe(expected.zero_point_dtype);
}

function throws(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    return error instanceof ObserverError;
  }
}

/** As `pairs()` of the recorder. */
function extremaPairs(): [Float32Array, Float32Array] {
  const n = 10000;
  const { fround, min, max, abs } = Math;
  const [a, b] = [floats(11, [n], -4, 4).data(), floats(12, [n], -4, 4).data()];
  const [size, kind] = [integers(13, [n], -30, 12), integers(14, [n], 0, 9)];
  const [mins, maxs] = [new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    const [x, y] = [a, b].map(v => fround((v[i] as number) * 2 ** (size[i] as number))) as [number, number];
    let [lo, hi] = [min(x, y), max(x, y)];
    hi = kind[i] === 0 ? lo : hi;
    lo = kind[i] === 1 ? 0 : kind[i] === 2 ? min(abs(lo), abs(hi)) : lo;
    [mins[i], maxs[i]] = [min(lo, hi), max(lo, hi)];
  }
  return [mins, maxs];
}

/** dtypes this library does not have. */
function isAboutFloat8(options: unknown): boolean {
  return /float8|uint16/.test(JSON.stringify(options));
}
