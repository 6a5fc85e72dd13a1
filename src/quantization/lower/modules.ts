// Weighted modules: dequantize → reference module → quantize becomes one integer module; dynamic and
// weight-only ones need less around them. Spec 8.1 to 8.3.

import { Node } from '../../fx';
import { compatibility } from '../../tensor/compatibility';
import * as nn from '../../nn';
import { FusedModule } from '../../nn/intrinsic';
import { classOf } from '../../nn/library';
import type { Module } from '../../nn/module';
import { isReferenceModule } from '../../nn/reference';
import * as reference from '../../nn/reference';
import { functionOf } from '../convert/observers';
import {
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

/** The reference module a node calls, and whether its fused class has a relu. */
function referenceOf(context: LoweringContext, node: Node): { module: Module; relu: boolean } | undefined {
  if (node.op !== 'call_module') {
    return undefined;
  }
  const module = context.moduleAt(node.target as string);
  const inner = module instanceof FusedModule ? (Reflect.get(module, '0') as Module) : module;
  return isReferenceModule(inner) ? { module: inner, relu: module instanceof FusedModule } : undefined;
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
      !isDequantize(node.args[0]) ||
      node.args.length !== 1
    ) {
      continue;
    }
    if (relu && relu.users.size > 1) {
      continue;
    }
    const [scale, zeroPoint] = qparamValues(context, quantize);
    // PyTorch drops a relu it steps through (D40); the class with relu keeps it, in the same node.
    const keepsRelu = found.relu || (relu && !compatibility.reproducePyTorchDefects);
    const target = classes[keepsRelu ? 1 : 0];
    install(context, node, target.fromReference(found.module as never, scale, zeroPoint) as Module);
    node.replaceInputWith(node.args[0] as Node, (node.args[0] as Node).args[0] as Node);
    dropQuantize(context, quantize, node);
    if (relu) {
      context.model.graph.eraseNode(relu);
    }
  }
}

function install(context: LoweringContext, node: Node, module: Module): void {
  module.train(false);
  context.model.setSubmodule(node.target as string, module);
}

export function lowerDynamicModules(context: LoweringContext): void {
  const dynamic = functionOf('torch.quantize_per_tensor_dynamic');
  for (const node of [...context.model.graph.nodes]) {
    const input = node.args[0];
    const found = referenceOf(context, node);
    if (
      !found ||
      !isDequantize(input) ||
      context.skips(node) ||
      (classOf(found.module) as unknown) !== reference.Linear
    ) {
      continue;
    }
    const source = input.args[0] as Node;
    const isDynamic = source.target === dynamic || (source.op === 'call_method' && source.target === 'to');
    if (isDynamic) {
      const cls = found.relu ? quantized.dynamic.LinearReLU : quantized.dynamic.Linear;
      install(context, node, cls.fromReference(found.module as never) as unknown as Module);
      node.replaceInputWith(input, source.args[0] as Node);
    }
  }
}
