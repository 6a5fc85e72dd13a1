// Runs a model with proxies for its inputs and writes down what it does: `torch.fx.Tracer`. Override
// `isLeafModule` to choose which modules stay one node.

import { className, isModule, Parameter, setModuleCallInterceptor, type Module } from '../nn/module';
import { classOf, isLibraryModule, moduleTypeName, type ModuleClass } from '../nn/library';
import { splitForward } from '../nn/forward';
import {
  isPlainObject,
  recordedArguments,
  type Callee,
  type Kwargs,
  type TorchFunction
} from '../tensor/function';
import { Slice, Tuple } from '../tensor/structures';
import { Tensor } from '../tensor/tensor';
import { TraceError, type TraceErrorKind } from './error';
import { Graph } from './graph';
import type { Argument, ArgumentRecord, Node } from './node';
import { forwardParameters } from './parameters';
import { specialize } from './specialize';
import { isProxy, makeProxy, nodeOf, restElements, type ProxyHost } from './proxy';

/** Where a node was recorded: the innermost module being called. The root's class is null, as in PyTorch. */
export interface Scope {
  readonly path: string;
  readonly cls: ModuleClass | null;
}

/** What tracing may be told. */
export interface TraceOptions {
  /**
   * Values that parameters of `forward` keep in the graph, by name, so that code may branch on them. The
   * graph still takes them and checks that they are the same (PyTorch: `concrete_args`). In a list or an
   * object, which becomes one input per entry, `PH` stands for an entry that stays a traced input.
   */
  concreteArgs?: Readonly<Record<string, unknown>>;
}

/** Library classes the tracer looks into. */
const TRANSPARENT: ReadonlySet<string> = new Set(['torch.nn.modules.container.Sequential']);

/** Records what a model does with its inputs as a graph. PyTorch: `torch.fx.Tracer`. */
export class Tracer {
  /** Scope of every recorded node, by name: `node_name_to_scope`. */
  readonly nodeNameToScope = new Map<string, Scope>();
  /** Values that are no parameters of the model but stand in its graph, by attribute name. */
  readonly tensorConstants = new Map<string, Tensor>();
  protected graph = new Graph();
  protected root: Module | null = null;
  private readonly scopes: { scope: Scope; module: Module }[] = [];
  private paths = new Map<Module, string>();
  private parameterPaths = new Map<Tensor, string>();
  private bufferPaths = new Map<Tensor, string>();
  protected readonly host: ProxyHost = {
    record: (callee, args, kwargs) => this.record(callee, args, kwargs),
    fail: (kind, reason, node) => this.fail(kind, reason, node)
  };

  /** True for modules that become one node: library modules but Sequential. */
  isLeafModule(module: Module, _path: string): boolean {
    return isLibraryModule(module) && !TRANSPARENT.has(moduleTypeName(classOf(module)));
  }

  /** What has been recorded: after a trace that failed, all up to there. It then has no output. */
  get recorded(): Graph {
    return this.graph;
  }

  /** Path of a module in the model: the first one it is found under. */
  pathOfModule(module: Module): string {
    const path = this.paths.get(module);
    if (path === undefined) {
      const reason = `it calls a ${className(module)} that is not a field of any module; assign it to one.`;
      return this.fail('unknown', reason);
    }
    return path;
  }

  /**
   * @throws TraceError where the model does with a traced value what cannot be recorded, or throws itself.
   */
  trace(root: Module, options: TraceOptions = {}): Graph {
    this.begin(root);
    const restoreParameters = this.interceptParameters(root);
    const before = setModuleCallInterceptor((module, args, proceed) =>
      this.callModule(module, args, proceed)
    );
    try {
      const inputs = this.createInputs(root, options.concreteArgs ?? {});
      const value = this.guard(() => root.forward(...(inputs as never[])));
      this.createNode('output', 'output', [this.guard(() => this.createArgument(value))], {});
      return this.graph;
    } finally {
      setModuleCallInterceptor(before);
      restoreParameters();
    }
  }

  /** Starts an empty graph for `root`: what stands at which path, and its scope as the current one. */
  protected begin(root: Module): void {
    this.root = root;
    this.graph = new Graph();
    this.paths = new Map([...root.namedModules()].map(([path, module]) => [module, path]));
    this.parameterPaths = new Map(
      [...root.namedParameters()].map(([path, value]) => [value as Tensor, path])
    );
    this.bufferPaths = new Map([...root.namedBuffers()].map(([path, value]) => [value, path]));
    this.scopes.length = 0;
    this.scopes.push({ scope: { path: '', cls: null }, module: root });
  }

