// Values with tensors in them as plain data, to be compared: tensors are iterable, and so not compared as objects.

import { Tensor } from '../src';

export function plain(value: unknown): unknown {
  if (value instanceof Tensor) {
    return { shape: [...value.shape], dtype: value.dtype, values: value.tolist() };
  }
  if (Array.isArray(value)) {
    return Array.from(value as unknown[], plain);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  }
  return value;
}
