// Products of matrices and vectors.

import type { TorchFunction } from '../function';
import { einsum as einsumOp } from '../ops/einsum';
import { add, mul } from '../ops/elementwise';
import * as linear from '../ops/linear';
import { vectorNorm as vectorNormOp } from '../ops/vectorNorm';
import { defineFunction } from '../function';
import type { Tensor } from '../tensor';
import { torchFunction, type Dims, type Keep } from './define';
import { params } from './parameters';

type Product = ((x: Tensor, y: Tensor) => Tensor) & TorchFunction;
const product = (name: string, second: string, fn: (x: Tensor, y: Tensor) => Tensor): Product =>
  torchFunction(name, ['input', second], fn);

export const matmul = product('matmul', 'other', linear.matmul);
export const mm = product('mm', 'mat2', linear.mm);
export const bmm = product('bmm', 'mat2', linear.bmm);
export const mv = product('mv', 'vec', linear.mv);
export const dot = product('dot', 'tensor', linear.dot);
export const vdot = product('vdot', 'other', linear.dot);
export const inner = product('inner', 'other', linear.inner);
export const outer = product('outer', 'vec2', linear.outer);
export const ger = product('ger', 'vec2', linear.outer);

interface Scales {
  beta?: number;
  alpha?: number;
}
type Added = ((x: Tensor, a: Tensor, b: Tensor, options?: Scales) => Tensor) & TorchFunction;
const added = (
  name: string,
  first: string,
  second: string,
  multiply: (a: Tensor, b: Tensor) => Tensor
): Added =>
  torchFunction(
    name,
    ['input', first, second, ['beta', 1], ['alpha', 1]],
    (x: Tensor, a: Tensor, b: Tensor, beta: number, alpha: number) => {
      const result = multiply(a, b);
      // With beta 0 what is in x has no influence, not even a NaN.
      return beta === 0 ? mul(result, alpha) : add(beta === 1 ? x : mul(x, beta), result, alpha);
    },
    { inPlace: true }
  );
/** `beta · x + alpha · mat1 @ mat2`. */
export const addmm = added('addmm', 'mat1', 'mat2', linear.mm);
export const addmv = added('addmv', 'mat', 'vec', linear.mv);
export const addr = added('addr', 'vec1', 'vec2', linear.outer);
export const baddbmm = added('baddbmm', 'batch1', 'batch2', linear.bmm);
export const addbmm = added('addbmm', 'batch1', 'batch2', linear.summedBmm);

/** Sums of products in Einstein's notation: `torch.einsum('bij,bjk->bik', a, b)`. */
export const einsum = torchFunction<
  (equation: string, ...operands: (Tensor | readonly Tensor[])[]) => Tensor
>(
  'einsum',
  ['equation'],
  (equation: string, operands: readonly (Tensor | readonly Tensor[])[]) =>
    einsumOp(equation, operands.flat() as Tensor[]),
  { record: 1, variadic: 1, aliases: ['torch.functional.einsum'], method: false }
);
/** Over the last `dims` dimensions of `a` and the first of `b`, or the given ones of both. */
export const tensordot = torchFunction<
  (a: Tensor, b: Tensor, dims?: number | readonly [readonly number[], readonly number[]]) => Tensor
>('tensordot', ['a', 'b', ['dims', 2], ['out', null]], linear.tensordot, {
  record: 2,
  aliases: ['torch.functional.tensordot'],
  method: false
});
export const trace = torchFunction<(x: Tensor) => Tensor>('trace', ['input'], linear.trace);
/** Distances of all pairs of rows. */
export const cdist = torchFunction<(x: Tensor, y: Tensor, options?: { p?: number }) => Tensor>(
  'cdist',
  ['x1', 'x2', ['p', 2], ['compute_mode', 'use_mm_for_euclid_dist_if_necessary']],
  linear.cdist,
  { record: 2, aliases: ['torch.functional.cdist'], method: false }
);

interface LinalgNorm {
  ord?: number;
  dim?: Dims | null;
  keepdim?: boolean;
}
/** `torch.linalg`: norms of vectors. Matrix norms other than Euclid's are not here. */
export const linalg = {
  /** Norm of vectors or matrices. PyTorch: `torch.linalg.norm`. */
  norm: linalgNorm('linalg_norm'),
  /** Norm of the elements, whatever their shape. PyTorch: `torch.linalg.vector_norm`. */
  vectorNorm: linalgNorm('linalg_vector_norm')
} as const;

function linalgNorm(name: string) {
  return defineFunction<(x: Tensor, options?: LinalgNorm & Keep) => Tensor>({
    target: `torch.linalg.${name.replace('linalg_', '')}`,
    // Where PyTorch's C function claims to live.
    aliases: [`torch.nn.functional.${name}`],
    parameters: params('input', ['ord', null], ['dim', null], ['keepdim', false], ['dtype', null]),
    record: 'asWritten',
    forward: (x: Tensor, ord: number | string | null, dim: Dims | null, keepdim: boolean): Tensor => {
      const dims = dim === null ? x.ndim : [dim].flat().length;
      if (
        name === 'linalg_norm' &&
        dims === 2 &&
        ord !== null &&
        ord !== 'fro' &&
        !(dim === null && x.ndim === 1)
      ) {
        throw new Error(
          `linalg.norm: the matrix norm ord=${String(ord)} is not here; use linalg.vectorNorm for the norm of the elements`
        );
      }
      return vectorNormOp(x, typeof ord === 'number' ? ord : 2, dim, keepdim);
    }
  });
}
