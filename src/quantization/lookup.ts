// From a QConfigMapping to one qconfig per node, with the setting that won and those that lost. Spec 3.3, 3.4.

import type { GraphModule, Node, Scope } from '../fx';
import { FusedModule } from '../nn/intrinsic';
import { classOf, moduleTypeName, type ModuleClass } from '../nn/library';
import { splitPath, type Module } from '../nn/module';
import type { TorchFunction } from '../tensor/function';
import {
  objectTypeLabel,
  type MaybeQConfig,
  type ObjectType,
  type OrderKey,
  type QConfigExplanation,
  type QConfigMapping
} from './qconfigMapping';
import { qconfigEquals } from './qconfig';
import type { SettingEntry } from './report';

interface Candidate {
  readonly qconfig: MaybeQConfig;
  readonly from: string;
  /** In `QConfigMapping.used`: the type itself, the entry of an order row, or style and name. */
  readonly key: unknown;
}

/** Counts how often a type has occurred in a module so far. */
class OrderCounter {
  private readonly counts = new Map<string, Map<unknown, number>>();

  next(path: string, type: unknown): number {
    const types = this.counts.get(path) ?? new Map<unknown, number>();
    this.counts.set(path, types);
    const index = types.get(type) ?? 0;
    types.set(type, index + 1);
    return index;
  }
}

/** What won for every node of the graph, by node name; placeholders and the output have null. */
export function explainQConfigs(
  model: GraphModule,
  scopes: ReadonlyMap<string, Scope>,
  mapping: QConfigMapping
): Map<string, QConfigExplanation> {
  const order = new OrderCounter();
  const result = new Map<string, QConfigExplanation>();
  for (const node of model.graph.nodes) {
    const scope = scopes.get(node.name) ?? { path: '', cls: null };
    result.set(node.name, decide(candidatesFor(node, scope, model, mapping, order), mapping));
  }
  return result;
}

function decide(candidates: readonly Candidate[], mapping: QConfigMapping): QConfigExplanation {
  const winner = candidates.at(-1);
  if (!winner) {
    return { qconfig: null, from: 'none', lost: [] };
  }
  mapping.used.add(winner.key);
  const lost = candidates.slice(0, -1).reverse();
  return { qconfig: winner.qconfig, from: winner.from, lost };
}

/** Settings that apply to a node, lowest priority first. */
function candidatesFor(
  node: Node,
  scope: Scope,
  model: GraphModule,
  mapping: QConfigMapping,
  order: OrderCounter
): Candidate[] {
  const global: Candidate = { qconfig: mapping.globalQConfig, from: 'global', key: 'global' };
  switch (node.op) {
    case 'call_function': {
      const fn = node.target as TorchFunction;
      const index = order.next(scope.path, fn);
      return [
        global,
        ...objectType(mapping, fn),
        ...modulePath(mapping, scope.cls, scope.path),
        ...ordered(mapping, scope.path, fn, index)
      ];
    }
    case 'call_method':
      // PyTorch looks a method up as a module of the scope's path, then the scope's own class.
      return [
        global,
        ...modulePath(mapping, node.target as string, scope.path),
        ...modulePath(mapping, scope.cls, scope.path)
      ];
    case 'call_module': {
      const path = modulePathOf(node);
      const parent = splitPath(scope.path)[0];
      const index = order.next(parent, scope.cls);
      return [
        global,
        ...modulePath(mapping, classOf(model.getSubmodule(node.target as string)), path),
        ...(scope.cls ? ordered(mapping, parent, scope.cls, index) : [])
      ];
    }
    case 'get_attr': {
      const owner = splitPath(node.target as string)[0];
      return [global, ...modulePath(mapping, classOf(model.getSubmodule(owner)), owner)];
    }
    default:
      return [];
  }
}

/** Path, in the model that was traced, of the module a node calls. Fusion may have given its calls modules of their own. */
export const modulePathOf = (node: Node): string =>
  (node.meta.modulePath as string | undefined) ?? (node.target as string);

function objectType(mapping: QConfigMapping, type: ObjectType): Candidate[] {
  const qconfig = mapping.objectTypeQConfigs.get(type);
  return qconfig === undefined
    ? []
    : [
        {
          qconfig,
          from: `object type ${objectTypeLabel(type)}`,
          key: typeof type === 'string' ? `method:${type}` : type
        }
      ];
}

function modulePath(mapping: QConfigMapping, type: ObjectType | null, path: string): Candidate[] {
  const candidates = type === null ? [] : objectType(mapping, type);
  for (const [regex, qconfig] of mapping.moduleNameRegexQConfigs) {
    if (new RegExp(`^(?:${regex})`).test(path)) {
      candidates.push({ qconfig, from: `module name regex ${regex}`, key: `regex:${regex}` });
      break;
    }
  }
  for (let name = path; name !== ''; name = splitPath(name)[0]) {
    const qconfig = mapping.moduleNameQConfigs.get(name);
    if (qconfig !== undefined) {
      candidates.push({ qconfig, from: `module name ${name}`, key: `name:${name}` });
      break;
    }
  }
  return candidates;
}

function ordered(mapping: QConfigMapping, name: string, type: ObjectType, index: number): Candidate[] {
  const entry = mapping.moduleNameObjectTypeOrderQConfigs.find(
    ({ key }) => key.name === name && key.type === type && key.index === index
  );
  const from = `${objectTypeLabel(type)} number ${index} in ${name === '' ? 'the model' : name}`;
  return entry ? [{ qconfig: entry.qconfig, from, key: orderKey(entry.key) }] : [];
}

/** An order row in `QConfigMapping.used`. */
export const orderKey = ({ name, type, index }: OrderKey): string =>
  `order:${name}:${typeof type === 'string' ? type : 'target' in type ? type.target : moduleTypeName(type)}:${index}`;

/**
 * Gives fused classes the entry of their members. Spec 3.6; unlike PyTorch a conflict is settled by the root
 * (D7), which is the module that is quantized.
 */
export function updateForFusion(model: GraphModule, mapping: QConfigMapping): SettingEntry[] {
  const conflicts: SettingEntry[] = [];
  for (const node of mapping.objectTypeQConfigs.size === 0 ? [] : model.graph.nodes) {
    const module = node.op === 'call_module' ? model.getSubmodule(node.target as string) : undefined;
    if (!(module instanceof FusedModule)) {
      continue;
    }
    const classes = [...(module as unknown as Module).children()].map(classOf);
    const [root, ...others] = classes as [ModuleClass, ...ModuleClass[]];
    const qconfig = mapping.objectTypeQConfigs.get(root);
    mapping.used.add(root);
    for (const other of others) {
      if (qconfigEquals(mapping.objectTypeQConfigs.get(other) ?? null, qconfig ?? null)) {
        mapping.used.add(other);
      } else {
        conflicts.push(fusionConflict(node.name, root, other, mapping.objectTypeQConfigs.has(other)));
      }
    }
    if (qconfig !== undefined) {
      mapping.setObjectType(classOf(module as unknown as Module), qconfig);
    }
  }
  return conflicts;
}

function fusionConflict(node: string, root: ModuleClass, other: ModuleClass, isSet: boolean): SettingEntry {
  const [winner, loser] = [objectTypeLabel(root), objectTypeLabel(other)];
  return {
    subject: 'setting',
    kind: 'conflict',
    level: isSet ? 'warning' : 'info',
    about: node,
    setting: `setObjectType(${isSet ? loser : winner})`,
    text: `'${node}' is ${winner} and ${loser} in one, configured differently; the setting of ${winner} counts for both`,
    remedy: `Give ${winner} and ${loser} the same qconfig`
  };
}
