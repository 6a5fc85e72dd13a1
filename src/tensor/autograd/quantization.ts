// The gradient of fake quantization: straight through where the integer was inside the range, else 0; none for
// scale and zero point (spec 2.5). The range is tested before clamping, so values that round to its ends pass.

import { empty, product } from '../ops/create';
import { at } from '../ops/shape';
import { fakeQuantizeOp } from '../quantized/quantize';
import { f32, rne } from '../quantized/rounding';
import { defineGradient } from './record';

defineGradient(
  fakeQuantizeOp,
  (dy, [x, scales, zeroPoints, quantMin, quantMax, axis = null, floatZeroPoints = false]) => {
    const channels = axis === null ? 1 : at(x.shape, axis);
    const inner = axis === null ? Infinity : product(x.shape.slice(axis + 1));
    const gradient = empty(x.shape, dy.dtype);
    const out = gradient.storage.view();
    const [upper, source] = [dy.data(), x.data()];
    for (let i = 0; i < out.length; i++) {
      const c = axis === null ? 0 : Math.floor(i / inner) % channels;
      const scaled = f32((source[i] as number) * f32(1 / (scales[c] as number)));
      const zeroPoint = zeroPoints[c] as number;
      const q = floatZeroPoints ? rne(f32(scaled + zeroPoint)) : rne(scaled) + zeroPoint;
      out[i] = q >= quantMin && q <= quantMax ? (upper[i] as number) : 0;
    }
    return [gradient];
  }
);
