// Random cases for the rules of layers: convolutions, normalisations, pools, resampling.

import * as conv from '../../src/tensor/ops/convolution';
import { bicubic } from '../../src/tensor/ops/bicubic';
import { columns, overlapAdd, type WindowGeometry } from '../../src/tensor/ops/columns';
import { unpool } from '../../src/tensor/ops/unpool';
import { interpolate } from '../../src/tensor/ops/interpolate';
import * as norm from '../../src/tensor/ops/norm';
import { pad, type PadMode } from '../../src/tensor/ops/pad';
import * as pool from '../../src/tensor/ops/pool';
import type { Tensor } from '../../src/tensor';
import type { Generator, Random } from './gradcheck';

/** [N, C, spatial…] with room for windows. */
const image = (r: Random, dims: number, channels = r.int(1, 3)): number[] => [
  r.int(1, 2),
  channels,
  ...Array.from({ length: dims }, () => r.int(4, dims === 3 ? 4 : 6))
];

const windows = (r: Random): WindowGeometry => ({
  kernel: [r.int(1, 2), r.int(1, 3)],
  dilation: [1, 1],
  padding: [r.int(0, 1), 0],
  stride: [r.int(1, 2), r.int(1, 2)]
});

const convolution: Generator = r => {
  const dims = r.int(1, 3);
  const groups = r.int(1, 2);
  const [cin, cout] = [groups * r.int(1, 2), groups * r.int(1, 2)];
  const transposed = r.pick(true, false);
  const kernel = Array.from({ length: dims }, () => r.int(1, 3));
  const stride = r.int(1, 2);
  const padding = r.pick<conv.Spatial | 'same' | 'valid'>(0, 1, ...(transposed ? [] : ['same' as const]));
  const options = {
    stride: padding === 'same' ? 1 : stride,
    padding,
    dilation: r.int(1, dims === 3 || transposed ? 1 : 2),
    groups,
    transposed,
    outputPadding: transposed && stride === 2 ? r.int(0, 1) : 0
  };
  const sizes = image(r, dims, cin).map((s, d) => (d > 1 && dims < 3 ? s + 1 : s));
  const unbatched = r.int(0, 3) === 0;
  return {
    inputs: [
      r.tensor(unbatched ? sizes.slice(1) : sizes),
      r.tensor(transposed ? [cin, cout / groups, ...kernel] : [cout, cin / groups, ...kernel]),
      r.tensor([cout])
    ],
    fn: (x, w, b) => conv.convolution('conv', x, w, b, dims, options)
  };
};

const average: Generator = r => {
  const dims = r.int(1, 3);
  const x = r.tensor(image(r, dims));
  if (r.pick(true, false)) {
    const size = r.int(1, 3);
    return { inputs: [x], fn: y => pool.adaptiveAvgPool('pool', y, dims, size, (s, n) => s / n) };
  }
  const options = { kernelSize: 3, stride: r.int(1, 3), padding: r.int(0, 1), ceilMode: r.pick(true, false) };
  const include = r.pick(true, false);
  const rule = (s: number, valid: number, full: number) => s / (include ? full : valid);
  return { inputs: [x], fn: y => pool.avgPool('pool', y, dims, options, rule) };
};

const maximum: Generator = r => {
  const dims = r.int(1, 3);
  const kernelSize = r.int(2, 3);
  const options = {
    kernelSize,
    stride: r.pick(null, 1, 2),
    padding: r.int(0, 1),
    dilation: kernelSize === 2 ? r.int(1, 2) : 1,
    ceilMode: r.pick(true, false)
  };
  return { inputs: [r.tensor(image(r, dims))], fn: x => pool.maxPool('pool', x, dims, options).values };
};

const resampling: Generator = r => {
  const dims = r.int(1, 3);
  const linearMode = ['linear', 'bilinear', 'trilinear'][dims - 1] as string;
  const mode = r.pick('nearest', linearMode);
  const sized = r.pick(true, false);
  const options = {
    size: sized ? r.int(2, 7) : null,
    scaleFactor: sized ? null : r.pick(0.6, 1.5, 2),
    mode,
    alignCorners: mode === 'nearest' ? null : r.pick(true, false)
  };
  // Linear, but sums are rounded to float32: far points, since their distance makes no error.
  return {
    inputs: [r.tensor(image(r, dims))],
    fn: x => interpolate(x, options),
    step: 0.5,
    tolerance: 1e-5
  };
};

