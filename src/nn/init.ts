// Initial values of parameters: `torch.nn.init`, with a generator that can be seeded.

import { fromData, product } from '../tensor/ops/create';
import { uniform } from '../tensor/random';
import type { Tensor } from '../tensor/tensor';

/** Uniform in ±√(6 / ((1 + a²) · fanIn)) with a = √5, PyTorch's default for weights. */
export function kaimingUniform(shape: readonly number[], fanIn: number): Tensor {
  const bound = fanIn > 0 ? Math.sqrt(6 / (6 * fanIn)) : 0;
  return uniformTensor(shape, bound);
}

/** Uniform in ±1/√fanIn, PyTorch's default for biases. */
export function uniformBias(size: number, fanIn: number): Tensor {
  return uniformTensor([size], fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0);
}

/** Uniform in ±bound. */
export function uniformTensor(shape: readonly number[], bound: number): Tensor {
  const values = Float32Array.from({ length: product(shape) }, () => uniform(-bound, bound));
  return fromData(values, shape);
}

/** Uniform in ±√(6 / (fanIn + fanOut)) (`xavier_uniform_`), for a matrix `[out, in]`. */
export function xavierUniform(shape: readonly [out: number, inputs: number]): Tensor {
  return uniformTensor(shape, Math.sqrt(6 / (shape[0] + shape[1])));
}
