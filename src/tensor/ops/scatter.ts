// Writing elements to places given by tensors of positions: scatter, index_add, index_put; and taking them from flat
// positions. Results are new tensors; the spellings in place write them back.

import { differentiable } from '../autograd/record';
import { Tensor } from '../tensor';
import { broadcastShapes } from './broadcast';
import { empty, fromData, product } from './create';
import { mul } from './elementwise';
import { cast } from './map';
import { eachPick } from './indexing';
import { indexSelect } from './join';
import { narrow } from './parts';
import { at, clone, contiguous, expand, normalizeDim, reshape } from './views';

/** What meets at one place: the last one stays, or they are combined. */
export type ScatterReduce = 'add' | 'multiply' | 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

function checkIndex(op: string, x: Tensor, dim: number, index: Tensor, source: Tensor | null): number {
  const d = normalizeDim(dim, x.ndim, op);
  const tooLarge = index.shape.some(
    (size, k) => (k !== d && size > at(x.shape, k)) || (source !== null && size > (source.shape[k] ?? 0))
  );
  if (index.ndim !== x.ndim || tooLarge) {
    throw new Error(
      `${op}: index [${index.shape.join(', ')}] does not fit [${x.shape.join(', ')}]` +
        `${source ? ` and source [${source.shape.join(', ')}]` : ''} in dimension ${dim}`
    );
  }
  return d;
}

/** The part of `source` that the index covers, in the dtype of `x`. */
function covered(source: Tensor, index: Tensor): Tensor {
  return index.shape.reduce(
    (part, size, d) => (part.shape[d] === size ? part : narrow(part, d, 0, size)),
    source
  );
}

