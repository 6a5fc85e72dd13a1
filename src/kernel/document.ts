// From graphs to graph documents: stable ids, families, shapes, marks, reasons. Spec of the result:
// `protocol/graphDocument.ts`.

import {
  GRAPH_DOCUMENT_VERSION,
  type ArgValue,
  type Family,
  type GraphDocument,
  type GraphNode,
  type Mark,
  type MarkKind,
  type ModuleInfo,
  type Notice,
  type Obstacle,
  type Role,
  type Stage,
  type ValueInfo
} from '../protocol';
import { Node, valueOf, type GraphModule, type Scope } from '../fx';
import { isLibraryModule, classOf } from '../nn/library';
import { displayName } from '../nn/repr';
import { className, isModule, splitPath, type Module } from '../nn/module';
import { ObserverBase, type QConfigExplanation } from '../quantization';
import { Tensor } from '../tensor';
import { describeObserver, observerQParams } from './stats';
import { printArgument } from './arguments';

export interface DocumentContext {
  readonly name: string;
  readonly className: string;
  readonly stage: Stage;
  /** The float model the boxes come from. */
  readonly model: Module;
  readonly isLeaf: (module: Module, path: string) => boolean;
  readonly scopes: ReadonlyMap<string, Scope>;
  readonly marks: readonly Mark[];
  readonly qconfigs?: ReadonlyMap<string, QConfigExplanation>;
  readonly staysFloat?: ReadonlyMap<string, string>;
  /** Float node id → id of the last member of what it is fused into. */
  readonly fusion: ReadonlyMap<string, string>;
  readonly obstacles?: readonly Obstacle[];
  readonly notices?: readonly Notice[];
}

export function graphDocument(graph: GraphModule | undefined, context: DocumentContext): GraphDocument {
  const ids = graph ? assignIds(graph) : new Map<Node, string>();
  const shown = [...ids.keys()].filter(node => !isQParamAttribute(node));
  return {
    version: GRAPH_DOCUMENT_VERSION,
    modelName: context.name,
    className: context.className,
    stage: context.stage,
    nodes: shown.map(node => describeNode(node, ids, graph as GraphModule, context)),
    modules: describeModules(context),
    ...(context.obstacles && context.obstacles.length > 0 ? { obstacles: [...context.obstacles] } : {}),
    ...(context.notices && context.notices.length > 0 ? { notices: [...context.notices] } : {})
  };
}

/** Scale and zero point attributes are part of the quantize node to a reader. */
function isQParamAttribute(node: Node): boolean {
  return node.op === 'get_attr' && /_?(scale|zero_point)_\d+$/.test(node.target as string);
}

function assignIds(graph: GraphModule): Map<Node, string> {
  const ids = new Map<Node, string>();
  const byName = new Map<string, string>();
  const used = new Set<string>();
  for (const node of graph.graph.nodes) {
    const role = roleOf(node, graph);
    const observed = node.meta.observes as string | undefined;
    let id: string;
    if (role === 'observer' || (role === 'quantize' && observed !== undefined)) {
      id = `${role === 'observer' ? 'obs' : 'q'}:${byName.get(observed ?? '') ?? observed ?? node.name}`;
    } else if (role === 'dequantize') {
      id = `dq:${byName.get(String(node.args[0])) ?? node.name}`;
    } else {
      const covers = (node.meta.covers as string[] | undefined) ?? [node.name];
      id = covers.at(-1) ?? node.name;
    }
    while (used.has(id)) {
      id = `${id}'`;
    }
    used.add(id);
    ids.set(node, id);
    byName.set(node.name, id);
  }
  return ids;
}

function roleOf(node: Node, graph: GraphModule): Role {
  switch (node.op) {
    case 'placeholder':
      return 'input';
    case 'output':
      return 'output';
    case 'get_attr':
      return 'attribute';
    case 'call_method':
      return node.target === 'dequantize' ? 'dequantize' : 'op';
    case 'call_function':
      return typeof node.target !== 'string' && node.target.target.startsWith('torch.quantize_per')
        ? 'quantize'
        : 'op';
    default:
      return graph.getSubmodule(node.target as string) instanceof ObserverBase ? 'observer' : 'op';
  }
}