  /** An argument as a graph holds it. PyTorch: `create_arg`. */
  createArgument(value: unknown): Argument {
    if (isProxy(value)) {
      return nodeOf(value);
    }
    if (value instanceof Tensor) {
      return this.nodeForTensor(value);
    }
    if (Array.isArray(value)) {
      const items = (value as unknown[]).map(item => this.createArgument(item));
      return value instanceof Tuple ? Tuple.from(items) : items;
    }
    if (value instanceof Slice) {
      const { start, stop, step } = value as Slice<unknown>;
      return new Slice(this.createArgument(start), this.createArgument(stop), this.createArgument(step));
    }
    if (isPlainObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.createArgument(item)]));
    }
    if (
      value === null ||
      value === undefined ||
      ['boolean', 'number', 'string', 'symbol'].includes(typeof value)
    ) {
      return value as Argument;
    }
    const what = isModule(value) ? `module ${className(value)}` : typeof value;
    return this.fail('unknown', `a ${what} cannot be an argument in a graph.`);
  }

  /** Adds a node in the current scope. PyTorch: `create_node`. */
  protected createNode(
    op: Parameters<Graph['createNode']>[0],
    target: Parameters<Graph['createNode']>[1],
    args: readonly Argument[],
    kwargs: ArgumentRecord,
    name?: string
  ): Node {
    const node = this.graph.createNode(op, target, args, kwargs, name);
    this.nodeNameToScope.set(node.name, this.current.scope);
    return node;
  }

  /** Called for every module call while tracing: one node for a leaf, else the module's own `forward`. */
  protected callModule(module: Module, args: unknown[], proceed: () => unknown): unknown {
    const path = this.pathOfModule(module);
    return this.within({ path, cls: classOf(module) }, module, () => {
      if (!this.isLeafModule(module, path)) {
        return this.guard(proceed);
      }
      const [positional, named] = splitForward(module, args);
      const recorded = positional.map(arg => this.createArgument(arg));
      const kwargs = this.createArgument(named) as ArgumentRecord;
      return makeProxy(this.createNode('call_module', path, recorded, kwargs), this.host);
    });
  }

  private record(callee: Callee, args: unknown[], kwargs: Kwargs): unknown {
    const [positional, named] =
      callee.kind === 'function' ? recordedArguments(callee.fn, args, kwargs) : [args, kwargs];
    const recordedArgs = positional.map(arg => this.createArgument(arg));
    const recordedKwargs = this.createArgument(named) as ArgumentRecord;
    const node =
      callee.kind === 'function'
        ? this.createNode('call_function', callee.fn, recordedArgs, recordedKwargs)
        : this.createNode('call_method', callee.name, recordedArgs, recordedKwargs);
    return makeProxy(node, this.host);
  }

  private createInputs(root: Module, concrete: Readonly<Record<string, unknown>>): unknown[] {
    const make = (name: string, defaults: readonly Argument[]) =>
      this.createNode('placeholder', name, defaults, {});
    return forwardParameters(root.forward).flatMap(parameter => {
      const bare = parameter.name.replace(/^\*/, '');
      const defaults = 'default' in parameter ? [this.createArgument(parameter.default)] : [];
      if (!Object.hasOwn(concrete, bare)) {
        const proxy = makeProxy(make(parameter.name, defaults), this.host);
        return parameter.name.startsWith('*') ? restElements(proxy, this.host) : [proxy];
      }
      const value = concrete[bare];
      this.graph.flattensInputs ||= Array.isArray(value) || isPlainObject(value);
      const recorder = {
        input: (name: string) => make(name, defaults),
        call: (fn: TorchFunction, args: readonly Argument[]) => this.createNode('call_function', fn, args, {})
      };
      return [specialize(recorder, bare, value, this.host)];
    });
  }

  private nodeForTensor(value: Tensor): Node {
    const path = this.parameterPaths.get(value) ?? this.bufferPaths.get(value);
    if (path !== undefined) {
      return this.createNode('get_attr', path, [], {});
    }
    for (const [name, constant] of this.tensorConstants) {
      if (constant === value) {
        return this.createNode('get_attr', name, [], {});
      }
    }
    let index = 0;
    while (
      Reflect.has(this.root ?? {}, `_tensor_constant${index}`) ||
      this.tensorConstants.has(`_tensor_constant${index}`)
    ) {
      index += 1;
    }
    const name = `_tensor_constant${index}`;
    this.tensorConstants.set(name, value);
    return this.createNode('get_attr', name, [], {});
  }

  /**
   * While tracing, reading a parameter field gives a proxy, one per parameter: computing with parameters
   * alone is then recorded too, as in PyTorch. Returns how to put the fields back.
   */
  private interceptParameters(root: Module): () => void {
    const proxies = new Map<Tensor, Tensor>();
    const undo: (() => void)[] = [];
    for (const module of [...root.modules()]) {
      for (const [name, value] of Object.entries(module)) {
        if (value instanceof Parameter) {
          const descriptor = Object.getOwnPropertyDescriptor(module, name);
          const get = () => {
            const path = this.parameterPaths.get(value) ?? name;
            const proxy =
              proxies.get(value) ?? makeProxy(this.createNode('get_attr', path, [], {}), this.host);
            proxies.set(value, proxy);
            return proxy;
          };
          Object.defineProperty(module, name, { get, enumerable: true, configurable: true });
          undo.push(() => descriptor && Object.defineProperty(module, name, descriptor));
        }
      }
    }
    return () => undo.forEach(restore => restore());
  }

  private get current(): { scope: Scope; module: Module } {
    const innermost = this.scopes.at(-1);
    if (!innermost) {
      throw new Error('Tracer: not tracing');
    }
    return innermost;
  }

  /** Runs with another module as the current scope. */
  protected within<T>(scope: Scope, module: Module, run: () => T): T {
    this.scopes.push({ scope, module });
    try {
      return run();
    } finally {
      this.scopes.pop();
    }
  }

  /** Puts an error of the user's code down to the module whose `forward` was running. */
  private guard<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof TraceError) {
        throw error;
      }
      const reason = `${error instanceof Error ? error.message : String(error)}.`.replace(/\.\.$/, '.');
      throw new TraceError(reason, this.detailsOf('unknown'), { cause: error });
    }
  }

  private fail(kind: TraceErrorKind, reason: string, node?: string): never {
    throw new TraceError(reason, { ...this.detailsOf(kind), node });
  }

  private detailsOf(kind: TraceErrorKind) {
    const { scope, module } = this.current;
    const source = Function.prototype.toString.call(module.forward);
    return { kind, modulePath: scope.path, className: className(module), source };
  }
}
