// Pooling over one to three dimensions. Average pools give the exact sum and count to a callback, so that
// the quantized versions share the loops.

import type { Triple } from '../../kernels/convolution';
import { differentiable } from '../autograd/record';
import { Tensor } from '../tensor';
import { batched, spatialTriple, type Spatial } from './convolution';
import { empty } from './create';

export interface PoolOptions {
  readonly kernelSize: Spatial;
  readonly stride: Spatial | null;
  readonly padding: Spatial;
  readonly dilation?: Spatial;
  readonly ceilMode: boolean;
}

export interface Window {
  readonly input: Triple;
  readonly output: Triple;
  /** First and one past the last input position of output `o` in dimension `d`, unclipped. */
  bounds(d: number, o: number): readonly [number, number];
  readonly step: Triple;
}

/** What an average pool makes of a window. `valid`: elements inside the input; `full`: with padding. */
export type AverageRule = (sum: number, valid: number, full: number) => number;

export function maxPool(
  op: string,
  x: Tensor,
  dims: number,
  options: PoolOptions
): { values: Tensor; indices: Tensor } {
  let indices: Tensor | undefined;
  const values = batched(x, dims, input => {
    const pooled = maxPoolOp(op, input, dims, options);
    indices = pooled.indices;
    return pooled.values;
  });
  return { values, indices: new Tensor((indices as Tensor).storage, values.shape) };
}

/** Values and the places they were found, with a batch dimension. */
export const maxPoolOp = differentiable(
  'maxPool',
  (op: string, input: Tensor, dims: number, options: PoolOptions) => {
    return largestOf(input, slidingWindow(op, input, dims, options), dims);
  },
  ({ values }) => values
);

export function avgPool(
  op: string,
  x: Tensor,
  dims: number,
  options: PoolOptions,
  rule: AverageRule
): Tensor {
  return batched(x, dims, input =>
    averageOp(input, slidingWindow(op, input, dims, options), dims, options, rule)
  );
}

/** Each output cell averages the input cells it covers; sizes need not divide. */
export function adaptiveAvgPool(
  op: string,
  x: Tensor,
  dims: number,
  size: readonly (number | null)[] | number | null,
  rule: AverageRule
): Tensor {
  return batched(x, dims, input => averageOp(input, adaptiveWindow(op, input, dims, size), dims, null, rule));
}

/** The largest element of each cell and the place it was found. */
export function adaptiveMaxPool(
  op: string,
  x: Tensor,
  dims: number,
  size: readonly (number | null)[] | number | null
): { values: Tensor; indices: Tensor } {
  let indices: Tensor | undefined;
  const values = batched(x, dims, input => {
    const pooled = adaptiveMaxOp(input, adaptiveWindow(op, input, dims, size), dims);
    indices = pooled.indices;
    return pooled.values;
  });
  return { values, indices: new Tensor((indices as Tensor).storage, values.shape) };
}

function largestOf(x: Tensor, window: Window, dims: number): { values: Tensor; indices: Tensor } {
  const [result, out] = allocateOutput(x, window, dims);
  const positions = empty(result.shape, 'int64');
  const found = positions.storage.view();
  const source = x.data();
  eachWindow(x, window, (i, visit) => {
    let best = -Infinity;
    let bestAt = -1;
    visit((position, inPlane) => {
      const v = source[position] as number;
      if (v > best || v !== v || bestAt < 0) {
        best = v;
        bestAt = inPlane;
      }
    });
    out[i] = best;
    found[i] = bestAt;
  });
  return { values: result, indices: positions };
}

/** The gradient goes to the first largest element of each window. */
export const adaptiveMaxOp = differentiable('adaptiveMaxPool', largestOf, ({ values }) => values);

/** Padding of an average pool; none for an adaptive one. */
export function poolPadding(options: PoolOptions | null, dims: number): Triple {
  return options ? spatialTriple(options.padding, dims, 0, 'padding') : [0, 0, 0];
}

export const averageOp = differentiable(
  'avgPool',
  (x: Tensor, window: Window, dims: number, options: PoolOptions | null, rule: AverageRule): Tensor => {
    const [result, out] = allocateOutput(x, window, dims);
    const source = x.data();
    const padded = poolPadding(options, dims);
    eachWindow(x, window, (i, visit, full) => {
      let sum = 0;
      let count = 0;
      visit(position => {
        sum += source[position] as number;
        count += 1;
      });
      out[i] = rule(sum, count, full(padded));
    });
    return result;
  }
);

