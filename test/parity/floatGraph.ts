// The float graph as prepare saw it. The recorded one differs in two ways:
//
// - Tensors that `forward` makes out of nothing are kept as `_tensor_constantN` of the traced model. A recording traces
//   more than once, so N in the float graph is not N in the prepared one. Values stand where the lowered graph reads them.
// - `FloatFunctional` modules call their observer; prepare replaces them first by ones that have none.

import type { interchange, Tensor } from '../../src';
import type { Case } from './case';

type RecordedNode = interchange.RecordedNode;

export function floatGraph(recorded: Case): readonly RecordedNode[] {
  return alignConstants(withoutFunctionalObservers(recorded), recorded.prepared.nodes);
}

const FLOAT_FUNCTIONAL = 'torch.ao.nn.quantized.modules.functional_modules.FloatFunctional';

function withoutFunctionalObservers({ modules, float }: Case): readonly RecordedNode[] {
  const observers = new Set(
    modules
      .filter(({ type }) => type === FLOAT_FUNCTIONAL)
      .map(({ path }) => `${path}.activation_post_process`)
  );
  const dropped = new Map<string, string>();
  const kept: RecordedNode[] = [];
  for (const node of float.nodes) {
    const [input] = node.args as readonly [{ readonly node: string }?];
    if (node.op === 'call_module' && observers.has(node.target) && input) {
      dropped.set(node.name, dropped.get(input.node) ?? input.node);
    } else {
      kept.push(renamed(node, dropped));
    }
  }
  return kept;
}

/** Constants by the names they have in the prepared graph. */
function alignConstants(
  nodes: readonly RecordedNode[],
  prepared: readonly RecordedNode[]
): readonly RecordedNode[] {
  const [from, to] = [constantsOf(nodes), constantsOf(prepared)];
  if (from.length !== to.length) {
    return nodes;
  }
  const names = new Map(from.map(({ name }, i) => [name, to[i]?.name ?? name]));
  const targets = new Map(from.map(({ target }, i) => [target, to[i]?.target ?? target]));
  return nodes.map(node => ({
    ...renamed(node, names),
    target: node.op === 'get_attr' ? (targets.get(node.target) ?? node.target) : node.target
  }));
}

/** The node under its new name, reading others under theirs. */
function renamed(node: RecordedNode, names: ReadonlyMap<string, string>): RecordedNode {
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(rename);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    return 'node' in value
      ? { node: names.get(value.node as string) ?? value.node }
      : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rename(item)]));
  };
  return {
    ...node,
    name: names.get(node.name) ?? node.name,
    args: node.args.map(rename),
    kwargs: rename(node.kwargs) as Record<string, unknown>
  };
}

function constantsOf(nodes: readonly RecordedNode[]): RecordedNode[] {
  return nodes.filter(({ op, target }) => op === 'get_attr' && /(^|\.)_tensor_constant\d+$/.test(target));
}

/** Attributes that graphs read and the state dict lacks: constants and buffers that are not saved. */
export function readConstants(recorded: Case): Map<string, Tensor> {
  const read = recorded.quantized.nodes.filter(({ op }) => op === 'get_attr');
  return new Map(
    read.flatMap(({ name, target }) => {
      const value = recorded.tensors.get(`quantized/${name}`);
      return value && !recorded.tensors.has(`state/${target}`) ? [[target, value]] : [];
    })
  );
}
