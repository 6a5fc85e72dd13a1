// What the checks of settings look things up in: the caller's model, and how it was traced and fused.

import type { GraphModule, Node, Scope } from '../../../fx';
import { classOf, isLibraryModule, moduleTypeName, type ModuleClass } from '../../../nn/library';
import { className, splitPath, type Module } from '../../../nn/module';
import type { PrepareCustomConfig } from '../../customConfig';
import type { QConfigExplanation, QConfigMapping } from '../../qconfigMapping';
import type { SettingEntry, SettingKind } from '../entry';
import { modulePathOf } from '../../lookup';
import { didYouMean } from '../names';

export interface SettingsInput {
  /** As the caller gave them. */
  readonly model: Module;
  readonly mapping: QConfigMapping;
  readonly custom: PrepareCustomConfig;
  /** Settings that decided for a node. */
  readonly used: ReadonlySet<unknown>;
  readonly traced: GraphModule;
  /** The fused graph, observers left out. */
  readonly nodes: readonly Node[];
  readonly scopes: ReadonlyMap<string, Scope>;
  readonly qconfigs: ReadonlyMap<string, QConfigExplanation>;
}

export class SettingsContext {
  readonly entries: SettingEntry[] = [];
  /** Every module by every path it is reachable under. */
  readonly modules: ReadonlyMap<string, Module>;
  readonly classes: ReadonlySet<ModuleClass>;
  /** Paths of modules that are one node. */
  readonly leaves: ReadonlySet<string>;
  /** Paths of modules that were called or whose tensors were read, with all that contain them. */
  readonly called: ReadonlySet<string>;
  /** Path of a module that became part of another → path of that one. */
  readonly fusedInto: ReadonlyMap<string, string>;

  constructor(readonly input: SettingsInput) {
    this.modules = new Map([...input.model.namedModules('', false)].filter(([path]) => path !== ''));
    this.classes = new Set([...input.model.modules()].map(classOf));
    const calls = [...input.traced.graph.nodes].filter(node => node.op === 'call_module');
    this.leaves = new Set(calls.map(node => node.target as string));
    const attributes = [...input.traced.graph.nodes].filter(node => node.op === 'get_attr');
    const owners = attributes.map(node => splitPath(node.target as string)[0]);
    const scopes = [...input.scopes.values()].map(scope => scope.path);
    this.called = new Set([...this.leaves, ...owners, ...scopes].flatMap(withAncestors));
    this.fusedInto = fusions(input.traced, input.nodes);
  }

  add(
    setting: string,
    kind: SettingKind,
    about: string,
    text: string,
    remedy?: string,
    level: SettingEntry['level'] = 'warning'
  ): void {
    const entry: SettingEntry = { subject: 'setting', kind, level, about, setting, text };
    this.entries.push(remedy === undefined ? entry : { ...entry, remedy });
  }

  /** A path that is no module's, inside a leaf, or never called; undefined for one that could have had an effect. */
  addIfUnreachable(setting: string, path: string): boolean {
    const module = this.modules.get(path);
    const leaf = withAncestors(splitPath(path)[0]).find(parent => this.leaves.has(parent));
    if (!module) {
      this.add(
        setting,
        'unknownName',
        path,
        'the model has no module of this name',
        didYouMean(path, this.modules.keys())
      );
    } else if (leaf !== undefined) {
      this.add(
        setting,
        'insideLeaf',
        path,
        `it stands inside '${leaf}' (${this.classNameAt(leaf)}), which is one node to the tracer`,
        `Make the setting for '${leaf}'`
      );
    } else if (!this.called.has(path)) {
      this.add(
        setting,
        'neverCalled',
        path,
        `forward never calls this ${className(module)}`,
        'Remove the setting, or call the module'
      );
    } else {
      return false;
    }
    return true;
  }

  /** Is this module one node whatever the marks say? */
  isBuiltinLeaf(path: string): boolean {
    const module = this.modules.get(path);
    return module !== undefined && this.leaves.has(path) && isLibraryModule(module);
  }

  classNameAt(path: string): string {
    const module = this.modules.get(path);
    return module ? className(module) : 'unknown';
  }

  get classNames(): string[] {
    return [...this.classes].map(cls => cls.name);
  }

  /** For a class the model has none of: what to do where it has its base class. */
  baseOf(cls: ModuleClass): string | undefined {
    const base = [...this.classes].find(
      other => !isLibraryClass(other) && cls.prototype instanceof (other as unknown as new () => object)
    );
    return base && `The model has modules of its base class ${base.name}; make the setting for that`;
  }

  pathsOf(cls: ModuleClass): string[] {
    return [...this.modules].filter(([, module]) => classOf(module) === cls).map(([path]) => path);
  }

  /** Paths of modules whose class is derived from `cls`. */
  pathsBelow(cls: ModuleClass): string[] {
    const base = cls as unknown as new () => object;
    return [...this.modules]
      .filter(([, module]) => classOf(module) !== cls && module instanceof base)
      .map(([path]) => path);
  }
}

/** `a.b.c` → `a.b.c`, `a.b`, `a`. */
export function withAncestors(path: string): string[] {
  return path === '' ? [] : [path, ...withAncestors(splitPath(path)[0])];
}

function fusions(traced: GraphModule, nodes: readonly Node[]): Map<string, string> {
  const targets = new Map(
    [...traced.graph.nodes].filter(n => n.op === 'call_module').map(n => [n.name, n.target as string])
  );
  const result = new Map<string, string>();
  for (const node of nodes) {
    const covers = (node.meta.covers as readonly string[] | undefined) ?? [];
    for (const name of covers) {
      const path = targets.get(name);
      if (path !== undefined && path !== modulePathOf(node)) {
        result.set(path, modulePathOf(node));
      }
    }
  }
  return result;
}

const isLibraryClass = (cls: ModuleClass): boolean => moduleTypeName(cls) !== cls.name;
