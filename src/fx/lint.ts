// Checks that a graph is one: `Graph.lint`. Run after every transform in tests; the message shows the
// neighbourhood of the node that is wrong.

import { isModule, type Module } from '../nn/module';
import { formatNode } from './format';
import type { Graph } from './graph';
import { getAttribute } from './interpreter';
import type { Node } from './node';

const NEIGHBOURS = 5;

/** A graph that breaks a rule: which node, which rule, and the nodes around it. */
export class GraphLintError extends Error {
  override readonly name = 'GraphLintError';
}

/**
 * Ownership, order, unique names, one output at the end, and targets that exist in `module` if given.
 * @throws GraphLintError for the first rule broken.
 */
export function lint(graph: Graph, module?: Module): void {
  const nodes = [...graph.nodes];
  const seen = new Set<Node>();
  const names = new Set<string>();
  const complain = (node: Node, what: string): never => {
    const index = nodes.indexOf(node);
    const around = nodes.slice(Math.max(0, index - NEIGHBOURS), index + NEIGHBOURS + 1);
    const lines = around.map(n => `${n === node ? '> ' : '  '}${formatNode(n)}`);
    throw new GraphLintError(`Node '${node.name}': ${what}\n${lines.join('\n')}`);
  };
  for (const node of nodes) {
    if (node.graph !== graph) {
      complain(node, 'belongs to another graph');
    }
    if (names.has(node.name)) {
      complain(node, 'its name is taken by an earlier node');
    }
    for (const input of node.allInputNodes) {
      if (!seen.has(input)) {
        complain(
          node,
          `reads '${input.name}', which ${nodes.includes(input) ? 'comes later' : 'is not in the graph'}`
        );
      }
      if (!input.users.has(node)) {
        complain(node, `is missing among the users of '${input.name}'`);
      }
    }
    for (const user of node.users) {
      if (user.erased || !user.allInputNodes.includes(node)) {
        complain(node, `lists '${user.name}' as a user, which does not read it`);
      }
    }
    if (node.op === 'output' && node !== nodes.at(-1)) {
      complain(node, 'is an output that is not the last node');
    }
    checkTarget(node, module, complain);
    seen.add(node);
    names.add(node.name);
  }
}

function checkTarget(
  node: Node,
  module: Module | undefined,
  complain: (node: Node, what: string) => never
): void {
  if (node.op === 'call_function' ? typeof node.target === 'string' : typeof node.target !== 'string') {
    complain(
      node,
      `a ${node.op} cannot have ${typeof node.target === 'string' ? 'a name' : 'a function'} as its target`
    );
  }
  if (!module || (node.op !== 'call_module' && node.op !== 'get_attr')) {
    return;
  }
  const path = node.target as string;
  let value: unknown;
  try {
    value = getAttribute(module, path);
  } catch (error) {
    complain(node, `its target '${path}' does not exist: ${(error as Error).message}`);
  }
  if (node.op === 'call_module' && !isModule(value)) {
    complain(node, `its target '${path}' is no module`);
  }
}