function slidingWindow(op: string, x: Tensor, dims: number, options: PoolOptions): Window {
  if (x.ndim !== dims + 2) {
    throw new Error(`${op}: expected [N, C] and ${dims} spatial dimensions, got [${x.shape.join(', ')}]`);
  }
  const lift = (v: Spatial, fill: number, what: string) => spatialTriple(v, dims, fill, `${op} ${what}`);
  const input = lift(x.shape.slice(2), 1, 'input');
  const kernel = lift(options.kernelSize, 1, 'kernel_size');
  const noStride = options.stride === null || (Array.isArray(options.stride) && options.stride.length === 0);
  const stride = noStride ? kernel : lift(options.stride as Spatial, 1, 'stride');
  const padding = lift(options.padding, 0, 'padding');
  const dilation = lift(options.dilation ?? 1, 1, 'dilation');
  const sizes = ([0, 1, 2] as const).map(d => {
    const span = input[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1;
    const size = (options.ceilMode ? Math.ceil : Math.floor)(span / stride[d]) + 1;
    // The last window must start inside the input or its left padding.
    return options.ceilMode && (size - 1) * stride[d] >= input[d] + padding[d] ? size - 1 : size;
  });
  const output: Triple = [sizes[0] ?? 0, sizes[1] ?? 0, sizes[2] ?? 0];
  if (output.some(size => size <= 0)) {
    throw new Error(
      `${op}: output would be empty for input [${x.shape.join(', ')}] and kernel [${kernel.slice(3 - dims).join(', ')}]`
    );
  }
  return {
    input,
    output,
    step: dilation,
    bounds: (d, o) => {
      const start = o * (stride[d] as number) - (padding[d] as number);
      return [start, start + (dilation[d] as number) * ((kernel[d] as number) - 1) + 1];
    }
  };
}

function adaptiveWindow(
  op: string,
  x: Tensor,
  dims: number,
  size: readonly (number | null)[] | number | null
): Window {
  if (x.ndim !== dims + 2) {
    throw new Error(`${op}: expected [N, C] and ${dims} spatial dimensions, got [${x.shape.join(', ')}]`);
  }
  const spatial = x.shape.slice(2);
  const wanted = Array.isArray(size)
    ? (size as readonly (number | null)[])
    : new Array<number | null>(dims).fill(size as number | null);
  const output = spatialTriple(
    spatial.map((s, i) => wanted[i] ?? s),
    dims,
    1,
    `${op} output_size`
  );
  const input = spatialTriple(spatial, dims, 1, `${op} input`);
  return {
    input,
    output,
    step: [1, 1, 1],
    bounds: (d, o) => {
      const [from, to] = [input[d] as number, output[d] as number];
      return [Math.floor((o * from) / to), Math.ceil(((o + 1) * from) / to)];
    }
  };
}

function allocateOutput(x: Tensor, window: Window, dims: number) {
  const shape = [...x.shape.slice(0, 2), ...window.output.slice(3 - dims)];
  const bare = empty(shape, x.dtype);
  const result = x.quantizer ? new Tensor(bare.storage, shape, { quantizer: x.quantizer }) : bare;
  return [result, result.storage.view()] as const;
}

type Visit = (see: (position: number, inPlane: number) => void) => void;

export function eachWindow(
  x: Tensor,
  window: Window,
  use: (index: number, visit: Visit, full: (padding: Triple) => number) => void
): void {
  const [iD, iH, iW] = window.input;
  const [oD, oH, oW] = window.output;
  const planes = (x.shape[0] ?? 1) * (x.shape[1] ?? 1);
  let index = 0;
  for (let plane = 0; plane < planes; plane++) {
    const base = plane * iD * iH * iW;
    for (let d = 0; d < oD; d++) {
      const [d0, d1] = window.bounds(0, d);
      for (let h = 0; h < oH; h++) {
        const [h0, h1] = window.bounds(1, h);
        for (let w = 0; w < oW; w++) {
          const [w0, w1] = window.bounds(2, w);
          const visit: Visit = see => {
            for (let z = d0; z < d1; z += window.step[0]) {
              for (let y = h0; y < h1; y += window.step[1]) {
                for (let u = w0; u < w1; u += window.step[2]) {
                  if (z >= 0 && z < iD && y >= 0 && y < iH && u >= 0 && u < iW) {
                    const inPlane = (z * iH + y) * iW + u;
                    see(base + inPlane, inPlane);
                  }
                }
              }
            }
          };
          const full = (p: Triple) =>
            (Math.min(d1, iD + p[0]) - d0) * (Math.min(h1, iH + p[1]) - h0) * (Math.min(w1, iW + p[2]) - w0);
          use(index++, visit, full);
        }
      }
    }
  }
}
