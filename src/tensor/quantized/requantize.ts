// From exact int32 sums to quint8: the last step of linear and convolution kernels, per engine. Spec 9.2.

import { isQnnpack } from './engine';
import { clamp, f32, rne } from './rounding';
import type { Quantizer } from '../tensor';

export interface Requantization {
  readonly inputScale: number;
  readonly weight: Quantizer;
  readonly bias: ArrayLike<number> | null;
  readonly outputScale: number;
  readonly outputZeroPoint: number;
  readonly relu: boolean;
}

/** Turns sums into quint8, `channelOf(i)` being the output channel of element i. */
export function requantize(
  sums: Int32Array,
  out: Uint8Array,
  channels: number,
  inner: number,
  r: Requantization
): void {
  const lo = r.relu ? r.outputZeroPoint : 0;
  const qnnpack = isQnnpack();
  const perChannel = r.weight.axis !== undefined;
  const { offsets, multipliers } = (qnnpack ? qnnpackFactors : fbgemmFactors)(channels, perChannel, r);
  for (let i = 0; i < sums.length; i++) {
    const c = Math.floor(i / inner) % channels;
    const sum = sums[i] as number;
    const shifted = qnnpack ? f32(sum + (offsets[c] as number)) : f32(f32(sum) + (offsets[c] as number));
    out[i] = clamp(rne(f32(shifted * (multipliers[c] as number))) + r.outputZeroPoint, lo, 255);
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

function qnnpackFactors(channels: number, perChannel: boolean, r: Requantization) {
  return factors(channels, c => {
    const weightScale = f32(r.weight.scales[perChannel ? c : 0] as number);
    const bias = r.bias ? (r.bias[c] as number) : 0;
    const offset = rne(f32(bias / f32(f32(r.inputScale) * weightScale)));
    return [offset, f32(f32(weightScale * f32(r.inputScale)) / f32(r.outputScale))];
  });
}
