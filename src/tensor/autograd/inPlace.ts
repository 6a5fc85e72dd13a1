// Operators that write into the tensor they are called on: `x.add_(y)`, `F.relu(x, { inplace: true })`. The numbers
// go into the tensor's own storage, so every view of it sees them. While recording, the call is recorded on a copy of
// the old numbers, and what it was written into continues from there (PyTorch: rebased history, `CopySlices`).

import { empty } from '../ops/create';
import { cast } from '../ops/map';
import { canCast } from '../ops/promote';
import { clone, strided } from '../ops/views';
import { Tensor } from '../tensor';
import { fillView } from './broadcast';
import { anyWantsGradient, defineGradient, differentiable, isGradEnabled, noGrad } from './record';
import { markWritten } from './version';

/** Where a view lies in its base. */
interface Region {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * Writes `compute(x)` into `x` and returns `x`. `others` are the call's other arguments.
 * @throws Error where the result does not fit in shape or dtype, or a gradient would be lost.
 */
export function writeInPlace(
  name: string,
  x: Tensor,
  others: readonly unknown[],
  compute: (source: Tensor) => Tensor
): Tensor {
  if (x.quantizer) {
    // Quantized results have their own scale: there the value is what the call gives.
    return compute(x);
  }
  const records = isGradEnabled() && (anyWantsGradient([x, x.base]) || anyWantsGradient(others));
  requireWritable(name, x, records);
  if (!records) {
    write(name, x, compute(x));
    return x;
  }
  const before = snapshot(x);
  const computed = cast(checked(name, x, compute(before)), x.dtype);
  const result = computed.requiresGrad ? computed : overwritten(before, computed);
  const { base } = x;
  if (!base) {
    write(name, x, result);
    continueFrom(x, result);
    return x;
  }
  const region = regionOf(name, x, base);
  const whole = copySlices(snapshot(base), result, region);
  write(name, x, result);
  continueFrom(base, whole);
  continueFrom(x, regionView(base, region));
  return x;
}

function requireWritable(name: string, x: Tensor, records: boolean): void {
  if (x.shape.some((size, d) => size > 1 && x.strides[d] === 0)) {
    throw new Error(
      `${name}: several elements of this expanded [${x.shape.join(', ')}] tensor are one number; clone() it first`
    );
  }
  for (const leaf of records ? [x, x.base] : []) {
    if (leaf?.requiresGrad && leaf.isLeaf) {
      throw new Error(
        `${name}: a leaf tensor that requires grad${leaf === x ? '' : ' and is seen through this view'} ` +
          'cannot be changed in place while recording; do it inside torch.noGrad'
      );
    }
  }
}

function checked(name: string, x: Tensor, result: Tensor): Tensor {
  if (result.ndim !== x.ndim || result.shape.some((size, d) => size !== x.shape[d])) {
    throw new Error(
      `${name}: the result has shape [${result.shape.join(', ')}] and cannot be written into ` +
        `[${x.shape.join(', ')}]`
    );
  }
  if (!canCast(result.dtype, x.dtype)) {
    throw new TypeError(`${name}: a ${result.dtype} result cannot be written into a ${x.dtype} tensor`);
  }
  return result;
}

function write(name: string, x: Tensor, result: Tensor): void {
  checked(name, x, result);
  markWritten(x);
  noGrad(() => x.copyFrom(result, name));
}

/** The numbers and the history as they are now. */
function snapshot(x: Tensor): Tensor {
  const copy = noGrad(() => clone(x));
  copy.requiresGrad = x.requiresGrad;
  copy.gradFn = x.gradFn;
  return copy;
}

/** `x` now holds what `result` was computed to be. */
function continueFrom(x: Tensor, result: Tensor): void {
  x.requiresGrad = result.requiresGrad;
  x.gradFn = result.gradFn;
  if (x.gradFn) {
    x.gradFn.output = x;
  }
}

function regionOf(name: string, x: Tensor, base: Tensor): Region {
  if (!base.isContiguous()) {
    throw new Error(
      `${name}: this is a view of a tensor that is not contiguous and records gradients; use the function that ` +
        'returns a new tensor'
    );
  }
  return { shape: x.shape, strides: x.strides, offset: x.offset - base.offset };
}

const regionIn = (whole: Tensor, { shape, strides, offset }: Region): Tensor =>
  strided(whole, shape, strides, whole.offset + offset);

/** Nothing is left of what was there. */
const overwritten = differentiable('overwritten', (_before: Tensor, value: Tensor) => clone(value));
defineGradient(overwritten, dy => [null, dy]);

/** Changes how `x` itself is seen: `x.unsqueeze_(0)`. @throws Error for a leaf that requires grad. */
export function seeInPlace(name: string, x: Tensor, see: (source: Tensor) => Tensor): Tensor {
  requireWritable(name, x, isGradEnabled() && x.requiresGrad);
  const { shape, strides, offset, quantizer, base } = x;
  const source = new Tensor(x.storage, shape, { strides, offset, quantizer, base });
  source.requiresGrad = x.requiresGrad;
  source.gradFn = x.gradFn;
  const seen = see(source);
  Object.assign(x, { shape: seen.shape, strides: seen.strides, offset: seen.offset });
  if (seen.gradFn) {
    continueFrom(x, seen);
  }
  return x;
}

/** `base` with `value` in a region of it. */
const copySlices = differentiable('copySlices', (base: Tensor, value: Tensor, region: Region): Tensor => {
  const whole = clone(base);
  regionIn(whole, region).copyFrom(value);
  return whole;
});
defineGradient(copySlices, (dy, [, , region]) => {
  const others = clone(dy);
  const inside = regionIn(others, region);
  const value = clone(inside);
  inside.copyFrom(empty(region.shape, dy.dtype));
  return [others, value];
});

/** A region of `base` as a tensor of its own. */
const regionView = differentiable('regionView', (base: Tensor, region: Region) => regionIn(base, region));
defineGradient(regionView, (dy, [base, region]) => [fillView(base, dy, full => regionIn(full, region))]);