export const scatter = differentiable(
  'scatter',
  (x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor => {
    const d = checkIndex('scatter', x, dim, index, source);
    const result = clone(x);
    const out = result.storage.view();
    const values = covered(source, index).data();
    eachPick(x.shape, index, d, (i, to) => {
      out[to] = values[i] as number;
    });
    return result;
  }
);

/** A number, or a tensor of the index's shape. */
export function scatterAny(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor | number,
  reduce: ScatterReduce | null = null
): Tensor {
  const values = source instanceof Tensor ? source : expand(fromData([source], [], x.dtype), index.shape);
  if (source instanceof Tensor && source.dtype !== x.dtype) {
    throw new TypeError(`scatter: source is ${source.dtype}, but the tensor is ${x.dtype}`);
  }
  switch (reduce) {
    case null:
      return scatter(x, dim, index, values);
    case 'add':
      return scatterAdd(x, dim, index, values);
    default:
      return scatterReduce(x, dim, index, values, reduce, true);
  }
}

export const scatterAdd = differentiable(
  'scatterAdd',
  (x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor => {
    const d = checkIndex('scatter_add', x, dim, index, source);
    const result = clone(x);
    const out = result.storage.view();
    const values = covered(source, index).data();
    eachPick(x.shape, index, d, (i, to) => {
      out[to] = (out[to] as number) + (values[i] as number);
    });
    return result;
  }
);

/** Combines everything that meets at one place, with what was there if `includeSelf`. */
export function scatterReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: ScatterReduce,
  includeSelf: boolean
): Tensor {
  const d = checkIndex('scatter_reduce', x, dim, index, source);
  const result = clone(x);
  const out = result.storage.view();
  const values = covered(source, index).data();
  const counts = new Float64Array(out.length).fill(includeSelf ? 1 : 0);
  const combine = COMBINE[reduce];
  eachPick(x.shape, index, d, (i, to) => {
    const value = values[i] as number;
    out[to] = (counts[to] as number) > 0 ? combine(out[to] as number, value) : value;
    counts[to] = (counts[to] as number) + 1;
  });
  if (reduce === 'mean') {
    counts.forEach((count, i) => {
      out[i] = (out[i] as number) / Math.max(1, count);
    });
  }
  return result;
}
const plus = (a: number, b: number) => a + b;
const times = (a: number, b: number) => a * b;
const COMBINE: { readonly [name in ScatterReduce]: (a: number, b: number) => number } = {
  add: plus,
  sum: plus,
  mean: plus,
  multiply: times,
  prod: times,
  amax: Math.max,
  amin: Math.min
};

/** A vector of positions along `dim` as an index of the shape of `like`. */
function alongDim(like: Tensor, dim: number, positions: Tensor): Tensor {
  const shape = like.shape.map((_, k) => (k === dim ? -1 : 1));
  return contiguous(expand(reshape(positions, shape), like.shape));
}

export function indexAdd(x: Tensor, dim: number, positions: Tensor, source: Tensor, alpha = 1): Tensor {
  const d = normalizeDim(dim, x.ndim, 'index_add');
  const scaled = alpha === 1 ? source : mul(source, alpha);
  return scatterAdd(x, d, alongDim(source, d, positions), scaled);
}

export function indexCopy(x: Tensor, dim: number, positions: Tensor, source: Tensor): Tensor {
  const d = normalizeDim(dim, x.ndim, 'index_copy');
  return scatter(x, d, alongDim(source, d, positions), source);
}

export function indexFill(x: Tensor, dim: number, positions: Tensor, value: number | Tensor): Tensor {
  const d = normalizeDim(dim, x.ndim, 'index_fill');
  const shape = x.shape.map((size, k) => (k === d ? positions.numel() : size));
  const number = value instanceof Tensor ? value : fromData([value], [], x.dtype);
  return indexCopy(x, d, positions, expand(cast(number, x.dtype), shape));
}

/** Elements at flat positions, in the shape of `index`. */
export function take(x: Tensor, index: Tensor): Tensor {
  return reshape(indexSelect(reshape(x, [-1]), 0, reshape(index, [-1])), index.shape);
}

/** Flat positions in a row-major tensor of `shape` of what tensors of positions in its leading dimensions pick. */
export function flatPositions(
  shape: readonly number[],
  indices: readonly Tensor[]
): { positions: Float64Array; shape: number[] } {
  const common = indices.reduce((s: number[], t) => broadcastShapes(s, t.shape, 'index'), []);
  const positions = new Float64Array(product(common));
  indices.forEach((index, d) => {
    const size = at(shape, d);
    const step = product(shape.slice(d + 1));
    const values = expand(index, common).data();
    for (let i = 0; i < positions.length; i++) {
      const k = values[i] as number;
      if (!(k >= -size && k < size)) {
        throw new RangeError(`index: ${k} is out of range for dimension ${d} of size ${size}`);
      }
      positions[i] = (positions[i] as number) + (k < 0 ? k + size : k) * step;
    }
  });
  return { positions, shape: common };
}

/** `x[indices] = values`, the indices for its leading dimensions; `accumulate` adds up. */
export function indexPut(x: Tensor, indices: readonly Tensor[], values: Tensor, accumulate = false): Tensor {
  const expanded = indices.flatMap(index => (index.dtype === 'bool' ? nonzeroColumns(index) : [index]));
  const lead = expanded.length;
  const rest = x.shape.slice(lead);
  const { positions, shape } = flatPositions(x.shape.slice(0, lead), expanded);
  const rows = reshape(x, [product(x.shape.slice(0, lead)), product(rest)]);
  const source = reshape(contiguous(expand(cast(values, x.dtype), [...shape, ...rest])), [
    positions.length,
    product(rest)
  ]);
  const index = fromData(positions, [positions.length], 'int64');
  const result = accumulate ? indexAdd(rows, 0, index, source) : indexCopy(rows, 0, index, source);
  return reshape(result, x.shape);
}

/** Positions of what is not zero, one row each. */
export function nonzero(x: Tensor): Tensor {
  const columns = nonzeroColumns(x);
  const count = columns[0]?.numel() ?? Number(x.numel() > 0 && x.item() !== 0);
  const result = empty([count, x.ndim], 'int64');
  const out = result.storage.view();
  columns.forEach((column, d) => {
    const values = column.data();
    for (let i = 0; i < count; i++) {
      out[i * x.ndim + d] = values[i] as number;
    }
  });
  return result;
}

/** For every dimension the positions of what is not zero. */
export function nonzeroColumns(x: Tensor): Tensor[] {
  const found: number[] = [];
  const data = x.data();
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 0) {
      found.push(i);
    }
  }
  return x.shape.map((size, d) => {
    const step = product(x.shape.slice(d + 1));
    return fromData(
      found.map(i => Math.floor(i / step) % size),
      [found.length],
      'int64'
    );
  });
}

/** The elements where the mask is true, in one dimension. */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  const shape = broadcastShapes(x.shape, mask.shape, 'masked_select');
  const [places] = nonzeroColumns(reshape(contiguous(expand(mask, shape)), [-1]));
  return indexSelect(reshape(contiguous(expand(x, shape)), [-1]), 0, places as Tensor);
}

/** Elements of `source` in order to where the mask is true. */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  const [places] = nonzeroColumns(reshape(contiguous(expand(mask, x.shape)), [-1]));
  const count = (places as Tensor).numel();
  if (source.numel() < count) {
    throw new Error(`masked_scatter: ${count} places to fill, but the source has ${source.numel()} elements`);
  }
  const values = narrow(reshape(source, [-1]), 0, 0, count);
  return reshape(scatter(reshape(x, [-1]), 0, places as Tensor, values), x.shape);
}
