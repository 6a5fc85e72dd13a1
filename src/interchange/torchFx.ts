// Models recorded from PyTorch: modules with their configuration, graphs with tagged arguments. JSON as
// `test/golden/README.md` describes; what the file cannot carry (opaque classes) comes from a registry.

import type { Node } from '../fx';
import { Graph, GraphModule, type Argument, type ArgumentRecord, type Opcode } from '../fx';
import { buildLibraryModule, lookupModuleClass, type ModuleClass, type ModuleConfig } from '../nn/library';
import { ModuleBase, splitPath, type Module as AnyModule } from '../nn/module';
import { ellipsis, isFloatingDType, lookupFunction, Slice, tuple, type Tensor } from '../tensor';
import { hasMethod } from '../tensor/methods';

/** One module of a recorded model. */
export interface RecordedModule {
  readonly path: string;
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** One node of a recorded graph. */
export interface RecordedNode {
  readonly name: string;
  readonly op: Opcode;
  readonly target: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly module_type?: string;
}

/** A file that cannot be imported: what is missing, and where. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

/** Makes the modules of classes that are not the library's, by PyTorch's class name. */
export type OpaqueRegistry = Readonly<
  Record<string, (children: ReadonlyMap<string, AnyModule>) => AnyModule>
>;

class ImportedContainer extends ModuleBase {
  override forward(): never {
    throw new Error('An imported container only holds modules; run the graph module instead.');
  }
}

const importedClasses = new Map<string, typeof ImportedContainer>();

/** What stands for a class that a file names and does not carry: one class per name, so that settings can be for it. */
export function importedClass(name: string): ModuleClass {
  let cls = importedClasses.get(name);
  if (!cls) {
    cls = class extends ImportedContainer {};
    Object.defineProperty(cls, 'name', { value: name.slice(name.lastIndexOf('.') + 1) });
    importedClasses.set(name, cls);
  }
  return cls as unknown as ModuleClass;
}

/** The class of a recorded type: the library's, the user's by registry, or the one that stands for its name. */
export function recordedClass(
  type: string,
  classes: Readonly<Record<string, ModuleClass>> = {}
): ModuleClass {
  return classes[type] ?? lookupModuleClass(type) ?? importedClass(type);
}

/** Builds the module tree: library classes by their configuration, others by registry or as empty containers. */
export function importModules(
  modules: readonly RecordedModule[],
  registry: OpaqueRegistry,
  leaves: ReadonlySet<string>
): AnyModule {
  const root = new ImportedContainer() as unknown as AnyModule;
  // Deepest first: a registered class gets its children when it is made.
  const built = new Map<string, AnyModule>();
  for (const { path, type, config } of [...modules].sort((a, b) => depth(b.path) - depth(a.path))) {
    built.set(path, buildModule(path, type, config, registry, childrenOf(path, built), leaves));
  }
  for (const { path } of modules) {
    const [parent, name] = splitPath(path);
    const holder = parent === '' ? root : built.get(parent);
    const module = built.get(path);
    if (holder && module && !Object.hasOwn(holder, name)) {
      holder.addModule(name, module);
    }
  }
  return root;
}

function buildModule(
  path: string,
  type: string,
  config: Readonly<Record<string, unknown>>,
  registry: OpaqueRegistry,
  children: ReadonlyMap<string, AnyModule>,
  leaves: ReadonlySet<string>
): AnyModule {
  const make = registry[type];
  if (make) {
    return make(children);
  }
  const module = buildLibraryModule(type, readConfig(config));
  if (module) {
    return module;
  }
  if (leaves.has(path)) {
    throw new ImportError(
      `module '${path}': class ${type} is neither part of this library nor registered; ` +
        'register it by its PyTorch class name'
    );
  }
  return new (importedClass(type) as new () => AnyModule)();
}

function readConfig(config: Readonly<Record<string, unknown>>): ModuleConfig {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, readArgument(value, noNodes)])
  );
}

function noNodes(name: string): never {
  throw new ImportError(`a module configuration refers to node '${name}'`);
}

const depth = (path: string): number => path.split('.').length;

function childrenOf(path: string, built: ReadonlyMap<string, AnyModule>): Map<string, AnyModule> {
  const children = [...built]
    .filter(([p]) => splitPath(p)[0] === path)
    .map(([p, m]) => [splitPath(p)[1], m] as const);
  return new Map(children);
}

