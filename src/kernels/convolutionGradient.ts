// Gradients of a convolution with respect to its input and its weight; the transposed convolution's are these
// with the roles of input and output exchanged. `g` is always the plain convolution's geometry. Sums in float64.

import { unfold, type ConvolutionGeometry } from './convolution';
import { matmulAccumulate } from './gemm';

interface Sizes {
  readonly cin: number;
  readonly cout: number;
  readonly kernel: number;
  readonly input: number;
  readonly positions: number;
}

function sizesOf(g: ConvolutionGeometry): Sizes {
  return {
    cin: g.inChannels / g.groups,
    cout: g.outChannels / g.groups,
    kernel: g.kernel[0] * g.kernel[1] * g.kernel[2],
    input: g.input[0] * g.input[1] * g.input[2],
    positions: g.output[0] * g.output[1] * g.output[2]
  };
}

/** dx[N, Cin, …] from dy[N, Cout, …] and w[Cout, Cin / groups, …]. */
export function convolutionInputGradient(
  dy: ArrayLike<number>,
  w: ArrayLike<number>,
  g: ConvolutionGeometry
): Float64Array {
  const { cin, cout, kernel, input, positions } = sizesOf(g);
  const dx = new Float64Array(g.batch * g.inChannels * input);
  const depth = kernel * cin;
  // [kernel · cin, cout] of one group: the rows of the unfolded input, each over the output channels.
  const weights = new Float64Array(depth * cout);
  const gradient = new Float64Array(cout * positions);
  const columns = new Float64Array(depth * positions);
  for (let group = 0; group < g.groups; group++) {
    for (let o = 0; o < cout; o++) {
      for (let c = 0; c < cin; c++) {
        for (let k = 0; k < kernel; k++) {
          weights[(k * cin + c) * cout + o] = w[((group * cout + o) * cin + c) * kernel + k] as number;
        }
      }
    }
    for (let n = 0; n < g.batch; n++) {
      const from = (n * g.outChannels + group * cout) * positions;
      for (let i = 0; i < gradient.length; i++) {
        gradient[i] = dy[from + i] as number;
      }
      columns.fill(0);
      matmulAccumulate(weights, gradient, columns, depth, cout, positions);
      fold(columns, dx, (n * g.inChannels + group * cin) * input, cin, g);
    }
  }
  return dx;
}

/** dw[Cout, Cin / groups, …] from x[N, Cin, …] and dy[N, Cout, …]. */
export function convolutionWeightGradient(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  g: ConvolutionGeometry
): Float64Array {
  const { cin, cout, kernel, positions, input } = sizesOf(g);
  const depth = kernel * cin;
  const dw = new Float64Array(g.outChannels * depth);
  const columns = new Float64Array(depth * positions);
  const gradient = new Float64Array(positions * cout);
  const sums = new Float64Array(depth * cout);
  const source = Float64Array.from(x);
  for (let group = 0; group < g.groups; group++) {
    sums.fill(0);
    for (let n = 0; n < g.batch; n++) {
      unfold(source, (n * g.inChannels + group * cin) * input, columns, cin, g);
      const from = (n * g.outChannels + group * cout) * positions;
      for (let o = 0; o < cout; o++) {
        for (let p = 0; p < positions; p++) {
          gradient[p * cout + o] = dy[from + o * positions + p] as number;
        }
      }
      matmulAccumulate(columns, gradient, sums, depth, positions, cout);
    }
    for (let o = 0; o < cout; o++) {
      for (let c = 0; c < cin; c++) {
        for (let k = 0; k < kernel; k++) {
          dw[((group * cout + o) * cin + c) * kernel + k] = sums[(k * cin + c) * cout + o] as number;
        }
      }
    }
  }
  return dw;
}

/** The reverse of `unfold`: what each input element contributed to the columns, added up. */
function fold(
  columns: Float64Array,
  dx: Float64Array,
  from: number,
  cin: number,
  g: ConvolutionGeometry
): void {
  const [iD, iH, iW] = g.input;
  const [oD, oH, oW] = g.output;
  const [kD, kH, kW] = g.kernel;
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
              const source = start + (d * oH + h) * oW;
              for (let v = 0; v < oW; v++) {
                const u = v * g.stride[2] - g.padding[2] + kw * g.dilation[2];
                if (u >= 0 && u < iW) {
                  dx[line + u] = (dx[line + u] as number) + (columns[source + v] as number);
                }
              }
            }
          }
        }
      }
    }
  }
}
