// Which operators compute with floats, and why: every node whose value is a float tensor and that convert will not
// turn into integers. PyTorch tells of none (D5, D6).

import type { GraphModule, Node, Scope } from '../../fx';
import { classOf, isLibraryModule } from '../../nn/library';
import { className, splitPath } from '../../nn/module';
import type { PrepareCustomConfig } from '../customConfig';
import type { FloatReason, OperatorEntry } from './entry';

export interface OperatorsInput {
  readonly model: GraphModule;
  /** Operators of the graph, observers left out. */
  readonly nodes: readonly Node[];
  readonly scopes: ReadonlyMap<string, Scope>;
  readonly custom: PrepareCustomConfig;
  /** Reasons that planning found. */
  readonly staysFloat: ReadonlyMap<Node, FloatReason>;
  /** Nodes with observers around, by name. */
  readonly observed: ReadonlySet<string>;
  /** Of these, by name, those that found no observer at their input to take over. */
  readonly unshared: ReadonlySet<string>;
  readonly computesTensors: (node: Node) => boolean;
}

export function floatOperators(input: OperatorsInput): OperatorEntry[] {
  return input.nodes
    .filter(node => node.op.startsWith('call_') && input.computesTensors(node))
    .flatMap(node => {
      const reason = reasonOf(node, input);
      return reason ? [operatorEntry(node, reason, input.model, input.scopes)] : [];
    });
}

function reasonOf(node: Node, input: OperatorsInput): FloatReason | undefined {
  const planned = input.staysFloat.get(node);
  if (planned) {
    return planned.kind === 'noQConfig' ? (sharedReason(node, input) ?? planned) : planned;
  }
  if (input.unshared.has(node.name)) {
    return {
      kind: 'floatInput',
      text: 'its input is float, and its output would have the grid of its input',
      remedy: 'Give it a qconfig of its own, or quantize what it reads'
    };
  }
  return input.observed.has(node.name) ? undefined : withoutPattern(node, input);
}

/** Not to be quantized here, but the same module is elsewhere. */
function sharedReason(node: Node, { nodes, observed }: OperatorsInput): FloatReason | undefined {
  const other = nodes.find(
    n => n !== node && n.op === 'call_module' && n.target === node.target && observed.has(n.name)
  );
  return (
    other && {
      kind: 'shared',
      text: `no qconfig applies to this call of '${String(node.target)}', which '${other.name}' calls too, quantized`
    }
  );
}

function withoutPattern(node: Node, { model, custom }: OperatorsInput): FloatReason {
  if (node.op !== 'call_module') {
    return unsupported(targetOf(node, model));
  }
  const path = node.target as string;
  const module = model.getSubmodule(path);
  if (custom.nonTraceableModuleNames.includes(path)) {
    return nonTraceable(`marked non-traceable by its name '${path}'`);
  }
  if (custom.nonTraceableModuleClasses.includes(classOf(module))) {
    return nonTraceable(`marked non-traceable by its class ${className(module)}`);
  }
  if (isLibraryModule(module)) {
    return unsupported(className(module));
  }
  return {
    kind: 'unsupported',
    text: `the backend config has no pattern for the class ${className(module)}`,
    remedy: 'Remove the leaf mark to trace into it, or give it a custom module'
  };
}

const nonTraceable = (how: string): FloatReason => ({
  kind: 'nonTraceable',
  text: `${how}, so nothing inside is quantized`,
  remedy: 'Rewrite it so that it can be traced, or give it a custom module'
});

/** Operators without a pattern that have a twin with one. */
const TWINS: readonly (readonly [RegExp, string])[] = [
  [
    /^torch\.relu$/,
    'Write F.relu(x) or use nn.ReLU, which have patterns, or prepare with getFxquantBackendConfig() (D24)'
  ],
  [
    /^(Flatten|flatten)$/,
    'Write torch.flatten(x, …), which has a pattern, or prepare with getFxquantBackendConfig() (D38)'
  ],
  [
    /^(torch\.)?matmul$|^operator\.matmul$/,
    'Write torch.matmul(a, b), which has a pattern, or prepare with getFxquantBackendConfig()'
  ]
];

function unsupported(target: string): FloatReason {
  const twin = TWINS.find(([pattern]) => pattern.test(target))?.[1];
  return {
    kind: 'unsupported',
    text: 'the backend config has no pattern for it',
    remedy: twin ?? 'Nothing to do if it costs little; else add a pattern to the backend config'
  };
}

export function operatorEntry(
  node: Node,
  reason: FloatReason,
  model: GraphModule,
  scopes: ReadonlyMap<string, Scope>
): OperatorEntry {
  const isWarning = reason.kind === 'dtype' || reason.kind === 'constraint' || reason.kind === 'fixedQParams';
  return {
    subject: 'operator',
    level: isWarning ? 'warning' : 'info',
    about: node.name,
    target: targetOf(node, model),
    module:
      node.op === 'call_module' ? splitPath(node.target as string)[0] : (scopes.get(node.name)?.path ?? ''),
    ...reason
  };
}

/** The class of a module, a function's target, a method's name. */
export function targetOf(node: Node, model: GraphModule): string {
  if (node.op === 'call_module') {
    return className(model.getSubmodule(node.target as string));
  }
  return typeof node.target === 'string' ? node.target : node.target.target;
}
