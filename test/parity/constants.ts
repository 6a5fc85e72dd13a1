// Tensors that `forward` makes out of nothing. PyTorch's tracer keeps each as `_tensor_constantN` of the model it
// traces; a recording traces more than once, so that N in the float graph is not N in the prepared one. Their values
// are recorded where the lowered graph reads them.

import type { interchange, Tensor } from '../../src';
import type { Case } from './case';

type Nodes = readonly interchange.RecordedNode[];

/** The float graph with constants named as in the prepared one. */
export function alignConstants(recorded: Case): Nodes {
  const [from, to] = [constantsOf(recorded.float.nodes), constantsOf(recorded.prepared.nodes)];
  if (from.length !== to.length || from.every(({ target }, i) => target === to[i]?.target)) {
    return recorded.float.nodes;
  }
  const names = new Map(from.map(({ name }, i) => [name, to[i]?.name ?? name]));
  const targets = new Map(from.map(({ target }, i) => [target, to[i]?.target ?? target]));
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
  return recorded.float.nodes.map(node => ({
    ...node,
    name: names.get(node.name) ?? node.name,
    target: node.op === 'get_attr' ? (targets.get(node.target) ?? node.target) : node.target,
    args: node.args.map(rename),
    kwargs: rename(node.kwargs) as Record<string, unknown>
  }));
}

function constantsOf(nodes: Nodes): interchange.RecordedNode[] {
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
