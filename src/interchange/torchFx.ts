// Models recorded from PyTorch: modules with their configuration, graphs with tagged arguments. JSON as
// `test/golden/README.md` describes; what the file cannot carry (opaque classes) comes from a registry.

import type { Node } from '../fx';
import { Graph, GraphModule, type Argument, type ArgumentRecord, type Opcode } from '../fx';
import { buildLibraryModule, lookupModuleClass, type ModuleClass, type ModuleConfig } from '../nn/library';
import { ModuleBase, splitPath, type Module as AnyModule } from '../nn/module';
import { ellipsis, isFloatingDType, lookupFunction, Slice, tuple, type Tensor } from '../tensor';
import { isPlainObject } from '../tensor/function';
import { hasMethod } from '../tensor/methods';
import {
  checkField,
  checkModules,
  checkNodes,
  checkSizes,
  describe,
  expect,
  ImportError,
  MAX_DEPTH
} from './recorded';

export { ImportError } from './recorded';

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
  const own = Object.hasOwn(classes, type) ? classes[type] : undefined;
  return own ?? lookupModuleClass(type) ?? importedClass(type);
}

/** Builds the module tree: library classes by their configuration, others by registry or as empty containers. */
export function importModules(
  modules: readonly RecordedModule[],
  registry: OpaqueRegistry,
  leaves: ReadonlySet<string>
): AnyModule {
  checkModules(modules);
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
      checkField(holder, name, path);
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
  const make = Object.hasOwn(registry, type) ? registry[type] : undefined;
  if (make) {
    return make(children);
  }
  const module = buildFromConfig(path, type, config);
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

function buildFromConfig(
  path: string,
  type: string,
  config: Readonly<Record<string, unknown>>
): AnyModule | undefined {
  try {
    return buildLibraryModule(type, readConfig(config));
  } catch (error) {
    throw new ImportError(`module '${path}' (${type}): ${(error as Error).message}`, { cause: error });
  }
}

function readConfig(config: Readonly<Record<string, unknown>>): ModuleConfig {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      const read = readArgument(value, noNodes);
      checkSizes(name, read);
      return [name, read];
    })
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
      copyInto(target, value, key);
    } else if (paths.has(parent)) {
      const module = root.getSubmodule(parent);
      checkField(module, name, key);
      const parameter = isFloatingDType(value.dtype) && asParameter(value, key);
      if (parameter) {
        Reflect.set(module, name, parameter);
      } else {
        module.registerBuffer(name, value);
      }
    }
  }
}

function copyInto(target: Tensor, value: Tensor, key: string): void {
  try {
    target.copyFrom(value, key);
  } catch (error) {
    throw new ImportError((error as Error).message, { cause: error });
  }
}

/** The recorded graph over a module tree. @throws ImportError naming the node for an operator we lack. */
export function importGraph(
  nodes: readonly RecordedNode[],
  root: AnyModule,
  className = 'Imported'
): GraphModule {
  checkNodes(nodes);
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
    const target = targetOf(node);
    const { args, kwargs } = atNode(node.name, () => ({
      args: node.args.map(arg => readArgument(arg, nodeNamed)),
      kwargs: Object.fromEntries(Object.entries(node.kwargs).map(([k, v]) => [k, readArgument(v, nodeNamed)]))
    }));
    made.set(node.name, graph.createNode(node.op, target, args, kwargs as ArgumentRecord, node.name));
  }
  try {
    return new GraphModule(root, graph, className).lint();
  } catch (error) {
    throw new ImportError(`the recorded graph is none: ${(error as Error).message}`, { cause: error });
  }
}

/** Says at which node something cannot be read. */
function atNode<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ImportError(`node '${name}': ${(error as Error).message}`, { cause: error });
  }
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

/** A recorded argument: JSON with tags for what JSON lacks. @throws ImportError for anything else. */
export function readArgument(value: unknown, nodeNamed: (name: string) => Node, depth = 0): Argument {
  expect('an argument', value, `lists in lists at most ${MAX_DEPTH} deep`, depth <= MAX_DEPTH);
  const read = (item: unknown) => readArgument(item, nodeNamed, depth + 1);
  if (Array.isArray(value)) {
    return value.map(read);
  }
  if (typeof value !== 'object' || value === null) {
    return value as Argument;
  }
  const tagged = value as Tagged;
  const [tag] = Object.keys(tagged);
  switch (tag) {
    case 'node':
      return nodeNamed(textIn(tagged, tag));
    case 'tuple':
      return tuple(...listIn(tagged, tag).map(read));
    case 'slice': {
      const [start, stop, step] = listIn(tagged, tag).map(read);
      return new Slice(start ?? null, stop ?? null, step ?? null);
    }
    case 'dict': {
      expect('dict', tagged.dict, 'an object', isPlainObject(tagged.dict));
      return Object.fromEntries(Object.entries(tagged.dict as Tagged).map(([k, v]) => [k, read(v)]));
    }
    case 'enum':
      return readEnum(textIn(tagged, tag));
    case 'ellipsis':
      return ellipsis;
    case 'float':
      return readFloat(textIn(tagged, tag));
    default:
      throw new ImportError(`an argument that is ${describe(value)} cannot be read`);
  }
}

function textIn(tagged: Tagged, tag: string): string {
  expect(tag, tagged[tag], 'a text', typeof tagged[tag] === 'string');
  return tagged[tag] as string;
}

function listIn(tagged: Tagged, tag: string): readonly unknown[] {
  expect(tag, tagged[tag], 'a list', Array.isArray(tagged[tag]));
  return tagged[tag] as readonly unknown[];
}

function readEnum(name: string): string {
  const bare = name.replace(/^torch\./, '');
  return bare;
}

function readFloat(text: string): number {
  return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : NaN;
}