function describeNode(
  node: Node,
  ids: ReadonlyMap<Node, string>,
  graph: GraphModule,
  context: DocumentContext
): GraphNode {
  const role = roleOf(node, graph);
  const module = node.op === 'call_module' ? graph.getSubmodule(node.target as string) : undefined;
  const id = ids.get(node) ?? node.name;
  const covers = (node.meta.covers as string[] | undefined) ?? [node.name];
  const explanation = context.qconfigs?.get(node.name);
  const mark = module ? markOf(context, node.target as string) : undefined;
  const observed = node.meta.observes as string | undefined;
  const fusedInto = context.stage === 'float' ? context.fusion.get(node.name) : undefined;
  const float = context.staysFloat?.get(node.name);
  const qparams =
    module instanceof ObserverBase ? observerQParams(module) : qparamsOfValue(node, graph, module);
  return {
    id,
    name: node.name,
    op: node.op as GraphNode['op'],
    target: typeof node.target === 'string' ? node.target : node.target.target,
    role,
    family: familyOf(node, module, mark),
    label: labelOf(node),
    type: typeOf(node, module),
    scope: scopeOf(node, context),
    args: node.args.map(printArgument) as ArgValue[],
    kwargs: Object.fromEntries(
      Object.entries(node.kwargs).map(([key, value]) => [key, printArgument(value)])
    ) as GraphNode['kwargs'],
    inputs: [
      ...new Set(node.allInputNodes.filter(n => !isQParamAttribute(n)).map(n => ids.get(n) ?? n.name))
    ],
    value: describeValue(node),
    quantized: isQuantized(node, role, context),
    covers,
    ...(observed === undefined ? {} : { observes: idOf(observed, ids) }),
    ...(module instanceof ObserverBase ? { observer: describeObserver(module) } : {}),
    ...(qparams ? { qparams } : {}),
    ...(explanation && role === 'op' ? { qconfig: describeQConfig(explanation) } : {}),
    ...(fusedInto !== undefined && fusedInto !== id ? { docksTo: fusedInto } : {}),
    ...(mark ? { mark } : {}),
    ...(float === undefined ? {} : { staysFloat: float }),
    ...(module && !(module instanceof ObserverBase) ? { parameterBytes: bytesOf(module) } : {})
  };
}

function idOf(name: string, ids: ReadonlyMap<Node, string>): string {
  return [...ids].find(([node]) => node.name === name)?.[1] ?? name;
}

function labelOf(node: Node): string {
  const target = typeof node.target === 'string' ? node.target : node.target.target;
  return node.op === 'placeholder' || node.op === 'output'
    ? node.name
    : target.slice(target.lastIndexOf('.') + 1);
}

function typeOf(node: Node, module: Module | undefined): string {
  if (module) {
    return displayName(classOf(module));
  }
  const target = typeof node.target === 'string' ? '' : node.target.target;
  return target.startsWith('torch.ops.quantized.')
    ? 'quantized'
    : node.op === 'call_method'
      ? 'method'
      : node.op === 'call_function'
        ? 'function'
        : node.op;
}

function scopeOf(node: Node, context: DocumentContext): string {
  if (node.op === 'call_module') {
    const observed = node.meta.observes as string | undefined;
    return observed === undefined
      ? splitPath(node.target as string)[0]
      : (context.scopes.get(observed)?.path ?? '');
  }
  const name = ((node.meta.covers as string[] | undefined) ?? [node.name]).at(-1) ?? node.name;
  const path = context.scopes.get(name)?.path ?? context.scopes.get(node.name)?.path ?? '';
  // A module that is one node, such as the relu that `add` took in, stands in its parent and is no box itself.
  const module = path === '' ? undefined : tryGet(context.model, path);
  return module && context.isLeaf(module, path) ? splitPath(path)[0] : path;
}

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/Conv|conv/, 'conv'],
  [/Linear|linear|matmul|bmm/, 'linear'],
  [/Norm|norm/, 'norm'],
  [
    /ReLU|relu|[Ss]igmoid|[Tt]anh|[Ss]oftmax|GELU|gelu|SiLU|silu|ELU|elu|[Hh]ardswish|Dropout|dropout/,
    'activation'
  ],
  [
    /^(add|sub|mul|div|truediv|floordiv|pow|neg|mean|sum|clamp|where|add_relu|mul_relu|eq|gt|lt)/,
    'arithmetic'
  ]
];

function familyOf(node: Node, module: Module | undefined, mark: MarkKind | undefined): Family {
  if (node.op === 'placeholder' || node.op === 'output' || node.op === 'get_attr') {
    return 'io';
  }
  if (mark !== undefined || (module && !isLibraryModule(module))) {
    return 'opaque';
  }
  const text = module ? typeOf(node, module) : labelOf(node);
  return FAMILIES.find(([pattern]) => pattern.test(text))?.[1] ?? 'pool';
}

