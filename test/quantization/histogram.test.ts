// HistogramObserver against runs of torch 2.13 (`fixtures/record_observers.py`): histograms, the range found, scale
// and zero point, bit for bit.

import { describe, expect, test } from 'vitest';
import { HistogramObserver, MinMaxObserver, torch, type Tensor } from '../../src';
import { bell, digest, floats } from './data';
import recorded from './fixtures/observers.json';
import { toOurs } from './options';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** The batches of a run, as the recorder draws them. */
function batches(kind: string, seed: number): Tensor[] {
  switch (kind) {
    case 'constant first':
      return [floats(seed, [40], 0.5, 0.5), bell(seed + 1, [300]), bell(seed + 2, [300], 2)];
    case 'growing':
      return range(5).map(i => bell(seed + i, [500], 1 + i, 0.25 * i));
    case 'negative':
      return range(3).map(i => floats(seed + i, [400], -3 - i, -1));
    case 'positive':
      return range(3).map(i => floats(seed + i, [400], 1, 2 + i));
    case 'same range':
      return range(3).map(() => floats(seed, [600], -1, 1));
    case 'long tail':
      return range(3).map(i => {
        const x = bell(seed + i, [700]);
        return x.mul(x).mul(x);
      });
    case 'bimodal':
      return range(2).map(i =>
        torch.cat([bell(seed + i, [300], 0.2, -3), bell(seed + 50 + i, [300], 0.2, 3)])
      );
    case 'spike':
      return [torch.cat([floats(seed, [2000], 0.125, 0.125), floats(seed + 1, [20], -5, 5)])];
    case 'relu':
      return range(4).map(i => bell(seed + i, [800], 2).clamp(0, null));
    case 'shrinking':
      return range(4).map(i => bell(seed + i, [500], 4 / (i + 1)));
    case 'small':
      return range(6).map(i => bell(seed + i, [7], 1e-4 * (i + 1)));
    case 'far':
      return [bell(seed, [400]), bell(seed + 1, [400], 1, 500)];
    default:
      throw new Error(kind);
  }
}

describe('HistogramObserver', () => {
  test.each(recorded.histograms)('$kind, seed $seed, $options', row => {
    const observer = new HistogramObserver(toOurs(row.options) as object);
    batches(row.kind, row.seed).forEach(x => observer(x));
    expect([observer.min_val.item(), observer.max_val.item()]).toEqual([row.min, row.max]);
    expect(digest(Float32Array.from(observer.histogram.data()))).toBe(row.histogram);
    expect(observer.searchRange()).toEqual(row.found);
    const { scale, zeroPoint } = observer.calculateQParams();
    expect([scale.item(), zeroPoint.item()]).toEqual([...row.scale, ...row.zero_point]);
  });

  test('keeps the number of values when the range grows', () => {
    const observer = new HistogramObserver();
    const all = range(5).map(i => bell(40 + i, [500], 1 + i));
    all.forEach(x => observer(x));
    const total = [...observer.histogram.data()].reduce((a, b) => a + b, 0);
    expect(Math.abs(total / 2500 - 1)).toBeLessThan(1e-6);
  });

  test('the largest value is in the last bin', () => {
    const observer = new HistogramObserver({ bins: 4 });
    observer(torch.tensor([0, 1, 2, 3, 4]));
    expect([...observer.histogram.data()]).toEqual([1, 1, 1, 2]);
  });

  test('an empty batch changes nothing', () => {
    const observer = new HistogramObserver();
    observer(torch.tensor([]));
    expect([observer.isCalibrated, observer.batchesSeen]).toEqual([false, 0]);
  });

  test('loses less than the full range does, for values with a long tail', () => {
    const [histogram, minMax] = [new HistogramObserver(), new MinMaxObserver()];
    const x = batches('long tail', 1)[0] as Tensor;
    histogram(x);
    minMax(x);
    expect(histogram.calculateQParams().scale.item()).toBeLessThan(minMax.calculateQParams().scale.item());
  });
});
