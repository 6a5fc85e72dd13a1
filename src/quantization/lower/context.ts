// What the lowering passes share: recognising quantize and dequantize nodes, and taking them away.

import { Node, type Argument, type GraphModule } from '../../fx';
import { classOf } from '../../nn/library';
import type { Module } from '../../nn/module';
import * as nn from '../../nn';
import { compatibility } from '../../tensor/compatibility';
import { functionOf } from '../convert/observers';
import type { BackendConfig } from '../backendConfig';
import type { PreparedMeta } from '../prepared';

export interface LoweringContext {
  readonly model: GraphModule;
  /** What the backend says of an operator; passes for operators only some backends have look here. */
  readonly backend: BackendConfig;
  /** The module at a path as lowering began: one that is called twice is lowered for each call. */
  moduleAt(path: string): Module;
  /** True for nodes whose qconfig was set to null: they stay as they are. */
  skips(node: Node): boolean;
  /** Path of the module the node was recorded in; '' for the model. */
  scopePath(node: Node): string;
}

export function loweringContext(
  model: GraphModule,
  meta: PreparedMeta,
  backend: BackendConfig
): LoweringContext {
  const skips = (node: Node) =>
    meta.qconfigs.has(node.name) && meta.qconfigs.get(node.name)?.qconfig === null;
  const modules = new Map<string, Module>();
  const moduleAt = (path: string): Module => {
    const module = modules.get(path) ?? model.getSubmodule(path);
    modules.set(path, module);
    return module;
  };
  const scopePath = (node: Node) => meta.scopes.get(node.name)?.path ?? '';
  return { model, backend, skips, scopePath, moduleAt };
}

export function isDequantize(value: Argument): value is Node {
  return value instanceof Node && value.op === 'call_method' && value.target === 'dequantize';
}

export function isQuantize(node: Node): boolean {
  return node.op === 'call_function' && node.target === functionOf('torch.quantize_per_tensor');
}

/**
 * Quantize nodes in graph order; the graph may change while they are visited. Those whose value is also read in float are
 * not among them: integers must not take its place. PyTorch puts them there, and fails or hands on the wrong type.
 */
export function quantizeNodes(context: LoweringContext): Node[] {
  const isOnlyReader = (quantize: Node) =>
    [...(quantize.args[0] as Node).users].every(user => user === quantize || asksForShape(user));
  return [...context.model.graph.nodes].filter(
    node => isQuantize(node) && (compatibility.reproducePyTorchDefects || isOnlyReader(node))
  );
}

/** True for what is the same for integers as for the floats they stand for. */
export function asksForShape(node: Node): boolean {
  return node.op === 'call_method'
    ? ['size', 'shape'].includes(node.target as string)
    : node.target === functionOf('getattr') && node.args[1] === 'shape';
}

/** `dequantize` of integers, not of halves, which dynamic quantization has too. */
export function dequantizesIntegers(value: Argument): value is Node {
  const source = isDequantize(value) ? value.args[0] : undefined;
  return (
    source instanceof Node &&
    !(source.op === 'call_method' && source.target === 'to') &&
    !source.args.includes('float16')
  );
}

/** The node that reads a quantize node's scale or zero point. */
export function qparamNodes(quantize: Node): readonly [scale: Node, zeroPoint: Node] {
  return [quantize.args[1] as Node, quantize.args[2] as Node];
}

/** Values of the attributes that a quantize node reads. */
export function qparamValues(
  context: LoweringContext,
  quantize: Node
): readonly [scale: number, zeroPoint: number] {
  const value = (node: Node) =>
    (Reflect.get(context.model, node.target as string) as { item(): number }).item();
  const [scale, zeroPoint] = qparamNodes(quantize);
  return [value(scale), value(zeroPoint)];
}

/** Readers of the quantize node read `node` instead; it and its attributes go. */
export function dropQuantize(
  context: LoweringContext,
  quantize: Node,
  node: Node,
  keepAttributes = false
): void {
  const { graph } = context.model;
  const attributes = qparamNodes(quantize);
  node.meta = { ...node.meta, quantizedBy: quantize.meta };
  (quantize.args[0] as Node).replaceAllUsesWith(node, asksForShape);
  quantize.replaceAllUsesWith(node);
  graph.eraseNode(quantize);
  if (!keepAttributes) {
    attributes.filter(a => a.users.size === 0).forEach(a => graph.eraseNode(a));
  }
}

/** relu as a function or a module; `withTorch` for torch.relu too. */
export function isRelu(context: LoweringContext, node: Argument, withTorch: boolean): node is Node {
  if (!(node instanceof Node)) {
    return false;
  }
  if (node.op === 'call_module') {
    return (classOf(context.model.getSubmodule(node.target as string)) as unknown) === nn.ReLU;
  }
  const targets: unknown[] = [
    functionOf('torch.nn.functional.relu'),
    ...(withTorch ? [functionOf('torch.relu')] : [])
  ];
  return node.op === 'call_function' && targets.includes(node.target);
}
