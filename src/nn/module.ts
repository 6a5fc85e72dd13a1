// `nn.Module`: a tree of parameters, buffers and submodules that can be called. Semantics of
// torch.nn.Module. A module is a function whose prototype is its class, so that `net(x)` works and is
// typed; what belongs to it are its own properties, named as their state-dict keys, in the order they
// were assigned.

import { isFloatingDType } from '../tensor/dtype';
import { Tensor } from '../tensor/tensor';
import { bindForward } from './forward';
import type { ObserverLike, QConfigLike } from './qconfig';
import { displayName, printModule } from './repr';
import {
  loadFields,
  StateDict,
  tensorField,
  type IncompatibleKeys,
  type KeyedField,
  type StateField,
  type StateValue
} from './stateDict';

/** A tensor that is trained; assigned to a module field it becomes a parameter (`torch.nn.Parameter`). */
export class Parameter extends Tensor {
  /** Shares the storage of `data`. @throws TypeError for whole numbers, unless `requiresGrad` is false. */
  constructor(data: Tensor, requiresGrad = true) {
    super(data.storage, data.shape, {
      strides: data.strides,
      offset: data.offset,
      quantizer: data.quantizer
    });
    if (requiresGrad && !isFloatingDType(data.dtype)) {
      throw new TypeError(`Parameter: only floating point tensors can require gradients, not ${data.dtype}`);
    }
    this.requiresGrad = requiresGrad;
  }
}

/** Gets every module call before `forward` runs; how a tracer sees calls. `proceed` runs `forward`. */
export type ModuleCallInterceptor = (module: Module, args: unknown[], proceed: () => unknown) => unknown;

let interceptor: ModuleCallInterceptor | null = null;

/** Installs an interceptor and returns the one before, to be put back. */
export function setModuleCallInterceptor(next: ModuleCallInterceptor | null): ModuleCallInterceptor | null {
  const before = interceptor;
  interceptor = next;
  return before;
}

/** Internal state, hidden from `Object.keys`. */
const BUFFERS: unique symbol = Symbol('buffers');
const NON_PERSISTENT: unique symbol = Symbol('nonPersistentBuffers');

/** Any module, whatever it takes and returns. */
export type Module = ModuleBase & ((...args: never[]) => unknown);

/** What `Module` is without its call: for types of modules of any signature. PyTorch: `torch.nn.Module`. */
export abstract class ModuleBase {
  declare training: boolean;
  /** Set by prepare on the modules it observes; custom modules copy it in `fromFloat`. */
  declare qconfig?: QConfigLike | null;
  /** Set by convert on observed custom modules: the observer of their output. */
  declare activation_post_process?: ObserverLike;
  declare private [BUFFERS]: Set<string>;
  declare private [NON_PERSISTENT]: Set<string>;

  constructor() {
    const callable = makeCallable(new.target.prototype as object);
    hide(callable, 'training', true);
    hide(callable, BUFFERS, new Set());
    hide(callable, NON_PERSISTENT, new Set());
    return callable as unknown as this;
  }

  /** The computation. Call the module, not this: a tracer sees only calls. */
  abstract forward(...args: never[]): unknown;

  /** Makes `tensor` (or null) part of the state without being trained. State-dict key: `name`. */
  registerBuffer(name: string, tensor: Tensor | null, persistent = true): void {
    this[BUFFERS].add(name);
    if (!persistent) {
      this[NON_PERSISTENT].add(name);
    }
    Reflect.set(this, name, tensor);
  }

  /** Sets a submodule by its local name (`torch.nn.Module.add_module`). */
  addModule(name: string, module: Module | null): void {
    Reflect.set(this, name, module);
  }

  /** Direct children with their local names, each object once. */
  *namedChildren(): Generator<[string, Module]> {
    const seen = new Set<Module>();
    for (const [name, value] of Object.entries(this)) {
      if (isModule(value) && !seen.has(value)) {
        seen.add(value);
        yield [name, value];
      }
    }
  }

