// The tensor: numbers in a storage, seen through shape and strides. Semantics of torch.Tensor.
// What operators compute stands in `ops/`; methods here only name the operator they call.

import { type DType, type QScheme } from './dtype';
import { type Storage, type TypedArray } from './storage';

/** How the integers of a quantized tensor stand for real numbers. */
export interface Quantizer {
  readonly qscheme: QScheme;
  /** One entry per tensor, or one per channel of `axis`. */
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis?: number;
}

export interface TensorOptions {
  /** In elements; row-major if absent. */
  strides?: readonly number[];
  offset?: number;
  quantizer?: Quantizer | null;
}

export class Tensor {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly quantizer: Quantizer | null;
  requiresGrad = false;
  grad: Tensor | null = null;

  constructor(
    readonly storage: Storage,
    shape: readonly number[],
    options: TensorOptions = {}
  ) {
    this.shape = shape;
    this.strides = options.strides ?? rowMajorStrides(shape);
    this.offset = options.offset ?? 0;
    this.quantizer = options.quantizer ?? null;
  }

  get dtype(): DType {
    return this.storage.dtype;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  numel(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** The elements in row-major order: a view where possible, else a copy. Valid until the next operator call. */
  data(): TypedArray {
    throw new Error('not built yet');
  }

  /** Overwrites this tensor's elements with `source`'s, converting the dtype. `name` is for the error. */
  copyFrom(source: Tensor, name: string): void {
    throw new Error(`not built yet: ${source.dtype} ${name}`);
  }
}

export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d] ?? 1;
  }
  return strides;
}
