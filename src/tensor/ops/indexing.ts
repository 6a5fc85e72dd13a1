// Picking elements by tensors of positions, one pass over the data: `gather`, `embedding`.

import { differentiable } from '../autograd/record';
import { Tensor } from '../tensor';
import { empty, product } from './create';
import { broadcastShapes } from './broadcast';
import { at, expand, normalizeDim, reshape } from './views';

/** Positions of a tensor of `shape` and, for each, of the element of a row-major `source` it picks in `dim`. */
export function eachPick(
  source: readonly number[],
  index: Tensor,
  dim: number,
  visit: (position: number, picked: number) => void
): void {
  const shape = source.length === 0 ? [1] : source;
  const size = at(shape, dim);
  const indices = index.data();
  const place = index.shape.map(() => 0);
  const steps = shape.map((_, d) => product(shape.slice(d + 1)));
  for (let i = 0; i < indices.length; i++) {
    const k = indices[i] as number;
    if (!(k >= 0 && k < size)) {
      throw new RangeError(`gather: index ${k} is out of range for dimension ${dim} of size ${size}`);
    }
    let from = 0;
    for (let d = 0; d < place.length; d++) {
      from += (d === dim ? k : (place[d] as number)) * (steps[d] as number);
    }
    visit(i, from);
    for (let d = place.length - 1; d >= 0; d--) {
      place[d] = (place[d] as number) + 1;
      if ((place[d] as number) < at(index.shape, d)) {
        break;
      }
      place[d] = 0;
    }
  }
}

/** `gather` with index and tensor stretched to each other in the other dimensions; `dim` null: of the flat tensor. */
export function takeAlongDim(x: Tensor, index: Tensor, dim: number | null = null): Tensor {
  if (dim === null) {
    return gather(reshape(x, [-1]), 0, reshape(index, [-1]));
  }
  const d = normalizeDim(dim, x.ndim, 'take_along_dim');
  const hide = (shape: readonly number[]) => shape.map((size, k) => (k === d ? 1 : size));
  const shape = broadcastShapes(hide(x.shape), hide(index.shape), 'take_along_dim');
  const fit = (t: Tensor) =>
    expand(
      t,
      shape.map((size, k) => (k === d ? at(t.shape, d) : size))
    );
  return gather(fit(x), d, fit(index));
}

/** `out[i][j] = x[index[i][j]][j]` for dim 0, and so on. PyTorch: `torch.gather`. */
export const gather = differentiable('gather', (x: Tensor, dim: number, index: Tensor): Tensor => {
  const d = normalizeDim(dim, x.ndim, 'gather');
  if (x.ndim === 0 || index.ndim === 0) {
    const flat = (t: Tensor) => (t.ndim === 0 ? reshape(t, [1]) : t);
    const values = gather(flat(x), 0, flat(index));
    return index.ndim === 0 ? reshape(values, []) : values;
  }
  if (index.ndim !== x.ndim || index.shape.some((size, k) => k !== d && size > at(x.shape, k))) {
    throw new Error(
      `gather: index [${index.shape.join(', ')}] does not fit [${x.shape.join(', ')}] in dimension ${dim}`
    );
  }
  const bare = empty(index.shape, x.dtype);
  const out = bare.storage.view();
  const source = x.data();
  eachPick(x.shape, index, d, (i, from) => {
    out[i] = source[from] as number;
  });
  return x.quantizer ? new Tensor(bare.storage, index.shape, { quantizer: x.quantizer }) : bare;
});

/**
 * Rows of `weight` by index. The row `paddingIdx` gets no gradient; with `byFrequency` each row's gradient is
 * divided by how often it was picked. PyTorch: `torch.nn.functional.embedding`.
 */
export const embedding = differentiable(
  'embedding',
  (
    indices: Tensor,
    weight: Tensor,
    _paddingIdx: number | null = null,
    _byFrequency: boolean = false
  ): Tensor => {
    const rows = at(weight.shape, 0);
    const width = at(weight.shape, 1);
    const source = weight.data();
    const picked = indices.data();
    const shape = [...indices.shape, width];
    const bare = empty(shape, weight.dtype);
    const values = bare.storage.view();
    for (let i = 0; i < picked.length; i++) {
      const row = picked[i] as number;
      if (!(row >= 0 && row < rows)) {
        throw new RangeError(`embedding: index ${row} is out of range for ${rows} rows`);
      }
      values.set(source.subarray(row * width, (row + 1) * width), i * width);
    }
    return weight.quantizer ? new Tensor(bare.storage, shape, { quantizer: weight.quantizer }) : bare;
  }
);
