// Runs a graph node by node: `torch.fx.Interpreter`. Override the hooks to look at values or to change what
// a node does:
//
//   run
//   └─ runNode
//      ├─ placeholder · getAttr · output
//      └─ callFunction · callMethod · callModule
//
// A value is let go after its last use.

import { className, isModule, type Module } from '../nn/module';
import { call, type Kwargs, type TorchFunction } from '../tensor/function';
import { callMethod } from '../tensor/methods';
import { Slice, Tuple } from '../tensor/structures';
import { isPlainObject } from '../tensor/function';
import { formatNode } from './format';
import type { Graph } from './graph';
import { Node, type Argument } from './node';

/** A graph that failed while it ran: which node, in which module, and the error itself as `cause`. */
export class InterpreterError extends Error {
  override readonly name = 'InterpreterError';
  constructor(
    readonly node: Node,
    cause: unknown
  ) {
    const message = cause instanceof Error ? cause.message : String(cause);
    super(`${message}\nWhile executing ${formatNode(node)}`, { cause });
  }
}

/** Runs a graph node by node; override what a node does. PyTorch: `torch.fx.Interpreter`. */
export class Interpreter {
  /** Values of nodes that are still needed. */
  protected readonly env = new Map<Node, unknown>();
  private inputs: readonly unknown[] = [];
  private nextInput = 0;

  readonly graph: Graph;

  /** @param graph the module's own if absent. @throws TypeError for a module without a graph. */
  constructor(
    readonly module: Module,
    graph?: Graph
  ) {
    const own = graph ?? (module as { graph?: Graph }).graph;
    if (!own) {
      throw new TypeError(`${className(module)} has no graph to run; trace it first (symbolicTrace)`);
    }
    this.graph = own;
  }

  /** @throws InterpreterError naming the node that failed. */
  run(...inputs: unknown[]): unknown {
    this.inputs = this.graph.flattensInputs ? inputs.flatMap(leavesOf) : inputs;
    this.nextInput = 0;
    this.env.clear();
    const lastUses = lastUsesOf(this.graph);
    for (const node of this.graph.nodes) {
      const value = this.execute(node);
      if (node.op === 'output') {
        this.env.clear();
        return value;
      }
      this.env.set(node, value);
      lastUses.get(node)?.forEach(done => this.env.delete(done));
    }
    return undefined;
  }

  /** What one node returns. PyTorch: `run_node`. */
  protected runNode(node: Node): unknown {
    const args = node.args.map(arg => this.load(arg));
    const kwargs = this.load(node.kwargs) as Kwargs;
    switch (node.op) {
      case 'placeholder':
        return this.placeholder(node, args);
      case 'get_attr':
        return this.getAttr(node.target as string);
      case 'call_function':
        return this.callFunction(node.target as TorchFunction, args, kwargs);
      case 'call_method':
        return this.callMethod(node.target as string, args, kwargs);
      case 'call_module':
        return this.callModule(node.target as string, args, kwargs);
      case 'output':
        return args[0];
      default:
        throw new Error(`Interpreter: unknown op '${node.op}'`);
    }
  }

  /** The next input, or its default. PyTorch: `placeholder`. */
  protected placeholder(node: Node, defaults: readonly unknown[]): unknown {
    if (String(node.target).startsWith('*')) {
      const rest = this.inputs.slice(this.nextInput);
      this.nextInput = this.inputs.length;
      return rest;
    }
    const given = this.nextInput < this.inputs.length ? this.inputs[this.nextInput] : undefined;
    this.nextInput += 1;
    if (given !== undefined) {
      return given;
    }
    if (defaults.length === 0) {
      throw new TypeError(
        `Expected positional argument for parameter ${String(node.target)}, but one was not passed in`
      );
    }
    return defaults[0];
  }

  /** The field at `path`. PyTorch: `get_attr`. */
  protected getAttr(path: string): unknown {
    return getAttribute(this.module, path);
  }

  /** Calls a function. PyTorch: `call_function`. */
  protected callFunction(fn: TorchFunction, args: unknown[], kwargs: Kwargs): unknown {
    return call(fn, args, kwargs);
  }

  /** Calls a method of the first argument. PyTorch: `call_method`. */
  protected callMethod(name: string, args: unknown[], kwargs: Kwargs): unknown {
    return callMethod(name, args, kwargs);
  }

  /** Keyword arguments, which only imported graphs have, go behind the others as one object. */
  protected callModule(path: string, args: unknown[], kwargs: Kwargs): unknown {
    const module = this.module.getSubmodule(path);
    const rest = Object.keys(kwargs).length > 0 ? [kwargs] : [];
    return module(...([...args, ...rest] as never[]));
  }

  /** The value of an argument: nodes replaced by what they returned. */
  protected load(arg: Argument): unknown {
    if (arg instanceof Node) {
      return this.env.get(arg);
    }
    if (Array.isArray(arg)) {
      const items = (arg as readonly Argument[]).map(item => this.load(item));
      return arg instanceof Tuple ? Tuple.from(items) : items;
    }
    if (arg instanceof Slice) {
      const { start, stop, step } = arg as Slice<Argument>;
      return new Slice(this.load(start), this.load(stop), this.load(step));
    }
    if (isPlainObject(arg)) {
      return Object.fromEntries(Object.entries(arg).map(([key, item]) => [key, this.load(item as Argument)]));
    }
    return arg;
  }

  private execute(node: Node): unknown {
    try {
      return this.runNode(node);
    } catch (error) {
      throw error instanceof InterpreterError ? error : new InterpreterError(node, error);
    }
  }
}

/** What stands in lists and objects, in order. PyTorch: `pytree.tree_leaves`. */
function leavesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return (value as unknown[]).flatMap(leavesOf);
  }
  return isPlainObject(value) ? Object.values(value).flatMap(leavesOf) : [value];
}

/** For each node, those whose value nobody reads after it. */
function lastUsesOf(graph: Graph): Map<Node, Node[]> {
  const lastUses = new Map<Node, Node[]>();
  const seen = new Set<Node>();
  for (const node of [...graph.nodes].reverse()) {
    for (const input of node.allInputNodes) {
      if (!seen.has(input)) {
        seen.add(input);
        lastUses.set(node, [...(lastUses.get(node) ?? []), input]);
      }
    }
  }
  return lastUses;
}

/** A parameter, buffer or other field by its dotted path. @throws Error naming the part that is missing. */
export function getAttribute(module: Module, path: string): unknown {
  let value: unknown = module;
  for (const name of path.split('.')) {
    const holder = value as object;
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || !(name in holder)) {
      const owner = isModule(value) ? className(value) : typeof value;
      throw new Error(`${owner} has no attribute '${name}' (looking for '${path}')`);
    }
    value = Reflect.get(holder, name);
  }
  return value;
}
