// From exact int32 sums to bytes: the last step of linear and convolution kernels, per engine. Spec 9.2.

import type { TypedArray } from '../storage';
import type { Quantizer } from '../tensor';
import { compatibility } from '../compatibility';
import { isQnnpack, quantizedBackends } from './engine';
import { clamp, f32, fma32, quantizeFma, rne } from './rounding';

export interface Requantization {
  readonly inputScale: number;
  readonly weight: Quantizer;
  readonly bias: ArrayLike<number> | null;
  readonly outputScale: number;
  readonly outputZeroPoint: number;
  readonly range: readonly [lowest: number, highest: number];
  readonly relu: boolean;
  /** oneDNN only: added to the float result, which then goes through `activation`. */
  readonly addend?: ArrayLike<number>;
  readonly activation?: (v: number) => number;
}

/** Turns sums into bytes; element i belongs to output channel `⌊i / inner⌋ mod channels`. */
export function requantize(
  sums: Int32Array,
  out: TypedArray,
  channels: number,
  inner: number,
  r: Requantization
): void {
  if (r.activation || r.addend || quantizedBackends.engine === 'onednn') {
    requantizeOneDnn(sums, out, channels, inner, r);
    return;
  }
  const [lowest, highest] = r.range;
  const lo = r.relu ? r.outputZeroPoint : lowest;
  const qnnpack = isQnnpack();
  const perChannel = r.weight.axis !== undefined;
  const { offsets, multipliers } = (qnnpack ? qnnpackFactors : fbgemmFactors)(channels, perChannel, r);
  for (let i = 0; i < sums.length; i++) {
    const c = Math.floor(i / inner) % channels;
    const sum = sums[i] as number;
    const shifted = qnnpack ? f32(sum + (offsets[c] as number)) : f32(f32(sum) + (offsets[c] as number));
    out[i] = clamp(rne(f32(shifted * (multipliers[c] as number))) + r.outputZeroPoint, lo, highest);
  }
}

function factors(channels: number, one: (c: number) => readonly [number, number]) {
  const offsets = new Float64Array(channels);
  const multipliers = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const [offset, multiplier] = one(c);
    offsets[c] = offset;
    multipliers[c] = multiplier;
  }
  return { offsets, multipliers };
}

function fbgemmFactors(channels: number, perChannel: boolean, r: Requantization) {
  return factors(channels, c => {
    const activation = f32(f32(r.inputScale) * f32(r.weight.scales[perChannel ? c : 0] as number));
    const bias = r.bias ? (r.bias[c] as number) : 0;
    const offset = perChannel ? f32(bias / activation) : f32(bias * f32(1 / activation));
    return [offset, f32(activation / f32(r.outputScale))];
  });
}

/** Where the scales are tiny, as after a dead relu, a bias leaves int32: PyTorch's conversion makes the smallest of it. */
const asInt32 = (value: number): number =>
  compatibility.reproducePyTorchDefects && Math.abs(value) >= 2 ** 31 ? -(2 ** 31) : value;

function qnnpackFactors(channels: number, perChannel: boolean, r: Requantization) {
  return factors(channels, c => {
    const weightScale = f32(r.weight.scales[perChannel ? c : 0] as number);
    const bias = r.bias ? (r.bias[c] as number) : 0;
    const offset = asInt32(rne(f32(bias / f32(f32(r.inputScale) * weightScale))));
    return [offset, f32(f32(weightScale * f32(r.inputScale)) / f32(r.outputScale))];
  });
}

/** In float: scaled and biased with one rounding, then what is fused, then quantized. */
function requantizeOneDnn(
  sums: Int32Array,
  out: TypedArray,
  channels: number,
  inner: number,
  r: Requantization
): void {
  const { weight, bias, addend, activation } = r;
  const scales = Float32Array.from(weight.scales, scale => f32(r.inputScale) * f32(scale));
  const inverse = f32(1 / f32(r.outputScale));
  const [lowest, highest] = r.range;
  for (let i = 0; i < sums.length; i++) {
    const c = Math.floor(i / inner) % channels;
    const scale = scales[weight.axis === undefined ? 0 : c] as number;
    let v = fma32(sums[i] as number, scale, bias ? (bias[c] as number) : 0);
    v = addend ? f32(v + (addend[i] as number)) : v;
    v = activation ? f32(activation(v)) : v;
    out[i] = quantizeFma(r.relu && v < 0 ? 0 : v, inverse, r.outputZeroPoint, lowest, highest);
  }
}