const padding: Generator = r => {
  const x = r.tensor(image(r, r.int(1, 3)));
  const mode = r.pick<PadMode>('constant', 'reflect', 'replicate', 'circular');
  const amounts = Array.from({ length: 2 * (x.ndim - 2) }, () => r.int(mode === 'constant' ? -1 : 0, 2));
  return { inputs: [x], fn: y => pad(y, amounts, mode, 0.5) };
};

/** Statistics of few elements make for large third derivatives. */
const NORM_TOLERANCE = 1e-5;
const affine = (r: Random, c: number): Tensor[] => [r.tensor([c]), r.tensor([c])];

export const layerCases: { readonly [op: string]: Generator } = {
  convolution,

  batchNorm: r => {
    const sizes = image(r, r.int(0, 2));
    const c = sizes[1] ?? 1;
    const [mean, variance] = [r.tensor([c]).detach(), r.tensor([c], 0.5, 2).detach()];
    return {
      inputs: [r.tensor(sizes), ...affine(r, c)],
      fn: (x, w, b) => norm.batchNorm(x, mean, variance, w ?? null, b ?? null, 1e-5)
    };
  },
  batchNormTraining: r => {
    const sizes = image(r, r.int(1, 2));
    return {
      inputs: [r.tensor(sizes), ...affine(r, sizes[1] ?? 1)],
      fn: (x, w, b) => norm.batchNormTraining(x, w ?? null, b ?? null, 1e-5, norm.batchStatistics(x)),
      tolerance: NORM_TOLERANCE
    };
  },
  layerNorm: r => {
    const tail = r.pick([5], [2, 3]);
    return {
      inputs: [r.tensor([...r.shape(0, 2), ...tail]), r.tensor(tail), r.tensor(tail)],
      fn: (x, w, b) => norm.layerNorm(x, tail, w ?? null, b ?? null, 1e-5),
      tolerance: NORM_TOLERANCE
    };
  },
  groupNorm: r => {
    const groups = r.int(1, 2);
    const sizes = image(r, r.int(1, 2), groups * r.int(1, 2));
    return {
      inputs: [r.tensor(sizes), ...affine(r, sizes[1] ?? 1)],
      fn: (x, w, b) => norm.groupNorm(x, groups, w ?? null, b ?? null, 1e-5),
      tolerance: NORM_TOLERANCE
    };
  },

  avgPool: average,
  maxPool: maximum,
  unpool: r => {
    const places = r.indices([1, 2, 3], 1);
    places.storage.view().forEach((_, i, all) => {
      all[i] = 2 * (i % 3) + r.int(0, 1);
    });
    return { inputs: [r.tensor([1, 2, 3])], fn: x => unpool(x, places, [7]) };
  },
  bicubic: r => {
    const options = {
      size: [r.int(2, 6), r.int(2, 6)],
      scaleFactor: null,
      mode: 'bicubic',
      alignCorners: r.pick(true, false)
    };
    return { inputs: [r.tensor([1, 2, r.int(3, 5), 4])], fn: x => bicubic(x, options) };
  },
  columns: r => {
    const g = windows(r);
    return { inputs: [r.tensor([1, 2, 4, 5])], fn: x => columns(x, g) };
  },
  overlapAdd: r => {
    const g = windows(r);
    const shape = columns(r.tensor([1, 2, 4, 5]).detach(), g).shape;
    return { inputs: [r.tensor(shape)], fn: x => overlapAdd(x, [4, 5], g) };
  },
  adaptiveMaxPool: r => {
    const dims = r.int(1, 3);
    const size = r.int(1, 3);
    return {
      inputs: [r.tensor(image(r, dims))],
      fn: x => pool.adaptiveMaxPool('pool', x, dims, size).values
    };
  },
  interpolate: resampling,
  pad: padding
};
