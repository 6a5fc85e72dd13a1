// Convolution over one to three spatial dimensions as im2col and a matrix product, and its transpose as the
// reverse. Spatial sizes are triples [D, H, W]; fewer dimensions have leading ones. Plain TypeScript.

import { matmulAccumulate, matmulFma } from './gemm';

export type Triple = readonly [number, number, number];

export interface ConvolutionGeometry {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly input: Triple;
  readonly output: Triple;
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly padding: Triple;
  readonly dilation: Triple;
}

type Numbers = Float32Array | Float64Array | Int32Array;
type Sums = Float32Array | Float64Array | Int32Array;

/** sums[N, Cout, D, H, W] = x[N, Cin, …] ∗ w[Cout, Cin / groups, kD, kH, kW]; padding is 0. */
export function convolve(x: Numbers, w: ArrayLike<number>, sums: Sums, g: ConvolutionGeometry): void {
  const positions = g.output[0] * g.output[1] * g.output[2];
  const cin = g.inChannels / g.groups;
  const cout = g.outChannels / g.groups;
  const depth = cin * g.kernel[0] * g.kernel[1] * g.kernel[2];
  const inputSize = g.input[0] * g.input[1] * g.input[2];
  const columns = new (x.constructor as Float32ArrayConstructor)(depth * positions);
  const weights = kernelMajor(w, g.outChannels, cin, g.kernel[0] * g.kernel[1] * g.kernel[2]);
  for (let n = 0; n < g.batch; n++) {
    for (let group = 0; group < g.groups; group++) {
      const from = (n * g.inChannels + group * cin) * inputSize;
      unfold(x, from, columns, cin, g);
      const rows = weights.subarray(group * cout * depth, (group + 1) * cout * depth);
      const start = (n * g.outChannels + group * cout) * positions;
      const target = sums.subarray(start, start + cout * positions);
      if (target instanceof Float32Array) {
        matmulFma(rows, columns, target, cout, depth, positions);
      } else {
        matmulAccumulate(rows, columns, target, cout, depth, positions);
      }
    }
  }
}

/** w[out, c, k] → [out, k, c]: channels innermost, the order in which vectorised kernels add up. */
function kernelMajor(w: ArrayLike<number>, out: number, cin: number, kernel: number): Float64Array {
  const result = new Float64Array(out * cin * kernel);
  for (let o = 0; o < out; o++) {
    for (let c = 0; c < cin; c++) {
      for (let k = 0; k < kernel; k++) {
        result[(o * kernel + k) * cin + c] = w[(o * cin + c) * kernel + k] as number;
      }
    }
  }
  return result;
}

/** columns[kernel · c, positions]: what each kernel element meets at each output position. */
export function unfold(
  x: Numbers,
  from: number,
  columns: Numbers,
  cin: number,
  g: ConvolutionGeometry
): void {
  const [iD, iH, iW] = g.input;
  const [oD, oH, oW] = g.output;
  const [kD, kH, kW] = g.kernel;
  columns.fill(0);
  let row = 0;
  for (let kd = 0; kd < kD; kd++) {
    for (let kh = 0; kh < kH; kh++) {
      for (let kw = 0; kw < kW; kw++) {
        for (let c = 0; c < cin; c++, row++) {
          const channel = from + c * iD * iH * iW;
          const start = row * oD * oH * oW;
          for (let d = 0; d < oD; d++) {
            const z = d * g.stride[0] - g.padding[0] + kd * g.dilation[0];
            if (z < 0 || z >= iD) {
              continue;
            }
            for (let h = 0; h < oH; h++) {
              const y = h * g.stride[1] - g.padding[1] + kh * g.dilation[1];
              if (y < 0 || y >= iH) {
                continue;
              }
              const line = channel + (z * iH + y) * iW;
              const target = start + (d * oH + h) * oW;
              for (let v = 0; v < oW; v++) {
                const u = v * g.stride[2] - g.padding[2] + kw * g.dilation[2];
                if (u >= 0 && u < iW) {
                  columns[target + v] = x[line + u] as number;
                }
              }
            }
          }
        }
      }
    }
  }
}

/** sums[N, Cout, …] = transposed convolution of x[N, Cin, …] with w[Cin, Cout / groups, kD, kH, kW]. */
export function convolveTransposed(
  x: Numbers,
  w: ArrayLike<number>,
  sums: Sums,
  g: ConvolutionGeometry
): void {
  const [iD, iH, iW] = g.input;
  const [oD, oH, oW] = g.output;
  const [kD, kH, kW] = g.kernel;
  const cin = g.inChannels / g.groups;
  const cout = g.outChannels / g.groups;
  const kernelSize = kD * kH * kW;
  for (let n = 0; n < g.batch; n++) {
    for (let ci = 0; ci < g.inChannels; ci++) {
      const group = Math.floor(ci / cin);
      const source = (n * g.inChannels + ci) * iD * iH * iW;
      for (let co = 0; co < cout; co++) {
        const weights = (ci * cout + co) * kernelSize;
        const target = (n * g.outChannels + group * cout + co) * oD * oH * oW;
        for (let k = 0; k < kernelSize; k++) {
          const weight = w[weights + k] as number;
          const kw = k % kW;
          const kh = Math.floor(k / kW) % kH;
          const kd = Math.floor(k / (kW * kH));
          for (let d = 0; d < iD; d++) {
            const z = d * g.stride[0] - g.padding[0] + kd * g.dilation[0];
            if (z < 0 || z >= oD) {
              continue;
            }
            for (let h = 0; h < iH; h++) {
              const y = h * g.stride[1] - g.padding[1] + kh * g.dilation[1];
              if (y < 0 || y >= oH) {
                continue;
              }
              for (let v = 0; v < iW; v++) {
                const u = v * g.stride[2] - g.padding[2] + kw * g.dilation[2];
                if (u >= 0 && u < oW) {
                  const position = target + (z * oH + y) * oW + u;
                  sums[position] =
                    (sums[position] as number) + weight * (x[source + (d * iH + h) * iW + v] as number);
                }
              }
            }
          }
        }
      }
    }
  }
}
