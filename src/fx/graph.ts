// A list of nodes in the order they run: `torch.fx.Graph`. Doubly linked, so that passes can insert and
// erase while they walk.

import type { TorchFunction } from '../tensor/function';
import { candidateFor, Namespace } from './naming';
import { formatArgument, formatNode } from './format';
import {
  mapArgument,
  Node,
  targetName,
  type Argument,
  type ArgumentRecord,
  type Opcode,
  type Target
} from './node';

export class Graph {
  private readonly root = new Node(this, '', 'root', '', [], {});
  private readonly namespace = new Namespace();
  private insertAfterNode: () => Node = () => this.root.prev;
  private count = 0;

  /** Nodes from first to last. Nodes inserted after the current one are visited, erased ones are not. */
  get nodes(): Iterable<Node> & { readonly length: number } {
    const { root } = this;
    const count = this.count;
    return {
      length: count,
      *[Symbol.iterator]() {
        for (let node = root.next; node !== root; node = node.next) {
          if (!node.erased) {
            yield node;
          }
        }
      }
    };
  }

  /** The node's last one, which returns the value; undefined while the graph is being made. */
  get outputNode(): Node | undefined {
    const last = this.root.prev;
    return last.op === 'output' ? last : undefined;
  }

  createNode(
    op: Opcode,
    target: Target,
    args: readonly Argument[] = [],
    kwargs: ArgumentRecord = {},
    name?: string
  ): Node {
    const chosen = this.namespace.createName(name ?? candidateFor(targetName(target)));
    const node = new Node(this, chosen, op, target, args, kwargs);
    this.link(node, this.insertAfterNode());
    return node;
  }

  placeholder(name: string, ...defaults: Argument[]): Node {
    return this.createNode('placeholder', name, defaults);
  }

  getAttr(path: string): Node {
    return this.createNode('get_attr', path);
  }

  callFunction(fn: TorchFunction, args: readonly Argument[] = [], kwargs: ArgumentRecord = {}): Node {
    return this.createNode('call_function', fn, args, kwargs);
  }

  callMethod(name: string, args: readonly Argument[], kwargs: ArgumentRecord = {}): Node {
    return this.createNode('call_method', name, args, kwargs);
  }

  callModule(path: string, args: readonly Argument[] = [], kwargs: ArgumentRecord = {}): Node {
    return this.createNode('call_module', path, args, kwargs);
  }

  output(value: Argument): Node {
    return this.createNode('output', 'output', [value]);
  }

  /** Runs `build` with new nodes going right before `node`. */
  insertingBefore<T>(node: Node, build: () => T): T {
    return this.inserting(() => node.prev, build);
  }

  /** Runs `build` with the first new node going right after `node`, further ones after that. */
  insertingAfter<T>(node: Node, build: () => T): T {
    const { next } = node;
    return this.inserting(() => next.prev, build);
  }

  private inserting<T>(after: () => Node, build: () => T): T {
    const before = this.insertAfterNode;
    this.insertAfterNode = after;
    try {
      return build();
    } finally {
      this.insertAfterNode = before;
    }
  }

  /** Moves a node of this graph right after another. */
  move(node: Node, after: Node): void {
    if (node === after) {
      return;
    }
    this.unlink(node);
    this.link(node, after);
  }

  /** @throws Error naming the readers if the node still has some. */
  eraseNode(node: Node): void {
    if (node.users.size > 0) {
      throw new Error(
        `Cannot erase node '${node.name}': it is still read by ${[...node.users].join(', ')}. ` +
          'Give them another input first (replaceAllUsesWith).'
      );
    }
    if (node.erased) {
      return;
    }
    this.unlink(node);
    node.erased = true;
    node.setArguments([], {});
  }

  /** Copies a node of another graph, its inputs translated by `translate`; keeps the name where it is free. */
  nodeCopy(node: Node, translate: (node: Node) => Argument): Node {
    const args = node.args.map(arg => mapArgument(arg, translate));
    const kwargs = mapArgument(node.kwargs, translate) as ArgumentRecord;
    const copy = this.createNode(node.op as Opcode, node.target, args, kwargs, node.name);
    copy.meta = { ...node.meta };
    return copy;
  }

  /** Copies all nodes of `other` to the end of this graph. Returns which node became which. */
  graphCopy(other: Graph): Map<Node, Node> {
    const copies = new Map<Node, Node>();
    for (const node of other.nodes) {
      copies.set(
        node,
        this.nodeCopy(node, input => copies.get(input) ?? input)
      );
    }
    return copies;
  }

  /** Nodes of one kind, with one target if given. */
  findNodes(op: Opcode, target?: Target): Node[] {
    return [...this.nodes].filter(n => n.op === op && (target === undefined || n.target === target));
  }

  /** Erases what nothing reads, from the last node on; inputs stay. True if anything was erased. */
  eliminateDeadCode(): boolean {
    let changed = false;
    for (let node = this.root.prev; node !== this.root;) {
      const before = node.prev;
      if (node.users.size === 0 && node.op !== 'placeholder' && node.op !== 'output') {
        this.eraseNode(node);
        changed = true;
      }
      node = before;
    }
    return changed;
  }

  /** One line per node, for people. */
  toString(): string {
    return [...this.nodes].map(formatNode).join('\n');
  }

  /** A table of the nodes: op, name, target, args, kwargs. */
  printTabular(): string {
    const rows = [['opcode', 'name', 'target', 'args', 'kwargs']];
    for (const node of this.nodes) {
      const target = typeof node.target === 'string' ? node.target : node.target.target;
      rows.push([node.op, node.name, target, formatArgument(node.args), formatArgument(node.kwargs)]);
    }
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
    const line = (row: string[]) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd();
    const rule = widths.map(width => '-'.repeat(width)).join('  ');
    return [line(rows[0] ?? []), rule, ...rows.slice(1).map(line)].join('\n');
  }

  private link(node: Node, after: Node): void {
    node.prev = after;
    node.next = after.next;
    after.next.prev = node;
    after.next = node;
    this.count += 1;
  }

  private unlink(node: Node): void {
    node.prev.next = node.next;
    node.next.prev = node.prev;
    this.count -= 1;
  }
}
