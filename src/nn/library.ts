// Which classes are PyTorch's own (`torch.nn.*`, `torch.ao.nn.*`), under which name, and how to build one
// from a recorded configuration. Decides what a tracer takes as a leaf (spec 1.3) and what imported
// graphs resolve to.

import { className, type Module } from './module';

/** Constructor arguments as exported: PyTorch's snake_case names. */
export type ModuleConfig = Readonly<Record<string, unknown>>;

export type ModuleClass = abstract new (...args: never[]) => Module;

interface LibraryEntry {
  readonly cls: ModuleClass;
  readonly build: ((config: ModuleConfig) => Module) | undefined;
}

const byName = new Map<string, LibraryEntry>();
const names = new WeakMap<object, string>();

/**
 * Registers a library class under PyTorch's dotted name (`torch.nn.modules.conv.Conv2d`).
 * `build` makes one from an exported configuration; classes that exporters never write need none.
 */
export function registerLibraryModule(
  name: string,
  cls: ModuleClass,
  build?: (config: ModuleConfig) => Module
): void {
  byName.set(name, { cls, build });
  names.set(cls, name);
}

/** The class PyTorch calls `name`. */
export function lookupModuleClass(name: string): ModuleClass | undefined {
  return byName.get(name)?.cls;
}

/** Builds a library module from an exported configuration, or undefined for an unknown class. */
export function buildLibraryModule(name: string, config: ModuleConfig): Module | undefined {
  return byName.get(name)?.build?.(config);
}

/** True where the module's exact class belongs to the library; a user's subclass does not. */
export function isLibraryModule(module: Module): boolean {
  return names.has(classOf(module));
}

/** PyTorch's dotted name of a class, or the class's own name for a user's class. */
export function moduleTypeName(cls: object): string {
  return names.get(cls) ?? (cls as { name: string }).name;
}

/** The exact class of a module: what class-keyed tables compare. */
export function classOf(module: Module): ModuleClass {
  return module.constructor as unknown as ModuleClass;
}

export { className };
