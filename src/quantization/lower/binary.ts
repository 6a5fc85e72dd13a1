// Addition, multiplication and matrix products of quantized values, with a following relu. Spec 8.6.

import { Node, type Argument } from '../../fx';
import { compatibility } from '../../tensor/compatibility';
import { functionOf } from '../convert/observers';
import {
  dropQuantize,
  isDequantize,
  isRelu,
  qparamNodes,
  quantizeNodes,
  type LoweringContext
} from './context';

/** Operator → name of the integer one, and whether it has a version with relu. */
const BINARY: ReadonlyMap<string, readonly [name: string, hasRelu: boolean]> = new Map([
  ['operator.add', ['add', true]],
  ['torch.add', ['add', true]],
  ['operator.mul', ['mul', true]],
  ['torch.mul', ['mul', true]],
  ['torch.matmul', ['matmul', false]],
  // Only where the backend has a pattern for it, as PyTorch's have not.
  ['operator.matmul', ['matmul', false]]
]);

export function lowerBinary(context: LoweringContext): void {
  const { graph } = context.model;
  for (const quantize of quantizeNodes(context)) {
    const value = quantize.args[0] as Node;
    const relu = isRelu(context, value, true) && value.users.size === 1 ? value : undefined;
    const op = relu ? relu.args[0] : value;
    if (
      !(op instanceof Node) ||
      op.op !== 'call_function' ||
      typeof op.target === 'string' ||
      context.skips(op)
    ) {
      continue;
    }
    const isPattern = op.target.target !== 'operator.matmul' || context.backend.find(op.target) !== undefined;
    const entry = isPattern ? BINARY.get(op.target.target) : undefined;
    const operands = op.args.slice(0, 2);
    const nodes = operands.filter(arg => arg instanceof Node);
    const fits =
      entry &&
      (!relu || entry[1]) &&
      nodes.length > 0 &&
      nodes.every(isDequantize) &&
      (!relu || op.users.size === 1);
    // A keyword (alpha) would be lost in the integer kernel (D9): such an operator stays float.
    const losesAlpha = Object.keys(op.kwargs).length > 0 || op.args.length > 2;
    if (!fits || (losesAlpha && !compatibility.reproducePyTorchDefects)) {
      continue;
    }
    const inputs = operands.map((arg): Argument => (isDequantize(arg) ? (arg.args[0] as Argument) : arg));
    const qparams = nodes.length === 2 ? [...qparamNodes(quantize)] : [];
    const target = functionOf(`torch.ops.quantized.${entry[0]}${relu ? '_relu' : ''}`);
    const lowered = graph.insertingAfter(quantize, () => graph.callFunction(target, [...inputs, ...qparams]));
    lowered.meta = { ...op.meta, covers: [...coversOf(op), ...(relu ? coversOf(relu) : [])] };
    dropQuantize(context, quantize, lowered);
    if (relu) {
      graph.eraseNode(relu);
    }
    graph.eraseNode(op);
  }
}

export function coversOf(node: Node): string[] {
  return (node.meta.covers as string[] | undefined) ?? [node.name];
}
