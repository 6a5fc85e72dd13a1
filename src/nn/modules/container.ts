// Modules that hold modules. Children are own properties under '0', '1' … or their keys, as in state dicts.

import { registerLibraryModule } from '../library';
import { isModule, Module, type Module as AnyModule, type ModuleBase } from '../module';
import type { Tensor } from '../../tensor/tensor';

/** A module from tensor to tensor. */
export type TensorModule = ModuleBase & ((x: Tensor) => Tensor);

/** Calls its children one after the other. Looked into by tracers. */
export class Sequential extends Module<[input: Tensor], Tensor> implements Iterable<TensorModule> {
  constructor(...modules: readonly AnyModule[]) {
    super();
    modules.forEach((module, i) => this.addModule(String(i), module));
  }

  /** `input` is PyTorch's name, which graphs of a bare Sequential show. */
  override forward(input: Tensor): Tensor {
    let value: unknown = input;
    for (const child of childrenOf(this)) {
      value = child(...([value] as never[]));
    }
    return value as Tensor;
  }

  /** The i-th child; from the end if negative. */
  at(index: number): TensorModule {
    return childAt(this, index) as TensorModule;
  }

  /** Adds a module at the end. PyTorch: `append`. */
  append(module: AnyModule): this {
    this.addModule(String(childrenOf(this).length), module);
    return this;
  }

  /** Children in order, one that occurs twice twice. */
  [Symbol.iterator](): Iterator<TensorModule> {
    return (childrenOf(this) as TensorModule[])[Symbol.iterator]();
  }
}
registerLibraryModule('torch.nn.modules.container.Sequential', Sequential, () => new Sequential());

/** A list of modules that are called by whoever holds it. */
export class ModuleList<M extends ModuleBase = TensorModule>
  extends Module<never[], never>
  implements Iterable<M>
{
  constructor(modules: Iterable<M> = []) {
    super();
    [...modules].forEach((module, i) => this.addModule(String(i), module as unknown as AnyModule));
  }

  override forward(): never {
    throw new Error('ModuleList only holds modules; call its elements.');
  }

  /** The module at a position; negative counts from the end. */
  at(index: number): M {
    return childAt(this, index) as unknown as M;
  }

  /** Adds a module at the end. PyTorch: `append`. */
  append(module: M): this {
    this.addModule(String(this.count), module as unknown as AnyModule);
    return this;
  }

  /** Number of modules. */
  get count(): number {
    return childrenOf(this).length;
  }

  /** The modules in order. */
  [Symbol.iterator](): Iterator<M> {
    return (childrenOf(this) as unknown as M[])[Symbol.iterator]();
  }
}
registerLibraryModule('torch.nn.modules.container.ModuleList', ModuleList, () => new ModuleList());

/** Modules by name. */
export class ModuleDict extends Module<never[], never> {
  constructor(modules: Readonly<Record<string, AnyModule>> = {}) {
    super();
    Object.entries(modules).forEach(([name, module]) => this.addModule(name, module));
  }

  override forward(): never {
    throw new Error('ModuleDict only holds modules; call its entries.');
  }

  /** The module under a key. PyTorch: `ModuleDict[key]`. */
  get(name: string): AnyModule {
    return this.getSubmodule(name);
  }
}
registerLibraryModule('torch.nn.modules.container.ModuleDict', ModuleDict, () => new ModuleDict());

function childrenOf(holder: object): AnyModule[] {
  return Object.values(holder).filter(isModule);
}

function childAt(holder: object, index: number): AnyModule {
  const child = childrenOf(holder).at(index);
  if (!child) {
    throw new RangeError(`no child ${index} in a container of ${childrenOf(holder).length}`);
  }
  return child;
}
