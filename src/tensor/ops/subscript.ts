// Python's `x[…]`: numbers, slices, Ellipsis, None and tensors of positions.

import { ellipsis, Slice } from '../structures';
import { Tensor } from '../tensor';
import { fromData } from './create';
import { indexSelect } from './join';
import { reshape, select, slice, unsqueeze } from './views';

/** Python's `x[index]`. */
export function index(x: Tensor, key: unknown): Tensor {
  const keys = Array.isArray(key) ? [...(key as unknown[])] : [key];
  const named = keys.filter(k => k !== null && k !== ellipsis).length;
  const dots = keys.indexOf(ellipsis);
  if (dots >= 0) {
    keys.splice(dots, 1, ...new Array<unknown>(x.ndim - named).fill(new Slice()));
  }
  let result = x;
  let d = 0;
  for (const k of keys) {
    if (k === null) {
      result = unsqueeze(result, d++);
    } else if (typeof k === 'number') {
      result = select(result, d, k);
    } else if (k instanceof Slice) {
      result = slice(result, d++, k as Slice<number | null>);
    } else if (k instanceof Tensor) {
      result = k.dtype === 'bool' ? indexSelect(result, d++, nonzero(k)) : indexTensor(result, d++, k);
    } else {
      throw new TypeError(`index: a ${typeof k} cannot be an index`);
    }
  }
  return result;
}

function indexTensor(x: Tensor, dim: number, indices: Tensor): Tensor {
  const picked = indexSelect(x, dim, reshape(indices, [-1]));
  return reshape(picked, [...x.shape.slice(0, dim), ...indices.shape, ...x.shape.slice(dim + 1)]);
}

function nonzero(mask: Tensor): Tensor {
  const found = [...mask.data()].flatMap((value, i) => (value === 0 ? [] : [i]));
  return fromData(found, [found.length], 'int64');
}
