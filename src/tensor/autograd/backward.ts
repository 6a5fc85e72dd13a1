// Running recorded calls backwards: `tensor.backward()`. Nodes run in the opposite order of their making, so
// every gradient is complete when its node runs. Gradients add up in the dtype of their tensor.

import { isFloatingDType } from '../dtype';
import { add, cast } from '../ops/elementwise';
import { full } from '../ops/create';
import { clone } from '../ops/shape';
import type { Tensor } from '../tensor';
import { noGrad, type Gradients, type GradNode } from './record';

/** @throws Error where there is nothing to differentiate, or the gradient's shape does not fit. */
export function backward(root: Tensor, gradient: Tensor | null = null, retainGraph = false): void {
  if (!root.requiresGrad) {
    throw new Error(
      'backward: this tensor does not require grad and was not computed from one that does ' +
        '(or it was computed inside torch.noGrad)'
    );
  }
  if (gradient) {
    requireShape(gradient, root, 'backward: the gradient');
  } else if (root.numel() !== 1) {
    throw new Error(
      `backward: a tensor of shape [${root.shape.join(', ')}] needs a gradient of its shape; only a scalar has 1`
    );
  }
  const seed = gradient ?? full(root.shape, 1, { dtype: root.dtype });
  noGrad(() => run(root, seed, retainGraph));
}

function run(root: Tensor, seed: Tensor, retainGraph: boolean): void {
  const pending = new Map<GradNode, Tensor>();
  const leaves = new Map<Tensor, Tensor>();
  const give = (target: Tensor, from: GradNode | null, gradient: Tensor): void => {
    const fitting = gradient.dtype === target.dtype ? gradient : cast(gradient, target.dtype);
    if (from) {
      addTo(pending, from, fitting);
    } else {
      addTo(leaves, target, fitting);
    }
  };
  give(root, root.gradFn, seed);
  for (const node of nodesBelow(root)) {
    const gradient = pending.get(node);
    pending.delete(node);
    if (!gradient) {
      continue;
    }
    if (node.output.retainsGrad) {
      accumulate(node.output, gradient);
    }
    const gradients = node.gradients(gradient);
    for (const { input, argument, item, from } of node.inputs()) {
      const own = pick(gradients, argument, item);
      if (own) {
        requireShape(own, input, `${node.name}: the gradient of argument ${argument}`);
        give(input, from, own);
      }
    }
    if (!retainGraph) {
      node.release();
    }
  }
  for (const [leaf, gradient] of leaves) {
    accumulate(leaf, gradient);
  }
}

function addTo<K>(sums: Map<K, Tensor>, key: K, gradient: Tensor): void {
  const before = sums.get(key);
  sums.set(key, before ? add(before, gradient) : gradient);
}

/** Into the same tensor where there is one: optimizers and users may hold it. */
function accumulate(target: Tensor, gradient: Tensor): void {
  if (target.grad) {
    target.grad.copyFrom(add(target.grad, gradient), 'grad');
  } else {
    // Several tensors may have got this very gradient, and a view may share its storage.
    target.grad = clone(gradient);
  }
}

/** All nodes `root` was computed by, latest first. */
function nodesBelow(root: Tensor): GradNode[] {
  const seen = new Set<GradNode>();
  const open = root.gradFn ? [root.gradFn] : [];
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) {
      continue;
    }
    seen.add(node);
    for (const { from } of node.inputs()) {
      if (from) {
        open.push(from);
      }
    }
  }
  return [...seen].sort((a, b) => b.id - a.id);
}

function pick(gradients: Gradients, argument: number, item: number | null): Tensor | null {
  const entry = gradients[argument] ?? null;
  if (item === null) {
    return entry as Tensor | null;
  }
  return (entry as readonly (Tensor | null)[] | null)?.[item] ?? null;
}

function requireShape(gradient: Tensor, target: Tensor, what: string): void {
  const fits = gradient.ndim === target.ndim && gradient.shape.every((size, d) => size === target.shape[d]);
  if (!fits || !isFloatingDType(gradient.dtype)) {
    throw new Error(
      `${what} must be a float tensor of shape [${target.shape.join(', ')}], ` +
        `got ${gradient.dtype} [${gradient.shape.join(', ')}]`
    );
  }
}

/** `tensor.requires_grad_()`. @throws Error for whole numbers, or for turning off a computed tensor's. */
export function setRequiresGrad(x: Tensor, value: boolean): Tensor {
  if (value && !isFloatingDType(x.dtype)) {
    throw new TypeError(`requiresGrad: only floating point tensors can require gradients, not ${x.dtype}`);
  }
  if (!value && x.gradFn) {
    throw new Error('requiresGrad: this tensor was computed; use detach() for one without gradient');
  }
  x.requiresGrad = value;
  return x;
}

/** `tensor.retain_grad()`: keep the gradient of a computed tensor. */
export function retainGrad(x: Tensor): void {
  if (!x.requiresGrad) {
    throw new Error('retainGrad: this tensor does not require grad');
  }
  x.retainsGrad = x.gradFn !== null;
}
