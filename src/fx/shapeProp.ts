// Runs a graph with example inputs and notes at every node what it returned: `torch.fx.passes.shape_prop`.
// Quantization asks these notes which values are tensors, so that no observer lands on a size.

import type { DType } from '../tensor/dtype';
import { noGrad } from '../tensor/autograd/record';
import { rowMajorStrides, Tensor, type Quantizer } from '../tensor/tensor';
import { Interpreter } from './interpreter';
import type { Node } from './node';

/** Facts about a tensor. PyTorch: `TensorMetadata`. */
export interface TensorMeta {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly isQuantized: boolean;
  readonly requiresGrad: boolean;
  readonly strides: readonly number[];
  /** How the elements lie: row-major, channels innermost, or neither (null). */
  readonly memoryFormat: MemoryFormat | null;
  /** Of a quantized tensor. */
  readonly qparams: Quantizer | null;
}

/** How the elements of images lie. PyTorch: `torch.memory_format`. */
export type MemoryFormat = 'contiguous_format' | 'channels_last' | 'channels_last_3d';

/** What a node's value is; `meta.value` of the node. */
export type ValueMeta =
  | { readonly kind: 'tensor'; readonly tensor: TensorMeta }
  | { readonly kind: 'size'; readonly size: readonly number[] }
  | { readonly kind: 'number'; readonly value: number | boolean }
  | { readonly kind: 'tuple'; readonly items: readonly ValueMeta[] }
  | { readonly kind: 'other' };

/** Runs a graph and notes what every node returned. PyTorch: `torch.fx.passes.shape_prop.ShapeProp`. */
export class ShapeProp extends Interpreter {
  /** Returns what the graph returns. */
  propagate(...inputs: unknown[]): unknown {
    return noGrad(() => this.run(...inputs));
  }

  /** Runs the node and notes what it returned. */
  protected override runNode(node: Node): unknown {
    const value = super.runNode(node);
    node.meta.value = describeValue(value);
    return value;
  }
}

export function describeValue(value: unknown): ValueMeta {
  if (value instanceof Tensor) {
    return { kind: 'tensor', tensor: tensorMeta(value) };
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'number', value };
  }
  if (Array.isArray(value)) {
    const items = value as unknown[];
    return items.every((item): item is number => typeof item === 'number')
      ? { kind: 'size', size: items }
      : { kind: 'tuple', items: items.map(describeValue) };
  }
  return { kind: 'other' };
}

function tensorMeta(value: Tensor): TensorMeta {
  const { shape, dtype, strides, requiresGrad, quantizer } = value;
  return {
    shape: [...shape],
    dtype,
    isQuantized: quantizer !== null,
    requiresGrad,
    strides: [...strides],
    memoryFormat: memoryFormatOf(value),
    qparams: quantizer
  };
}

function memoryFormatOf(value: Tensor): MemoryFormat | null {
  if (value.isContiguous()) {
    return 'contiguous_format';
  }
  const [n = 1, c = 1, ...space] = value.shape;
  const strides = rowMajorStrides([n, ...space, c]);
  const expected = [strides[0], strides.at(-1), ...strides.slice(1, -1)];
  if (
    (value.ndim !== 4 && value.ndim !== 5) ||
    !value.shape.every((s, d) => s === 1 || value.strides[d] === expected[d])
  ) {
    return null;
  }
  return value.ndim === 4 ? 'channels_last' : 'channels_last_3d';
}

/** The note `ShapeProp` left, if it ran. */
export function valueOf(node: Node): ValueMeta | undefined {
  return node.meta.value as ValueMeta | undefined;
}
