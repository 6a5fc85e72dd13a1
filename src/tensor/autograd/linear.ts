// Gradients of matrix products: products of the gradient with the other factor transposed.

import * as ops from '../ops/linear';
import { sum } from '../ops/reduce';
import { reshape, transpose } from '../ops/shape';
import type { Tensor } from '../tensor';
import { sumTo } from './broadcast';
import { defineGradient } from './record';

defineGradient(ops.linear, (dy, [x, weight, bias], { needs }) => {
  // As matrices: every dimension of x but the last is a row; a weight vector is one output feature.
  const k = weight.shape[weight.ndim - 1] ?? 1;
  const w = reshape(weight, [-1, k]);
  const n = w.shape[0] ?? 1;
  const gradient = reshape(dy, [x.numel() / k, n]);
  const rows = (): Tensor => reshape(x, [x.numel() / k, k]);
  return [
    needs(0) ? reshape(ops.batchedMatmul(gradient, w), x.shape) : null,
    needs(1) ? reshape(ops.batchedMatmul(transpose(gradient, 0, 1), rows()), weight.shape) : null,
    bias && needs(2) ? reshape(sum(gradient, 0), bias.shape) : null
  ];
});

defineGradient(ops.batchedMatmul, (dy, [a, b], { needs }) => [
  needs(0) ? sumTo(ops.batchedMatmul(dy, transpose(b, -1, -2)), a.shape) : null,
  needs(1) ? sumTo(ops.batchedMatmul(transpose(a, -1, -2), dy), b.shape) : null
]);
