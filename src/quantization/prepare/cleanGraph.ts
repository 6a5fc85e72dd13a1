// What is done to a traced graph before anything is fused or observed: reads of one tensor become one node, and
// in-place calls that quantization would lose are refused.

import type { GraphModule, Node, Scope } from '../../fx';
import { compatibility } from '../../tensor/compatibility';
import { QuantizationError } from '../report';

export function cleanGraph(traced: GraphModule, scopes: ReadonlyMap<string, Scope>): void {
  if (compatibility.reproducePyTorchDefects) {
    return;
  }
  refuseInPlace(traced, scopes);
  mergeReads(traced);
}

/** A buffer that is read twice would be observed and quantized twice, on two grids (D44). */
function mergeReads(traced: GraphModule): void {
  const first = new Map<string, Node>();
  for (const node of [...traced.graph.nodes].filter(n => n.op === 'get_attr')) {
    const known = first.get(node.target as string);
    if (known) {
      node.replaceAllUsesWith(known);
      traced.graph.eraseNode(node);
    } else {
      first.set(node.target as string, node);
    }
  }
}

/**
 * A method that changes its tensor does so to the float tensor only: convert drops the call if nobody reads its result
 * (D43), and whoever reads the tensor itself later gets integers of what it was before.
 * @throws QuantizationError naming module and call.
 */
function refuseInPlace(traced: GraphModule, scopes: ReadonlyMap<string, Scope>): void {
  const order = new Map([...traced.graph.nodes].map((node, i) => [node, i]));
  for (const node of traced.graph.nodes) {
    if (node.op !== 'call_method' || !/[^_]_$/.test(node.target as string)) {
      continue;
    }
    const [changed] = node.allInputNodes;
    const reader = [...(changed?.users ?? [])].find(user => (order.get(user) ?? 0) > (order.get(node) ?? 0));
    if (node.users.size === 0 || reader) {
      const path = scopes.get(node.name)?.path ?? '';
      const where = path === '' ? "the model's own forward" : `'${path}'`;
      const what =
        reader && node.users.size > 0
          ? `and '${reader.name}' reads that tensor afterwards`
          : 'and nothing reads what it returns';
      throw new QuantizationError(
        `prepareFx: ${where} calls .${String(node.target)}() (node '${node.name}'), which changes a tensor in place, ${what}: ` +
          `the quantized model would compute without the change. Write y = y.${camel(String(node.target).slice(0, -1))}(…) and go on with y.`,
        path
      );
    }
  }
}

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
