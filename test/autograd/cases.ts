// One generator of random cases for every row of the table of gradient rules.

import { fromData, slice as sliceOf } from '../../src/tensor';
import * as elementwise from '../../src/tensor/ops/elementwise';
import { bagsOf, embeddingBag, type BagMode } from '../../src/tensor/ops/embeddingBag';
import * as indexing from '../../src/tensor/ops/indexing';
import { linear, matmul } from '../../src/tensor/ops/linear';
import * as pointwise from '../../src/tensor/ops/pointwise';
import * as reduce from '../../src/tensor/ops/reduce';
import * as shape from '../../src/tensor/ops/shape';
import * as scans from '../../src/tensor/ops/scan';
import * as scatters from '../../src/tensor/ops/scatter';
import { vectorNorm } from '../../src/tensor/ops/vectorNorm';
import { fakeQuantize } from '../../src/tensor/quantized/quantize';
import type { Tensor } from '../../src/tensor';
import type { Generator, Random } from './gradcheck';
import { binary, elementCases, of, tenths } from './elementCases';
import { layerCases } from './layerCases';

const any = (r: Random, s: number[]) => r.tensor(s);

function dimsOf(r: Random, x: Tensor): reduce.Dims {
  return r.pick<reduce.Dims>(
    null,
    r.int(0, x.ndim - 1),
    x.shape.map((_, d) => d - x.ndim).filter(() => r.pick(true, false))
  );
}

const reduction =
  (fn: (x: Tensor, dims: reduce.Dims, keep: boolean) => Tensor, least = 1): Generator =>
  r => {
    const x = r.tensor(r.shape(1, 4).map(size => Math.max(size, least)));
    const [dims, keep] = [dimsOf(r, x), r.pick(true, false)];
    return { inputs: [x], fn: y => fn(y, dims, keep) };
  };

const alongDim =
  (fn: (x: Tensor, dim: number) => Tensor): Generator =>
  r => {
    const x = r.tensor(r.shape(1, 3));
    const dim = r.int(-x.ndim, x.ndim - 1);
    return { inputs: [x], fn: y => fn(y, dim) };
  };

/** Every place is written once at most. */
const scattering =
  (fn: (x: Tensor, dim: number, index: Tensor, source: Tensor) => Tensor): Generator =>
  r => {
    const [rows, columns] = [r.int(2, 4), r.int(2, 4)];
    const order = Array.from({ length: rows }, (_, i) => i).sort(() => r.number(-1, 1));
    const count = r.int(1, rows);
    const index = fromData(
      order.slice(0, count).flatMap(k => [k, k]),
      [count, 2],
      'int64'
    );
    return {
      inputs: [r.tensor([rows, columns]), r.tensor([count, columns])],
      fn: (x, source) => fn(x, 0, index, source)
    };
  };

const inPlaceInView = (r: Random, change: (whole: Tensor, view: Tensor) => Tensor) => ({
  inputs: [r.tensor([r.int(2, 3), r.int(2, 3)])],
  fn: (x: Tensor) => {
    const whole = x.mul(3);
    return change(whole, whole.select(1, 1));
  }
});

