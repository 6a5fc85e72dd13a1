// Parts of matrices: triangles, diagonals, grids of coordinates.

import { differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import { broadcastShapes } from './broadcast';
import { empty, product } from './create';
import { diagonal } from './parts';
import { at, clone, expand, normalizeDim, reshape } from './views';

/** Zero above (or below, `upper`) the `offset`-th diagonal of the last two dimensions. */
export const triangle = differentiable('triangle', (x: Tensor, offset: number, upper: boolean): Tensor => {
  if (x.ndim < 2) {
    throw new Error(
      `${upper ? 'triu' : 'tril'}: expected at least two dimensions, got [${x.shape.join(', ')}]`
    );
  }
  const [rows, columns] = [at(x.shape, x.ndim - 2), at(x.shape, x.ndim - 1)];
  const result = clone(x);
  const out = result.storage.view();
  for (let i = 0; i < out.length; i++) {
    const distance = (i % columns) - (Math.floor(i / columns) % rows);
    if (upper ? distance < offset : distance > offset) {
      out[i] = 0;
    }
  }
  return result;
});

/** A vector as a diagonal matrix, or the diagonal of a matrix. */
export function diag(x: Tensor, offset = 0): Tensor {
  if (x.ndim === 1) {
    return diagEmbed(x, offset);
  }
  if (x.ndim !== 2) {
    throw new Error(`diag: expected a vector or a matrix, got [${x.shape.join(', ')}]`);
  }
  return clone(diagonal(x, offset));
}

/** The last dimension on the diagonal of two new ones. */
export const diagEmbed = differentiable(
  'diagEmbed',
  (x: Tensor, offset: number = 0, dim1: number = -2, dim2: number = -1): Tensor => {
    const ndim = x.ndim + 1;
    const [a, b] = [normalizeDim(dim1, ndim, 'diag_embed'), normalizeDim(dim2, ndim, 'diag_embed')];
    const size = at(x.shape, x.ndim - 1) + Math.abs(offset);
    const lead = x.shape.slice(0, -1);
    const shape: number[] = [];
    for (let d = 0, k = 0; d < ndim; d++) {
      shape.push(d === a || d === b ? size : at(lead, k++));
    }
    const result = empty(shape, x.dtype);
    diagonal(result, offset, a, b).copyFrom(x);
    return result;
  }
);

/** Coordinates of a grid: each vector along its own dimension. `indexing` 'xy' swaps the first two. */
export function meshgrid(tensors: readonly Tensor[], indexing: string | null = null): Tensor[] {
  if (indexing !== null && indexing !== 'ij' && indexing !== 'xy') {
    throw new Error(`meshgrid: indexing '${indexing}' is neither 'ij' nor 'xy'`);
  }
  const swaps = indexing === 'xy' && tensors.length >= 2;
  const place = (i: number) => (swaps && i < 2 ? 1 - i : i);
  const shape = new Array<number>(tensors.length);
  tensors.forEach((t, i) => {
    shape[place(i)] = t.numel();
  });
  return tensors.map((t, i) =>
    expand(
      reshape(
        t,
        shape.map((_, d) => (d === place(i) ? t.numel() : 1))
      ),
      shape
    )
  );
}

/** All stretched to one shape. */
export function broadcastTensors(tensors: readonly Tensor[]): Tensor[] {
  const shape = tensors.reduce((s: number[], t) => broadcastShapes(s, t.shape, 'broadcast_tensors'), []);
  return tensors.map(t => expand(t, shape));
}

/** 1 at each class number, int64, along a new last dimension. */
export function oneHot(x: Tensor, classes = -1): Tensor {
  const values = x.data();
  const count = classes >= 0 ? classes : Array.from(values).reduce((top, v) => Math.max(top, v), -1) + 1;
  const result = empty([...x.shape, count], 'int64');
  const out = result.storage.view();
  for (let i = 0; i < product(x.shape); i++) {
    const k = values[i] as number;
    if (!(k >= 0 && k < count)) {
      throw new RangeError(`one_hot: class ${k} is out of range for ${count} classes`);
    }
    out[i * count + k] = 1;
  }
  return result;
}