function isQuantized(node: Node, role: Role, context: DocumentContext): boolean {
  if (context.stage === 'converted') {
    const value = valueOf(node);
    return (
      role === 'quantize' ||
      node.meta.quantizedBy !== undefined ||
      (value?.kind === 'tensor' && value.tensor.isQuantized)
    );
  }
  return (
    role === 'op' &&
    context.qconfigs?.get(node.name)?.qconfig != null &&
    !context.staysFloat?.has(node.name) &&
    markOf(context, String(node.target)) === undefined
  );
}

function describeValue(node: Node): ValueInfo {
  const value = valueOf(node);
  switch (value?.kind) {
    case 'tensor': {
      const { shape, dtype } = value.tensor;
      const size = shape.reduce((a, b) => a * b, 1);
      return { kind: 'tensor', shape: [...shape], dtype, bytes: size * (value.tensor.isQuantized ? 1 : 4) };
    }
    case 'size':
      return { kind: 'size', shape: [...value.size] };
    case 'number':
    case 'tuple':
      return { kind: value.kind };
    default:
      return { kind: 'other' };
  }
}

function qparamsOfValue(node: Node, graph: GraphModule, module: Module | undefined): GraphNode['qparams'] {
  const holder = module as { outputScale?: unknown; outputZeroPoint?: unknown } | undefined;
  const numbers = (scale: unknown, zeroPoint: unknown) =>
    typeof scale === 'number' && typeof zeroPoint === 'number'
      ? ({
          dtype: 'quint8',
          qscheme: 'per_tensor_affine',
          scale,
          zeroPoint,
          quantMin: 0,
          quantMax: 255
        } as const)
      : undefined;
  if (holder && 'outputScale' in holder) {
    return numbers(holder.outputScale, holder.outputZeroPoint);
  }
  const [scale, zeroPoint] =
    node.op === 'call_function' ? node.args.filter(arg => arg instanceof Node && isQParamAttribute(arg)) : [];
  // One per channel, of a function's weight, are no number.
  const read = (arg: unknown): unknown => {
    const value: unknown = arg instanceof Node ? Reflect.get(graph, arg.target as string) : undefined;
    return value instanceof Tensor && value.numel() === 1 ? value.item() : undefined;
  };
  return numbers(read(scale), read(zeroPoint));
}

function describeQConfig(explanation: QConfigExplanation): NonNullable<GraphNode['qconfig']> {
  const label = (q: QConfigExplanation['qconfig']) => q?.label ?? 'none';
  return {
    label: label(explanation.qconfig),
    from: explanation.from,
    lost: explanation.lost.map(({ qconfig, from }) => ({ label: label(qconfig), from, why: 'less specific' }))
  };
}

function markOf(context: DocumentContext, path: string): MarkKind | undefined {
  const module = tryGet(context.model, path);
  const type = module ? className(module) : '';
  return context.marks.find(mark =>
    mark.kind === 'non_traceable_class'
      ? mark.target === type
      : mark.kind === 'custom'
        ? mark.target === path || mark.target === type
        : mark.target === path
  )?.kind;
}

function tryGet(model: Module, path: string): Module | undefined {
  try {
    const found: unknown = model.getSubmodule(path);
    return isModule(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function describeModules(context: DocumentContext): ModuleInfo[] {
  return [...context.model.namedModules()].map(([path, module]) => {
    const mark = markOf(context, path);
    const custom = context.marks.find(
      m => m.kind === 'custom' && (m.target === path || m.target === className(module))
    );
    const becomes = custom ? [custom.observedClass, custom.quantizedClass].filter(Boolean).join(' → ') : '';
    return {
      path,
      type: className(module),
      isLibrary: isLibraryModule(module),
      isLeaf: path !== '' && context.isLeaf(module, path),
      structureKey: structureKey(module),
      parameterCount: [...module.parameters()].reduce((sum, p) => sum + p.numel(), 0),
      ...(mark ? { mark } : {}),
      ...(becomes === '' ? {} : { becomes })
    };
  });
}

/** Class, settings that are numbers, and the same of everything inside: equal keys draw alike. */
function structureKey(module: Module): string {
  const settings = Object.entries(module).filter(([, v]) =>
    ['number', 'boolean', 'string'].includes(typeof v)
  );
  const children = [...module.namedChildren()].map(([name, child]) => `${name}:${structureKey(child)}`);
  return `${className(module)}(${JSON.stringify(settings)}${children.join(',')})`;
}

function bytesOf(module: Module): number {
  return module.stateDict().byteLength;
}