/**
 * Sets parameters and buffers from recorded values. Names that a module of the tree lacks become attributes of it:
 * parameters if `asParameter` makes one, else buffers. Keys below a module that was not recorded are aliases, under
 * which PyTorch saves what a module has once more, and are left out.
 */
export function importState(
  root: AnyModule,
  state: ReadonlyMap<string, Tensor>,
  asParameter: (value: Tensor, key: string) => Tensor | false
): void {
  const own = root.stateDict().tensors();
  const paths = new Set([...root.namedModules('', false)].map(([path]) => path));
  for (const [key, value] of state) {
    const target = own.get(key);
    const [parent, name] = splitPath(key);
    if (target) {
      target.copyFrom(value, key);
    } else if (paths.has(parent)) {
      const module = root.getSubmodule(parent);
      const parameter = isFloatingDType(value.dtype) && asParameter(value, key);
      if (parameter) {
        Reflect.set(module, name, parameter);
      } else {
        module.registerBuffer(name, value);
      }
    }
  }
}

/** The recorded graph over a module tree. @throws ImportError naming the node for an operator we lack. */
export function importGraph(
  nodes: readonly RecordedNode[],
  root: AnyModule,
  className = 'Imported'
): GraphModule {
  const graph = new Graph();
  const made = new Map<string, Node>();
  const nodeNamed = (name: string): Node => {
    const node = made.get(name);
    if (!node) {
      throw new ImportError(`node '${name}' is read before it is made`);
    }
    return node;
  };
  for (const node of nodes) {
    const args = node.args.map(arg => readArgument(arg, nodeNamed));
    const kwargs = Object.fromEntries(
      Object.entries(node.kwargs).map(([k, v]) => [k, readArgument(v, nodeNamed)])
    );
    made.set(node.name, graph.createNode(node.op, targetOf(node), args, kwargs as ArgumentRecord, node.name));
  }
  return new GraphModule(root, graph, className);
}

function targetOf(node: RecordedNode) {
  if (node.op === 'call_method' && !hasMethod(node.target)) {
    throw new ImportError(`node '${node.name}': tensor method '${node.target}' is not supported`);
  }
  if (node.op !== 'call_function') {
    return node.target;
  }
  const fn = lookupFunction(functionName(node.target));
  if (!fn) {
    throw new ImportError(`node '${node.name}': function ${node.target} is not supported`);
  }
  return fn;
}

/** The table's name of a function for a recorded one. */
export function functionName(target: string): string {
  return target.endsWith('.getattr') ? 'getattr' : target.replace(/^torch\.functional\./, 'torch.');
}

type Tagged = Readonly<Record<string, unknown>>;

/** A recorded argument: JSON with tags for what JSON lacks. */
export function readArgument(value: unknown, nodeNamed: (name: string) => Node): Argument {
  if (Array.isArray(value)) {
    return value.map(item => readArgument(item, nodeNamed));
  }
  if (typeof value !== 'object' || value === null) {
    return value as Argument;
  }
  const tagged = value as Tagged;
  const [tag] = Object.keys(tagged);
  switch (tag) {
    case 'node':
      return nodeNamed(tagged.node as string);
    case 'tuple':
      return tuple(...(tagged.tuple as unknown[]).map(item => readArgument(item, nodeNamed)));
    case 'slice': {
      const [start, stop, step] = (tagged.slice as unknown[]).map(item => readArgument(item, nodeNamed));
      return new Slice(start ?? null, stop ?? null, step ?? null);
    }
    case 'dict': {
      const entries = Object.entries(tagged.dict as Tagged);
      return Object.fromEntries(entries.map(([k, v]) => [k, readArgument(v, nodeNamed)]));
    }
    case 'enum':
      return readEnum(tagged.enum as string);
    case 'ellipsis':
      return ellipsis;
    case 'float':
      return readFloat(tagged.float as string);
    default:
      throw new ImportError(`argument ${JSON.stringify(value)} cannot be read`);
  }
}

function readEnum(name: string): string {
  const bare = name.replace(/^torch\./, '');
  return bare;
}

function readFloat(text: string): number {
  return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : NaN;
}
