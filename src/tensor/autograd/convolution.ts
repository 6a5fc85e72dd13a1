// Gradients of convolutions, plain and transposed. A transposed convolution is the input gradient of a plain
// one, so its own input gradient is that plain convolution.

import { convolve, type ConvolutionGeometry } from '../../kernels/convolution';
import { convolutionInputGradient, convolutionWeightGradient } from '../../kernels/convolutionGradient';
import { convolutionGeometry, convolutionOp } from '../ops/convolution';
import { sum } from '../ops/reduce';
import { storageFrom, type TypedArray } from '../storage';
import { Tensor } from '../tensor';
import { defineGradient } from './record';

defineGradient(convolutionOp, (dy, [op, x, weight, bias, dims, options], { needs }) => {
  const g = convolutionGeometry(op, x.shape, weight.shape, dims, options);
  const { transposed = false } = options;
  const plain: ConvolutionGeometry = transposed
    ? { ...g, inChannels: g.outChannels, outChannels: g.inChannels, input: g.output, output: g.input }
    : g;
  const [gradient, source, w] = [dy.data(), x.data(), weight.data()];
  const inputGradient = (): TypedArray => {
    if (!transposed) {
      return convolutionInputGradient(gradient, w, plain);
    }
    const sums = new Float64Array(x.numel());
    convolve(Float64Array.from(gradient), w, sums, plain);
    return sums;
  };
  const weightGradient = (): TypedArray =>
    transposed
      ? convolutionWeightGradient(gradient, source, plain)
      : convolutionWeightGradient(source, gradient, plain);
  const others = dy.shape.map((_, d) => d).filter(d => d !== 1);
  return [
    null,
    needs(1) ? shaped(inputGradient(), x) : null,
    needs(2) ? shaped(weightGradient(), weight) : null,
    bias && needs(3) ? sum(dy, others) : null
  ];
});

function shaped(values: TypedArray, like: Tensor): Tensor {
  return new Tensor(storageFrom(like.dtype, values), [...like.shape]);
}