  /** Direct children, each object once. PyTorch: `children()`. */
  *children(): Generator<Module> {
    for (const [, child] of this.namedChildren()) {
      yield child;
    }
  }

  /** This module ('') and all below it, depth first; an object reached twice is listed once unless told. */
  *namedModules(prefix = '', removeDuplicate = true, seen = new Set<Module>()): Generator<[string, Module]> {
    const self = this as unknown as Module;
    if (removeDuplicate && seen.has(self)) {
      return;
    }
    seen.add(self);
    yield [prefix, self];
    for (const [name, value] of Object.entries(this)) {
      if (isModule(value)) {
        yield* value.namedModules(joinPath(prefix, name), removeDuplicate, seen);
      }
    }
  }

  /** This module and all below it, each object once. PyTorch: `modules()`. */
  *modules(): Generator<Module> {
    for (const [, module] of this.namedModules()) {
      yield module;
    }
  }

  /** Trained tensors with their dotted paths, each object once. */
  *namedParameters(prefix = '', recurse = true): Generator<[string, Parameter]> {
    const seen = new Set<Parameter>();
    for (const [path, module] of recurse ? this.namedModules(prefix) : [[prefix, this] as const]) {
      for (const [name, value] of Object.entries(module)) {
        if (value instanceof Parameter && !seen.has(value)) {
          seen.add(value);
          yield [joinPath(path, name), value];
        }
      }
    }
  }

