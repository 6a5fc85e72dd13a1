// Runs a graph with example inputs and notes at every node what it returned: `torch.fx.passes.shape_prop`.
// Quantization asks these notes which values are tensors, so that no observer lands on a size.

import type { Module } from '../nn/module';
import type { DType } from '../tensor/dtype';
import { noGrad } from '../tensor/autograd/record';
import { Tensor } from '../tensor/tensor';
import { Interpreter } from './interpreter';
import type { Graph } from './graph';
import type { Node } from './node';

export interface TensorMeta {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly isQuantized: boolean;
}

/** What a node's value is; `meta.value` of the node. */
export type ValueMeta =
  | { readonly kind: 'tensor'; readonly tensor: TensorMeta }
  | { readonly kind: 'size'; readonly size: readonly number[] }
  | { readonly kind: 'number'; readonly value: number | boolean }
  | { readonly kind: 'tuple'; readonly items: readonly ValueMeta[] }
  | { readonly kind: 'other' };

export class ShapeProp extends Interpreter {
  constructor(module: Module, graph: Graph) {
    super(module, graph);
  }

  /** Returns what the graph returns. */
  propagate(...inputs: unknown[]): unknown {
    return noGrad(() => this.run(...inputs));
  }

  protected override runNode(node: Node): unknown {
    const value = super.runNode(node);
    node.meta.value = describeValue(value);
    return value;
  }
}

export function describeValue(value: unknown): ValueMeta {
  if (value instanceof Tensor) {
    const { shape, dtype } = value;
    return { kind: 'tensor', tensor: { shape: [...shape], dtype, isQuantized: value.quantizer !== null } };
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

/** The note `ShapeProp` left, if it ran. */
export function valueOf(node: Node): ValueMeta | undefined {
  return node.meta.value as ValueMeta | undefined;
}
