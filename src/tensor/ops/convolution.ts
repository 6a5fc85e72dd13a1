// Convolutions of one to three dimensions in float, plain and transposed; the geometry is shared with the
// quantized kernels. Sums are float32, channels innermost and the bias last: bit for bit what torch's kernels give for
// up to 16 input channels (beyond, they split the sum in ways of their own).

import {
  convolve,
  convolveTransposed,
  type ConvolutionGeometry,
  type Triple
} from '../../kernels/convolution';
import { differentiable } from '../autograd/record';
import { storageFrom } from '../storage';
import { Tensor } from '../tensor';
import { product } from './create';
import { pad } from './pad';
import { at, reshape } from './shape';

export type Spatial = number | readonly number[];

export interface ConvolutionOptions {
  readonly stride: Spatial;
  readonly padding: Spatial | 'same' | 'valid';
  readonly dilation: Spatial;
  readonly groups: number;
  readonly transposed?: boolean;
  readonly outputPadding?: Spatial;
}

/** One number for every spatial dimension, or a list of them, as [D, H, W] with `fill` in front. */
export function spatialTriple(value: Spatial, dims: number, fill: number, what: string): Triple {
  const list =
    typeof value === 'number'
      ? new Array<number>(dims).fill(value)
      : value.length === 1
        ? new Array<number>(dims).fill(at(value, 0))
        : value;
  if (list.length !== dims) {
    throw new Error(`${what}: expected ${dims} numbers, got [${list.join(', ')}]`);
  }
  const [d = fill, h = fill, w = fill] = [...new Array<number>(3 - dims).fill(fill), ...list];
  return [d, h, w];
}

/** Shapes checked and output sizes computed. @throws Error naming what does not fit. */
export function convolutionGeometry(
  op: string,
  inputShape: readonly number[],
  weightShape: readonly number[],
  dims: number,
  options: ConvolutionOptions
): ConvolutionGeometry {
  const { groups, transposed = false } = options;
  if (inputShape.length !== dims + 2) {
    throw new Error(
      `${op}: expected an input of ${dims + 2} dimensions [N, C, …], got [${inputShape.join(', ')}]`
    );
  }
  const [batch = 0, inChannels = 0] = inputShape;
  const expected = transposed ? at(weightShape, 0) : at(weightShape, 1) * groups;
  if (inChannels !== expected) {
    throw new Error(
      `${op}: weight [${weightShape.join(', ')}] with groups=${groups} takes ${expected} channels, ` +
        `but the input [${inputShape.join(', ')}] has ${inChannels}`
    );
  }
  const outChannels = transposed ? at(weightShape, 1) * groups : at(weightShape, 0);
  const lift = (v: Spatial, fill: number, what: string) => spatialTriple(v, dims, fill, `${op} ${what}`);
  const input = lift(inputShape.slice(2), 1, 'input');
  const kernel = lift(weightShape.slice(2), 1, 'kernel');
  const stride = lift(options.stride, 1, 'stride');
  const dilation = lift(options.dilation, 1, 'dilation');
  const padding = lift(typeof options.padding === 'string' ? 0 : options.padding, 0, 'padding');
  const extra = lift(options.outputPadding ?? 0, 0, 'output_padding');
  const sizes = [0, 1, 2].map(i => {
    const reach = at(dilation, i) * (at(kernel, i) - 1);
    return transposed
      ? (at(input, i) - 1) * at(stride, i) - 2 * at(padding, i) + reach + at(extra, i) + 1
      : Math.floor((at(input, i) + 2 * at(padding, i) - reach - 1) / at(stride, i)) + 1;
  });
  const output: Triple = [sizes[0] ?? 0, sizes[1] ?? 0, sizes[2] ?? 0];
  if (output.some(size => size <= 0)) {
    throw new Error(
      `${op}: kernel [${kernel.slice(3 - dims).join(', ')}] is larger than the padded input [${inputShape.join(', ')}]`
    );
  }
  return { batch, inChannels, outChannels, groups, input, output, kernel, stride, padding, dilation };
}

/** `[N, C, spatial…]` of the result. */
export function outputShape(g: ConvolutionGeometry, dims: number): number[] {
  return [g.batch, g.outChannels, ...g.output.slice(3 - dims)];
}

/** An input without batch dimension gets one for the time of `run`. */
export function batched(x: Tensor, dims: number, run: (x: Tensor) => Tensor): Tensor {
  if (x.ndim !== dims + 1) {
    return run(x);
  }
  const result = run(reshape(x, [1, ...x.shape]));
  return reshape(result, result.shape.slice(1));
}

/** `x [N, Cin, …]`, `weight [Cout, Cin / groups, …]` (transposed: `[Cin, Cout / groups, …]`), `bias [Cout]`. */
export function convolution(
  op: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  dims: number,
  options: ConvolutionOptions
): Tensor {
  return batched(x, dims, input => {
    const [padded, resolved] = resolvePadding(input, weight, dims, options);
    return convolutionOp(op, padded, weight, bias, dims, resolved);
  });
}

/** With a batch dimension and padding in numbers. */
export const convolutionOp = differentiable(
  'convolution',
  (
    op: string,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    dims: number,
    options: ConvolutionOptions
  ): Tensor => {
    const g = convolutionGeometry(op, x.shape, weight.shape, dims, options);
    const shape = outputShape(g, dims);
    const source = x.data();
    const isDouble = source instanceof Float64Array;
    const sums = new (isDouble ? Float64Array : Float32Array)(product(shape));
    const addBias = (): void => {
      const positions = product(g.output);
      const offsets = bias?.data() ?? [];
      for (let i = 0; bias && i < sums.length; i++) {
        sums[i] = (sums[i] as number) + (offsets[Math.floor(i / positions) % g.outChannels] as number);
      }
    };
    // Torch's depthwise kernels start from the bias; all others end with it.
    const isDepthwise =
      !options.transposed &&
      dims < 3 &&
      g.groups > 1 &&
      g.groups === g.inChannels &&
      g.groups === g.outChannels;
    if (isDepthwise) {
      addBias();
    }
    const run = options.transposed ? convolveTransposed : convolve;
    run(
      isDouble || source instanceof Float32Array ? source : Float32Array.from(source),
      weight.data(),
      sums,
      g
    );
    if (!isDepthwise) {
      addBias();
    }
    return new Tensor(storageFrom(x.dtype, sums), shape);
  }
);

/** 'same' and 'valid' as numbers; an uneven 'same' pads the input first, one more at the end. */
function resolvePadding(
  x: Tensor,
  weight: Tensor,
  dims: number,
  options: ConvolutionOptions
): [Tensor, ConvolutionOptions & { padding: Spatial }] {
  const { padding } = options;
  if (typeof padding !== 'string') {
    return [x, { ...options, padding }];
  }
  if (padding === 'valid') {
    return [x, { ...options, padding: 0 }];
  }
  const dilation = spatialTriple(options.dilation, dims, 1, 'dilation').slice(3 - dims);
  const totals = weight.shape.slice(2).map((k, i) => (k - 1) * at(dilation, i));
  if (totals.every(t => t % 2 === 0)) {
    return [x, { ...options, padding: totals.map(t => t / 2) }];
  }
  const amounts = [...totals].reverse().flatMap(t => [Math.floor(t / 2), t - Math.floor(t / 2)]);
  return [pad(x, amounts, 'constant', 0), { ...options, padding: 0 }];
}
