// Results of several tensors that have names as well as places: `torch.return_types.max` and its kin.

import { Tuple } from '../structures';
import type { Tensor } from '../tensor';

/** A tuple whose items are also fields: `const { values, indices } = torch.max(x, 1)`. */
export type NamedTensors<Names extends string> = Readonly<Record<Names, Tensor>> &
  Iterable<Tensor> & { readonly [place: number]: Tensor; readonly length: number };

export type ValuesIndices = NamedTensors<'values' | 'indices'>;

export function namedTuple<Names extends string>(
  names: readonly Names[],
  items: readonly Tensor[]
): NamedTensors<Names> {
  const result = Tuple.from(items) as Tuple<Tensor>;
  names.forEach((name, i) => {
    // Hides the array's own `values`, which Python's tuples do not have.
    Object.defineProperty(result, name, { value: items[i] });
  });
  return result as unknown as NamedTensors<Names>;
}

export const valuesIndices = (items: readonly Tensor[]): ValuesIndices =>
  namedTuple(['values', 'indices'], items);
