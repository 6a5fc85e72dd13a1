// The arithmetic of HistogramObserver, in float32 where PyTorch is: binning, merging histograms of different
// ranges, the error of a candidate range, and the order in which torch adds up. Spec 2.4.

import { f32 } from '../../tensor/quantized/rounding';

/** `torch.histc`: `bins` equal bins from `lo` to `hi`; equal ends are spread. */
export function histc(values: ArrayLike<number>, bins: number, lo: number, hi: number): Float32Array {
  let [from, to] = [lo, hi];
  if (from === to) {
    for (let i = 0; i < values.length; i++) {
      from = Math.min(from, values[i] as number);
      to = Math.max(to, values[i] as number);
    }
    if (from === to) {
      [from, to] = [below(from), above(to)];
    }
  }
  const result = new Float32Array(bins);
  const span = f32(to - from);
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (v >= from && v <= to) {
      const bin = Math.min(bins - 1, Math.trunc(f32(f32(f32(v - from) * bins) / span)));
      result[bin] = (result[bin] as number) + 1;
    }
  }
  return result;
}

/** One less; for a number whose neighbour is farther away, that neighbour. */
function below(v: number): number {
  return -above(-v);
}

function above(v: number): number {
  const next = f32(v + 1);
  return next > v ? next : neighbourAbove(v);
}

/** The next float32 for a number beyond ±2^24, where neighbours are more than 1 apart. */
function neighbourAbove(v: number): number {
  const bits = new Int32Array(Float32Array.of(v).buffer);
  bits[0] = (bits[0] as number) + (v > 0 ? 1 : -1);
  return new Float32Array(bits.buffer)[0] as number;
}

/** `torch.linspace` as the CPU computes it: one rounding per element, from both ends. */
function linspace(a: number, b: number, n: number): Float32Array {
  const step = f32(f32(b - a) / (n - 1));
  const half = Math.floor(n / 2);
  return Float32Array.from({ length: n }, (_, i) => (i < half ? a + step * i : b - step * (n - 1 - i)));
}

/** The old histogram's mass in the bins of a wider range: each bin is cut into `rate` parts. */
export function upscale(
  old: Float32Array,
  oldMin: number,
  oldMax: number,
  newMin: number,
  newMax: number,
  rate: number
): Float32Array {
  const bins = old.length;
  const parts = bins * rate;
  const partSize = f32(f32(oldMax - oldMin) / parts);
  const starts = linspace(oldMin, oldMax, parts + 1);
  const bounds = linspace(newMin, newMax, bins + 1);
  const result = new Float32Array(bins);
  const half = f32(0.5 * partSize);
  let k = 0;
  for (let j = 0; j < parts; j++) {
    const middle = f32((starts[j] as number) + half);
    while (k > 0 && (bounds[k] as number) > middle) {
      k -= 1;
    }
    while (k < bins && (bounds[k + 1] as number) <= middle) {
      k += 1;
    }
    const bin = Math.min(bins - 1, Math.max(0, k));
    result[bin] = (result[bin] as number) + f32((old[Math.floor(j / rate)] as number) / rate);
  }
  return result;
}

const floored = (a: number, b: number): number => {
  const modulo = a % b;
  let quotient = f32(f32(a - modulo) / b);
  if (modulo !== 0 && modulo < 0 !== b < 0) {
    quotient = f32(quotient - 1);
  }
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
};

/** Expected squared error when bins `start` to `end` become `levels` levels. */
export function quantizationError(
  histogram: Float32Array,
  binWidth: number,
  start: number,
  end: number,
  levels: number
): number {
  const levelWidth = (binWidth * (end - start + 1)) / levels;
  if (levelWidth === 0) {
    return 0;
  }
  const [bin, level, half] = [f32(binWidth), f32(levelWidth), f32(levelWidth / 2)];
  const errors = new Float32Array(histogram.length);
  const cube = (v: number) => f32(f32(v * v) * v);
  for (let i = 0; i < histogram.length; i++) {
    const density = f32((histogram[i] as number) / bin);
    const norm = (a: number, b: number): number => f32(density * f32(f32(cube(b) - cube(a)) / 3));
    const from = f32((i - start) * bin);
    const to = f32(from + bin);
    const first = Math.min(f32(levels - 1), Math.max(0, floored(from, level)));
    const last = Math.min(f32(levels - 1), Math.max(0, floored(to, level)));
    const firstCenter = f32(f32(first + 0.5) * level);
    const lastCenter = f32(f32(last * level) + half);
    let error = norm(f32(from - firstCenter), half);
    error = f32(error + f32(f32(f32(last - first) - 1) * norm(-half, half)));
    errors[i] = f32(error + norm(-half, f32(to - lastCenter)));
  }
  return cascadeSum(errors);
}

/** `torch.sum` of a float32 vector on the recorded machine: eight lanes, four chains, four levels. */
export function cascadeSum(values: Float32Array): number {
  const lanes = 8;
  const chains = 4;
  const vectors = Math.floor(values.length / lanes);
  const groups = Math.floor(vectors / chains);
  const levelPower = Math.max(4, Math.floor(Math.ceil(Math.log2(Math.max(1, groups))) / 4));
  const step = 1 << levelPower;
  const mask = step - 1;
  const width = chains * lanes;
  const acc = [0, 1, 2, 3].map(() => new Float32Array(width)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array
  ];
  const addGroup = (group: number): void => {
    for (let e = 0; e < width; e++) {
      acc[0][e] = (acc[0][e] as number) + (values[group * width + e] as number);
    }
  };
  let i = 0;
  while (i + step <= groups) {
    for (let j = 0; j < step; j++, i++) {
      addGroup(i);
    }
    for (let level = 1; level < 4; level++) {
      const [into, from] = [acc[level] as Float32Array, acc[level - 1] as Float32Array];
      for (let e = 0; e < width; e++) {
        into[e] = (into[e] as number) + (from[e] as number);
        from[e] = 0;
      }
      if ((i & (mask << (level * levelPower))) !== 0) {
        break;
      }
    }
  }
  for (; i < groups; i++) {
    addGroup(i);
  }
  for (let level = 1; level < 4; level++) {
    for (let e = 0; e < width; e++) {
      acc[0][e] = (acc[0][e] as number) + ((acc[level] as Float32Array)[e] as number);
    }
  }
  const partial = acc[0].slice(0, lanes);
  for (let v = groups * chains; v < vectors; v++) {
    for (let e = 0; e < lanes; e++) {
      partial[e] = (partial[e] as number) + (values[v * lanes + e] as number);
    }
  }
  for (let chain = 1; chain < chains; chain++) {
    for (let e = 0; e < lanes; e++) {
      partial[e] = (partial[e] as number) + (acc[0][chain * lanes + e] as number);
    }
  }
  let total = 0;
  for (let rest = vectors * lanes; rest < values.length; rest++) {
    total = f32(total + (values[rest] as number));
  }
  for (let e = 0; e < lanes; e++) {
    total = f32(total + (partial[e] as number));
  }
  return total;
}
