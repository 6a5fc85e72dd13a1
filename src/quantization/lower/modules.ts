// Weighted modules: dequantize → reference module → quantize becomes one integer module; dynamic and
// weight-only ones need less around them. Spec 8.1 to 8.3.

import { Node } from '../../fx';
import { compatibility } from '../../tensor/compatibility';
import * as nn from '../../nn';
import { classOf } from '../../nn/library';
import type { Module } from '../../nn/module';
import { isReferenceModule } from '../../nn/reference';
import * as reference from '../../nn/reference';
import { functionOf } from '../convert/observers';
import {
  dequantizesIntegers,
  dropQuantize,
  isDequantize,
  isRelu,
  qparamValues,
  quantizeNodes,
  type LoweringContext
} from './context';

interface Lowerable {
  fromReference(ref: never, scale: number, zeroPoint: number): unknown;
}

interface FromReference {
  fromReference(ref: never): unknown;
}

const { quantized } = nn;

/** Reference class → integer class, plain and with relu. */
const STATIC: ReadonlyMap<unknown, readonly [plain: Lowerable, withRelu: Lowerable]> = new Map<
  unknown,
  readonly [Lowerable, Lowerable]
>([
  [reference.Linear, [quantized.Linear, quantized.LinearReLU]],
  [reference.Conv1d, [quantized.Conv1d, quantized.ConvReLU1d]],
  [reference.Conv2d, [quantized.Conv2d, quantized.ConvReLU2d]],
  [reference.Conv3d, [quantized.Conv3d, quantized.ConvReLU3d]]
]);

const { LinearReLU, ConvReLU1d, ConvReLU2d, ConvReLU3d } = nn.intrinsic;
const WITH_RELU: ReadonlySet<unknown> = new Set<unknown>([LinearReLU, ConvReLU1d, ConvReLU2d, ConvReLU3d]);

/** The reference module a node calls, and whether its fused class has a relu. */
function referenceOf(context: LoweringContext, node: Node): { module: Module; relu: boolean } | undefined {
  if (node.op !== 'call_module') {
    return undefined;
  }
  const module = context.moduleAt(node.target as string);
  const relu = WITH_RELU.has(classOf(module));
  const inner = relu ? (Reflect.get(module, '0') as Module) : module;
  return isReferenceModule(inner) ? { module: inner, relu } : undefined;
}

export function lowerStaticModules(context: LoweringContext): void {
  for (const quantize of quantizeNodes(context)) {
    const value = quantize.args[0] as Node;
    const relu = isRelu(context, value, true) ? value : undefined;
    const node = relu ? relu.args[0] : value;
    const found = node instanceof Node ? referenceOf(context, node) : undefined;
    const classes = found && STATIC.get(classOf(found.module));
    if (
      !(node instanceof Node) ||
      !found ||
      !classes ||
      context.skips(node) ||
      !dequantizesIntegers(node.args[0]) ||
      node.args.length !== 1
    ) {
      continue;
    }
    if (relu && (relu.users.size > 1 || node.users.size > 1) && !compatibility.reproducePyTorchDefects) {
      continue;
    }
    const [scale, zeroPoint] = qparamValues(context, quantize);
    // PyTorch drops a relu it steps through (D40); the class with relu keeps it, in the same node.
    const keepsRelu = found.relu || (relu && !compatibility.reproducePyTorchDefects);
    const target = classes[keepsRelu ? 1 : 0];
    install(context, node, target.fromReference(found.module as never, scale, zeroPoint) as Module);
    node.replaceInputWith(node.args[0] as Node, (node.args[0] as Node).args[0] as Node);
    dropQuantize(context, quantize, node);
    if (relu?.users.size === 0) {
      context.model.graph.eraseNode(relu);
    }
  }
}

function install(context: LoweringContext, node: Node, module: Module): void {
  module.train(false);
  context.model.setSubmodule(node.target as string, module);
}

/** Reference class → class with float input and output, plain and with relu. */
const DYNAMIC: ReadonlyMap<unknown, readonly [plain: FromReference, withRelu?: FromReference]> = new Map<
  unknown,
  readonly [FromReference, FromReference?]
>([
  [reference.Linear, [quantized.dynamic.Linear, quantized.dynamic.LinearReLU]],
  [reference.LSTM, [quantized.dynamic.LSTM]],
  [reference.GRU, [quantized.dynamic.GRU]],
  [reference.RNNCell, [quantized.dynamic.RNNCell]],
  [reference.LSTMCell, [quantized.dynamic.LSTMCell]],
  [reference.GRUCell, [quantized.dynamic.GRUCell]]
]);

export function lowerDynamicModules(context: LoweringContext): void {
  const dynamic = functionOf('torch.quantize_per_tensor_dynamic');
  for (const node of [...context.model.graph.nodes]) {
    const input = node.args[0];
    const found = dynamicReferenceOf(context, node);
    const classes = found && DYNAMIC.get(classOf(found.module));
    const cls = classes?.[found?.relu ? 1 : 0];
    if (!found || !cls || !isDequantize(input) || context.skips(node)) {
      continue;
    }
    const source = input.args[0] as Node;
    if (source.target === dynamic) {
      install(context, node, cls.fromReference(found.module as never) as Module);
      node.replaceInputWith(input, source.args[0] as Node);
    }
  }
}

function dynamicReferenceOf(
  context: LoweringContext,
  node: Node
): { module: Module; relu: boolean } | undefined {
  const module = node.op === 'call_module' ? context.moduleAt(node.target as string) : undefined;
  return module && reference.isRecurrentReference(module)
    ? { module, relu: false }
    : referenceOf(context, node);
}

/** Reference class → class of integer rows; float goes in and comes out, so nothing around it changes. */
const WEIGHT_ONLY: ReadonlyMap<unknown, FromReference> = new Map<unknown, FromReference>([
  [reference.Embedding, quantized.Embedding],
  [reference.EmbeddingBag, quantized.EmbeddingBag]
]);

export function lowerWeightOnlyModules(context: LoweringContext): void {
  for (const node of context.model.graph.nodes) {
    const module = node.op === 'call_module' ? context.moduleAt(node.target as string) : undefined;
    const cls = module && WEIGHT_ONLY.get(classOf(module));
    if (cls && !context.skips(node)) {
      install(context, node, cls.fromReference(module as never) as Module);
    }
  }
}