export const cases: { readonly [op: string]: Generator } = {
  abs: of(pointwise.abs),
  neg: of(pointwise.neg),
  square: of(pointwise.square),
  floor: of(pointwise.floor),
  exp: of(pointwise.exp),
  log: of(pointwise.log, 0.5, 4),
  sqrt: of(pointwise.sqrt, 0.5, 4),
  rsqrt: of(pointwise.rsqrt, 0.5, 4),
  erf: of(pointwise.erf),
  sin: of(pointwise.sin),
  cos: of(pointwise.cos),
  relu: of(pointwise.relu),
  sigmoid: of(pointwise.sigmoid),
  tanh: of(pointwise.tanh),
  logSigmoid: of(pointwise.logSigmoid),
  silu: of(pointwise.silu),
  mish: of(pointwise.mish),
  gelu: of(pointwise.gelu),
  geluTanh: of(pointwise.geluTanh),
  // These two round to float32 inside: a difference over 2e-3 is then good to 1e-7 / 2e-3.
  hardsigmoid: r => ({ ...of(pointwise.hardsigmoid)(r), step: 1e-3, tolerance: 2e-3 }),
  hardswish: r => ({ ...of(pointwise.hardswish)(r), step: 1e-3, tolerance: 2e-3 }),
  leakyRelu: r => {
    const slope = Math.fround(r.number(0, 0.5));
    return of(x => pointwise.leakyRelu(x, slope))(r);
  },
  elu: r => {
    const alpha = r.number(0.5, 2);
    return of(x => pointwise.elu(x, alpha))(r);
  },
  softplus: r => {
    const [beta, threshold] = [r.number(0.5, 2), r.pick(20, 40)];
    return of(x => pointwise.softplus(x, beta, threshold))(r);
  },
  clamp: r => {
    const [lo, hi] = [r.int(-20, 0) / 10, r.pick(Infinity, 1.5)];
    return of(x => pointwise.clamp(x, lo, hi))(r);
  },
  hardtanh: of(x => pointwise.hardtanh(x, -1, 1.5)),

  add: r => {
    const alpha = r.pick(1, 0.5);
    return binary((a, b) => elementwise.add(a, b, alpha), any)(r);
  },
  sub: r => {
    const alpha = r.pick(1, 0.5);
    return binary((a, b) => elementwise.sub(a, b, alpha), any)(r);
  },
  mul: binary(elementwise.mul, any),
  div: binary(elementwise.div, (r, s) => r.nonzero(s)),
  remainder: binary(elementwise.remainder, tenths(0.6, 0.9)),
  pow: binary(elementwise.pow, any),
  maximum: binary(elementwise.maximum, tenths(0.5, 2)),
  minimum: binary(elementwise.minimum, tenths(0.5, 2)),
  where: r => {
    const big = r.shape(0, 3);
    const mask = elementwise.compare('gt', r.tensor(r.broadcastable(big)).detach(), 0);
    return {
      inputs: [r.tensor(r.broadcastable(big)), r.tensor(big)],
      fn: (a, b) => elementwise.where(mask, a, b)
    };
  },
  // The difference of rounded numbers is that of the numbers.
  cast: r => ({ ...of(x => elementwise.cast(x, 'float32'))(r), reference: x => x }),

  reshape: r => of(x => shape.reshape(x, [x.numel()]))(r),
  view: r => ({ inputs: [r.tensor([2, 3, r.int(1, 4)])], fn: x => shape.view(x, [6, -1]) }),
  contiguous: r => ({
    inputs: [r.tensor(r.shape(2, 2).map(s => s + 1))],
    fn: x => shape.contiguous(shape.transpose(x, 0, 1))
  }),
  clone: of(shape.clone),
  permute: r => {
    const x = r.tensor(r.shape(1, 4));
    const order = x.shape.map((_, d) => d).sort(() => r.number(-1, 1));
    return { inputs: [x], fn: y => shape.permute(y, order) };
  },
  squeeze: r => ({ inputs: [r.tensor([r.int(1, 3), 1, r.int(1, 3)])], fn: x => shape.squeeze(x, r.pick(1)) }),
  unsqueeze: r => {
    const x = r.tensor(r.shape(0, 3));
    const dim = r.int(-x.ndim - 1, x.ndim);
    return { inputs: [x], fn: y => shape.unsqueeze(y, dim) };
  },
  expand: r => {
    const big = r.shape(1, 4);
    return { inputs: [r.tensor(r.broadcastable(big))], fn: x => shape.expand(x, big) };
  },
  narrow: r => {
    const x = r.tensor(r.shape(1, 3).map(s => s + 1));
    const [dim, start] = [r.int(-x.ndim, x.ndim - 1), r.int(0, 1)];
    return { inputs: [x], fn: y => shape.narrow(y, dim, start, 1) };
  },
  select: r => {
    const x = r.tensor(r.shape(1, 3));
    const dim = r.int(-x.ndim, x.ndim - 1);
    return { inputs: [x], fn: y => shape.select(y, dim, -1) };
  },
  slice: r => {
    const x = r.tensor([r.int(3, 6), r.int(1, 3)]);
    const part = sliceOf(r.int(-2, 1), null, r.int(1, 2));
    return { inputs: [x], fn: y => shape.index(y, part) };
  },
  indexSelect: r => {
    const x = r.tensor(r.shape(1, 3));
    const dim = r.int(-x.ndim, x.ndim - 1);
    const picks = r.indices([r.int(1, 5)], x.shape.at(dim) ?? 1);
    return { inputs: [x], fn: y => shape.indexSelect(y, dim, picks) };
  },
  cat: r => {
    const [a, b] = [r.int(1, 3), r.int(1, 3)];
    const dim = r.int(-2, 1);
    const part = () => r.tensor(dim === 0 || dim === -2 ? [r.int(1, 3), a] : [b, r.int(1, 3)]);
    const empty = fromData([], [0], 'float64');
    return { inputs: [part(), part(), part()], fn: (...parts) => shape.cat([...parts, empty], dim) };
  },
  gather: r => {
    const x = r.tensor(r.shape(1, 3));
    const dim = r.int(-x.ndim, x.ndim - 1);
    const at = dim < 0 ? dim + x.ndim : dim;
    const sizes = x.shape.map((size, d) => (d === at ? r.int(1, 4) : r.int(1, size)));
    const picks = r.indices(sizes, x.shape[at] ?? 1);
    return { inputs: [x], fn: y => indexing.gather(y, dim, picks) };
  },
  embedding: r => {
    const rows = r.int(2, 5);
    const picks = r.indices(r.shape(1, 2), rows);
    return { inputs: [r.tensor([rows, r.int(1, 3)])], fn: w => indexing.embedding(picks, w) };
  },
  embeddingBag: r => {
    const [rows, bags, size] = [r.int(2, 5), r.int(1, 3), r.int(1, 4)];
    const mode = r.pick<BagMode>('sum', 'mean', 'max');
    const indices = r.indices([bags, size], rows);
    const paddingIdx = r.pick(null, 0);
    const of = bagsOf(indices, null, false, rows);
    const settings = { mode, paddingIdx, byFrequency: false };
    const scales = mode === 'sum' ? [r.tensor([bags, size])] : [];
    return {
      inputs: [r.tensor([rows, r.int(1, 3)]), ...scales],
      fn: (w, s) => embeddingBag(w, s ?? null, of, settings)
    };
  },

  scatter: scattering((x, dim, index, source) => scatters.scatter(x, dim, index, source)),
  scatterAdd: scattering((x, dim, index, source) => scatters.scatterAdd(x, dim, index, source)),
  triangle: r => {
    const [offset, upper] = [r.int(-1, 1), r.pick(true, false)];
    return { inputs: [r.tensor(r.shape(2, 3))], fn: x => shape.triangle(x, offset, upper) };
  },
  diagonal: r => {
    const offset = r.int(-1, 1);
    return {
      inputs: [r.tensor([r.int(1, 3), r.int(2, 4), r.int(2, 4)])],
      fn: x => shape.diagonal(x, offset, -1, 1)
    };
  },
  diagEmbed: r => {
    const offset = r.int(-1, 1);
    return { inputs: [r.tensor(r.shape(1, 3))], fn: x => shape.diagEmbed(x, offset) };
  },
  unfoldDim: r => {
    const [size, step] = [r.int(1, 3), r.int(1, 3)];
    return { inputs: [r.tensor([2, r.int(3, 6)])], fn: x => shape.unfoldDim(x, -1, size, step) };
  },
  copySlices: r => inPlaceInView(r, (whole, view) => (view.mul_(2), whole)),
  regionView: r => inPlaceInView(r, (_, view) => view.mul_(2)),
  overwritten: r => ({ inputs: [r.tensor([3])], fn: x => x.mul(3).fill_(2).add(x) }),

  cumsum: alongDim(scans.cumsum),
  cumprod: alongDim(scans.cumprod),
  logcumsumexp: alongDim(scans.logcumsumexp),
  vectorNorm: r => {
    const p = r.pick(1, 2, 3, Infinity);
    return reduction((x, dims, keep) => vectorNorm(x, p, dims, keep))(r);
  },
  prod: reduction(reduce.prod),
  deviation: reduction((x, dims, keep) => reduce.deviation(x, dims, 1, keep), 2),
  logsumexp: reduction(reduce.logsumexp),
  extremeOfAll: r => ({ inputs: [r.tensor(r.shape(0, 3))], fn: x => reduce.extremeOfAll(x, 1) }),
  sum: reduction(reduce.sum),
  mean: reduction(reduce.mean),
  variance: reduction((x, dims, keep) => reduce.variance(x, dims, 1, keep), 2),
  amax: reduction(reduce.amax),
  amin: reduction(reduce.amin),
  softmax: r => {
    const x = r.tensor(r.shape(0, 3));
    const [dim, log] = [x.ndim === 0 ? 0 : r.int(-x.ndim, x.ndim - 1), r.pick(true, false)];
    return { inputs: [x], fn: y => reduce.softmax(y, dim, log) };
  },

  linear: r => {
    const [k, n] = [r.int(1, 4), r.int(1, 4)];
    return {
      inputs: [r.tensor([...r.shape(0, 2), k]), r.tensor([n, k]), r.tensor([n])],
      fn: (x, w, b) => linear(x, w, b)
    };
  },
  matmul: r => {
    const [m, k, n] = [r.int(1, 3), r.int(1, 3), r.int(1, 3)];
    const batch = r.shape(0, 2);
    return {
      inputs: [
        r.tensor(r.pick([k], [m, k], [...r.broadcastable(batch), m, k])),
        r.tensor(r.pick([k], [k, n], [...batch, k, n]))
      ],
      fn: matmul
    };
  },
  ...layerCases,
  ...elementCases,

  // Straight through between the ends of the range, where half a step more still rounds to them.
  fakeQuantize: r => {
    const [scale, zeroPoint, lo, hi] = [0.04, r.int(3, 12), 0, 15];
    const perChannel = r.pick(true, false);
    const sizes = r.shape(1, 3);
    const n = perChannel ? (sizes[0] ?? 1) : 1;
    const repeat = (v: number) => new Array<number>(n).fill(v);
    return {
      inputs: [r.offGrid(sizes)],
      fn: x => fakeQuantize(x, repeat(scale), repeat(zeroPoint), lo, hi, perChannel ? 0 : null),
      reference: x => pointwise.clamp(x, (lo - 0.5 - zeroPoint) * scale, (hi + 0.5 - zeroPoint) * scale)
    };
  }
};
