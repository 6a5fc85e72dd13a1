// A module that is run from a graph: `torch.fx.GraphModule`. It holds the modules, parameters and buffers its
// graph names and nothing else of the model it was traced from.

import { COPY_FIELDS, type CopyMemo } from '../nn/deepcopy';
import { className, isModule, Module, ModuleBase, Parameter, splitPath } from '../nn/module';
import { registerLibraryModule } from '../nn/library';
import { printModule } from '../nn/repr';
import { packedField, type StateField } from '../nn/stateDict';
import { isPackedParams } from '../tensor/quantized/packed';
import { Tensor } from '../tensor/tensor';
import { printCode } from './code';
import type { Graph } from './graph';
import { getAttribute, Interpreter } from './interpreter';
import { lint } from './lint';

const GRAPH: unique symbol = Symbol('graph');
const CLASS_NAME: unique symbol = Symbol('className');
const META: unique symbol = Symbol('meta');

/** Stands where the model had a module of which only submodules are needed. */
class Container extends ModuleBase {
  override forward(): never {
    throw new Error('This module only holds others; its own code is now part of the graph.');
  }
}
registerLibraryModule('torch.nn.modules.module.Module', Container as never);

/** Called with what the model takes. What it returns is a tensor unless stated: `quantized<[Tensor, Tensor]>(x)`. */
export class GraphModule extends (Module as abstract new () => ModuleBase &
  (<R = Tensor>(...args: unknown[]) => R)) {
  declare private [GRAPH]: Graph;
  declare private [CLASS_NAME]: string;
  declare private [META]: Record<string, unknown>;

  /**
   * @param root where the graph's targets are looked up; modules and tensors are shared with it.
   * @throws Error if the graph names something `root` does not have.
   */
  constructor(root: Module, graph: Graph, className = 'GraphModule') {
    super();
    hide(this, GRAPH, graph);
    graph.owningModule = this as unknown as Module;
    hide(this, CLASS_NAME, className);
    hide(this, META, root instanceof GraphModule ? { ...root.meta } : {});
    this.training = root.training;
    for (const node of graph.nodes) {
      if (node.op === 'call_module' || node.op === 'get_attr') {
        copyAttribute(root, this, node.target as string);
      }
    }
  }

  /** The modules, then the code. */
  override toString(): string {
    return `${printModule(this as unknown as Module, this.className)}\n\n${this.code}`;
  }

  get graph(): Graph {
    return this[GRAPH];
  }

  /** @throws Error if the graph names something this module does not have. */
  set graph(graph: Graph) {
    for (const node of graph.nodes) {
      if (node.op === 'call_module' || node.op === 'get_attr') {
        getAttribute(this as unknown as Module, node.target as string);
      }
    }
    this[GRAPH] = graph;
    graph.owningModule = this as unknown as Module;
  }

  /** Name of the class the graph was traced from. */
  get className(): string {
    return this[CLASS_NAME];
  }

  /** What passes note about the module as a whole. */
  get meta(): Record<string, unknown> {
    return this[META];
  }

  /** The graph as a TypeScript class that can be pasted into a cell. */
  get code(): string {
    return printCode(this.graph, this.className);
  }

  override forward(...inputs: unknown[]): unknown {
    return new Interpreter(this as unknown as Module & this, this.graph).run(...inputs);
  }

  /** @throws Error naming the first node that breaks a rule. */
  lint(): this {
    lint(this.graph, this as unknown as Module);
    return this;
  }

  /** Drops submodules that no node of the graph names. */
  deleteAllUnusedSubmodules(): void {
    const used = new Set<string>();
    for (const node of this.graph.nodes) {
      if (node.op === 'call_module' || node.op === 'get_attr') {
        const path = node.target as string;
        path.split('.').forEach((_, i, parts) => used.add(parts.slice(0, i + 1).join('.')));
      }
    }
    const leaves = new Set(
      [...this.graph.nodes].filter(n => n.op === 'call_module').map(n => n.target as string)
    );
    const belowLeaf = (path: string) => [...leaves].some(leaf => path.startsWith(`${leaf}.`));
    for (const [path] of [...this.namedModules()]) {
      if (path !== '' && !used.has(path) && !belowLeaf(path)) {
        const [parent, name] = splitPath(path);
        const holder = tryGet(this as unknown as Module, parent);
        if (holder) {
          Reflect.deleteProperty(holder, name);
        }
      }
    }
  }

  /** Weights that lowering packed are state too. */
  protected override stateFields(): StateField[] {
    const packed = Object.entries(this).filter(([, value]) => isPackedParams(value));
    return [...super.stateFields(), ...packed.map(([name]) => packedField(this, name))];
  }

  /** Copies the graph and the notes. */
  [COPY_FIELDS](copy: GraphModule, _memo: CopyMemo): void {
    const graph = this.graph.clone();
    graph.owningModule = copy as unknown as Module;
    hide(copy, GRAPH, graph);
    hide(copy, META, { ...this.meta });
  }
}

function tryGet(root: Module, path: string): Module | undefined {
  try {
    return root.getSubmodule(path);
  } catch {
    return undefined;
  }
}

/** Makes `to` hold what `from` holds at `path`, with empty modules on the way. */
export function copyAttribute(from: Module, to: Module | ModuleBase, path: string): void {
  const [parent, name] = splitPath(path);
  let holder: ModuleBase = to as ModuleBase;
  for (const part of parent === '' ? [] : parent.split('.')) {
    const next: unknown = Reflect.get(holder, part);
    if (isModule(next)) {
      holder = next;
    } else {
      const container = new Container();
      container.training = from.training;
      holder.addModule(part, container as unknown as Module);
      holder = container;
    }
  }
  const value = getAttribute(from, path);
  if (name in holder && !Object.hasOwn(holder, name)) {
    throw new Error(
      `'${path}': a ${className(holder)} has a '${name}' of its own; give the field of ${className(from)} another name`
    );
  }
  if (value instanceof Tensor && !(value instanceof Parameter)) {
    holder.registerBuffer(name, value);
  } else {
    Reflect.set(holder, name, value);
  }
}

function hide(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });
}