  /** Trained tensors here and below, each object once. PyTorch: `parameters()`. */
  *parameters(): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters()) {
      yield parameter;
    }
  }

  /** Buffers with their dotted paths, those that are null left out. */
  *namedBuffers(prefix = '', recurse = true): Generator<[string, Tensor]> {
    for (const [path, module] of recurse ? this.namedModules(prefix) : [[prefix, this] as const]) {
      for (const name of module[BUFFERS]) {
        const value: unknown = Reflect.get(module, name);
        if (value instanceof Tensor) {
          yield [joinPath(path, name), value];
        }
      }
    }
  }

  /** Buffers here and below. PyTorch: `buffers()`. */
  *buffers(): Generator<Tensor> {
    for (const [, buffer] of this.namedBuffers()) {
      yield buffer;
    }
  }

  /** Is `name` a registered buffer of this very module? */
  hasBuffer(name: string): boolean {
    return this[BUFFERS].has(name);
  }

  /** @throws Error naming the part of the path that does not exist. */
  getSubmodule(path: string): Module {
    let module = this as unknown as Module;
    for (const name of path === '' ? [] : path.split('.')) {
      const next: unknown = Reflect.get(module, name);
      if (!isModule(next)) {
        throw new Error(`${className(module)} has no submodule '${name}' (looking for '${path}')`);
      }
      module = next;
    }
    return module;
  }

  /** Replaces the module at `path`; its parent must exist. */
  setSubmodule(path: string, module: Module): void {
    const [parent, name] = splitPath(path);
    this.getSubmodule(parent).addModule(name, module);
  }

  /**
   * Parameters and persistent buffers by dotted path (the tensors themselves, not copies), and what quantized modules
   * hold besides. PyTorch: `state_dict()`.
   */
  stateDict(prefix = ''): StateDict {
    return new StateDict(this.keyedFields(prefix).map(([key, field]) => [key, field.get()]));
  }

  /**
   * Copies `state` into this module's parameters and buffers, all or nothing. Weights of a PyTorch file:
   * `model.loadStateDict(parseSafetensors(bytes))`; of a quantized model: `parseStateDict(bytes)`.
   * @returns the keys that did not match, with `strict: false`.
   * @throws StateDictError listing missing and unexpected keys, unless `strict` is false, and wrong shapes always.
   * PyTorch: `load_state_dict`.
   */
  loadStateDict(
    state: ReadonlyMap<string, StateValue>,
    options: { readonly strict?: boolean } = {}
  ): IncompatibleKeys {
    return loadFields(className(this), this.keyedFields(''), state, options.strict ?? true);
  }

  private keyedFields(prefix: string): KeyedField[] {
    return [...this.namedModules(prefix, false)].flatMap(([path, module]) =>
      module.stateFields().map((field): KeyedField => [joinPath(path, field.name), field])
    );
  }

  /** This module's own part of the state: parameters, then persistent buffers. Quantized modules add to it. */
  protected stateFields(): StateField[] {
    const tensors = Object.entries(this).filter(([, value]) => value instanceof Tensor);
    const parameters = tensors.filter(([, value]) => value instanceof Parameter);
    const buffers = tensors.filter(
      ([name, value]) =>
        !(value instanceof Parameter) && this[BUFFERS].has(name) && !this[NON_PERSISTENT].has(name)
    );
    return [...parameters, ...buffers].map(([name]) => tensorField(this, name, this.stateRule(name)));
  }

  /** How parameter or buffer `name` is loaded: whether a file may lack it, and whether it takes the file's shape. */
  protected stateRule(_name: string): { readonly optional?: boolean; readonly resizes?: boolean } {
    return {};
  }

  /** Calls `fn` on every submodule, children first, then on this (`torch.nn.Module.apply`). */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) {
      child.apply(fn);
    }
    fn(this as unknown as Module);
    return this;
  }

  /** Sets training mode here and below. */
  train(mode = true): this {
    this.training = mode;
    for (const child of this.children()) {
      child.train(mode);
    }
    return this;
  }

  /** Sets evaluation mode here and below. PyTorch: `eval()`. */
  eval(): this {
    return this.train(false);
  }

  /** Forgets the gradients of all parameters. PyTorch: `zero_grad()`. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) {
      parameter.grad = null;
    }
  }

  /** What stands between the parentheses when the module is printed. PyTorch: `extra_repr`. */
  extraRepr(): string {
    return '';
  }

  /** The module and all below it as a tree. */
  toString(): string {
    return printModule(this as unknown as Module, displayName(this.constructor));
  }

  /** How Node and notebooks print it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

type ModuleConstructor = abstract new <A extends unknown[] = [Tensor], R = Tensor>() => ModuleBase &
  ((...args: A) => R);

/**
 * Base of all models: `class Net extends nn.Module { forward(x: Tensor) { … } }`, called as `net(x)`.
 * `nn.Module<[Tensor, Tensor], [Tensor, number]>` states other arguments and results than Tensor → Tensor.
 */
export const Module: ModuleConstructor = ModuleBase as unknown as ModuleConstructor;

/** Is it a module of any class? */
export function isModule(value: unknown): value is Module {
  return value instanceof ModuleBase;
}

export function className(module: object): string {
  return (module.constructor as { name: string }).name;
}

export function joinPath(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

/** `a.b.c` → [`a.b`, `c`]. */
export function splitPath(path: string): [parent: string, name: string] {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? ['', path] : [path.slice(0, dot), path.slice(dot + 1)];
}

/** A module of the same class without any field: what a copy starts from. */
export function shellOf(module: Module): Module {
  return makeCallable(Object.getPrototypeOf(module) as object);
}

function makeCallable(prototype: object): Module {
  const callable = (...args: unknown[]): unknown => callModule(callable as unknown as Module, args);
  // A function's own `name` and `length` would shadow fields and count as attributes.
  Reflect.deleteProperty(callable, 'name');
  Reflect.deleteProperty(callable, 'length');
  return Object.setPrototypeOf(callable, prototype) as Module;
}

function callModule(module: Module, args: unknown[]): unknown {
  const proceed = () => module.forward(...(bindForward(module, args) as never[]));
  return interceptor ? interceptor(module, args, proceed) : proceed();
}

function hide(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });
}
