// What methods of Tensor that compute with elements one by one take and return.

import type { Tensor } from '../tensor';

export interface ValueMethods {
  relu(): Tensor;
  sigmoid(): Tensor;
  tanh(): Tensor;
  hardsigmoid(): Tensor;
  softmax(dim: number): Tensor;
  logSoftmax(dim: number): Tensor;
  abs(): Tensor;
  exp(): Tensor;
  log(): Tensor;
  sqrt(): Tensor;
  rsqrt(): Tensor;
  square(): Tensor;
  clamp(min?: number | null, max?: number | null): Tensor;
  maskedFill(mask: Tensor, value: number): Tensor;
  bmm(other: Tensor): Tensor;
}
