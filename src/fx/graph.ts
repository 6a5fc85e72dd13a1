// A list of nodes in the order they run: `torch.fx.Graph`. Doubly linked, so that passes can insert and
// erase while they walk.

import type { Module } from '../nn/module';
import type { TorchFunction } from '../tensor/function';
import { candidateFor, Namespace } from './naming';
import { formatGraph, formatTable } from './format';
import { lint } from './lint';
import {
  mapArgument,
  Node,
  targetName,
  type Argument,
  type ArgumentRecord,
  type Opcode,
  type Target
} from './node';

/** What a model does, as a list of nodes in the order they run. PyTorch: `torch.fx.Graph`. */
export class Graph {
  private readonly root = new Node(this, '', 'root', '', [], {});
  private readonly namespace = new Namespace();
  private insertAfterNode: () => Node = () => this.root.prev;
  private count = 0;
  /** Where paths lead: set by the graph module that holds the graph. */
  owningModule: Module | null = null;
  /** True where lists and objects given to `concreteArgs` became one input per entry (PyTorch's pytree codegen). */
  flattensInputs = false;

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

  /** Adds a node at the insertion point, under a free name. PyTorch: `create_node`. */
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

  /** Adds an input, with a default if given. PyTorch: `placeholder`. */
  placeholder(name: string, ...defaults: Argument[]): Node {
    return this.createNode('placeholder', name, defaults);
  }

  /** Adds the reading of a parameter, buffer or other field. PyTorch: `get_attr`. */
  getAttr(path: string): Node {
    return this.createNode('get_attr', path);
  }

  /** Adds a call of a function. PyTorch: `call_function`. */
  callFunction(fn: TorchFunction, args: readonly Argument[] = [], kwargs: ArgumentRecord = {}): Node {
    return this.createNode('call_function', fn, args, kwargs);
  }

  /** Adds a call of a method of the first argument. PyTorch: `call_method`. */
  callMethod(name: string, args: readonly Argument[], kwargs: ArgumentRecord = {}): Node {
    return this.createNode('call_method', name, args, kwargs);
  }

  /** Adds a call of the module at `path`. PyTorch: `call_module`. */
  callModule(path: string, args: readonly Argument[] = [], kwargs: ArgumentRecord = {}): Node {
    return this.createNode('call_module', path, args, kwargs);
  }

  /** Adds what the graph returns. PyTorch: `output`. */
  output(value: Argument): Node {
    return this.createNode('output', 'output', [value]);
  }

  /** Runs `build` with new nodes going right before `node`; null: to the graph's beginning. */
  insertingBefore<T>(node: Node | null, build: () => T): T {
    return node ? this.inserting(() => node.prev, build) : this.insertingAfter(this.root, build);
  }

  /**
   * Runs `build` with the first new node going right after `node`, further ones after that (PyTorch puts
   * each right after `node`, so they come out reversed); null: to the graph's end.
   */
  insertingAfter<T>(node: Node | null, build: () => T): T {
    const { next } = node ?? this.root.prev;
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

  /** @throws Error naming the readers if the node still has some, or if it belongs to another graph. */
  eraseNode(node: Node): void {
    if (node.graph !== this) {
      throw new Error(`Cannot erase node '${node.name}': it belongs to another graph.`);
    }
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
  nodeCopy(node: Node, translate: (node: Node) => Argument = input => input): Node {
    const args = node.args.map(arg => mapArgument(arg, translate));
    const kwargs = mapArgument(node.kwargs, translate) as ArgumentRecord;
    const copy = this.createNode(node.op as Opcode, node.target, args, kwargs, node.name);
    copy.meta = { ...node.meta };
    return copy;
  }

  /**
   * Copies the nodes of `other` to where new nodes go, but the output: what it returns, in terms of the
   * copies, is the result. Nodes that `valMap` already has stand for their entry and are not copied.
   */
  graphCopy(other: Graph, valMap = new Map<Node, Argument>()): Argument {
    const translate = (node: Node): Argument => (valMap.has(node) ? valMap.get(node) : node);
    for (const node of other.nodes) {
      if (node.op === 'output') {
        return mapArgument(node.args[0], translate);
      }
      if (!valMap.has(node)) {
        valMap.set(node, this.nodeCopy(node, translate));
      }
    }
    return undefined;
  }

  /** A graph with the same nodes, notes included. PyTorch: `copy.deepcopy(graph)`. */
  clone(): Graph {
    const copy = new Graph();
    const valMap = new Map<Node, Argument>();
    const value = copy.graphCopy(this, valMap);
    const { outputNode } = this;
    if (outputNode) {
      copy.output(value).meta = { ...outputNode.meta };
    }
    copy.flattensInputs = this.flattensInputs;
    return copy;
  }

  /** Nodes of one kind, with one target if given. */
  findNodes(op: Opcode, target?: Target): Node[] {
    return [...this.nodes].filter(n => n.op === op && (target === undefined || n.target === target));
  }

  /**
   * Erases what nothing reads, from the last node on; inputs, assertions and random functions stay. True if
   * anything was erased.
   */
  eliminateDeadCode(isImpure: (node: Node) => boolean = node => node.isImpure()): boolean {
    let changed = false;
    for (let node = this.root.prev; node !== this.root;) {
      const before = node.prev;
      const boundary = node.op === 'placeholder' || node.op === 'output';
      if (node.users.size === 0 && !boundary && !isImpure(node)) {
        this.eraseNode(node);
        changed = true;
      }
      node = before;
    }
    return changed;
  }

  /** @throws Error naming the first node that breaks a rule; targets are looked up in the owning module. */
  lint(): void {
    lint(this, this.owningModule ?? undefined);
  }

  /** The graph as torch.fx prints it. */
  toString(): string {
    return formatGraph(this.nodes);
  }

  /** A table of the nodes: opcode, name, target, args, kwargs. PyTorch prints it; this returns it. */
  printTabular(): string {
    return formatTable(this.nodes);
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
