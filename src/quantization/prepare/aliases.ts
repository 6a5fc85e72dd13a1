// A module with two names (`this.b = this.a`) stands in the graph under the first. PyTorch ignores settings for the
// other ones (D15); here they are settings for the module.

import type { Module } from '../../nn/module';
import { compatibility } from '../../tensor/compatibility';
import type { PrepareCustomConfig } from '../customConfig';
import type { QConfigMapping } from '../qconfigMapping';
import type { SettingEntry } from '../report';

export interface Resolved {
  readonly mapping: QConfigMapping;
  readonly custom: PrepareCustomConfig;
  readonly entries: readonly SettingEntry[];
}

/** The same settings under the names the graph uses. What was given is not changed. */
export function resolveAliases(model: Module, given: QConfigMapping, custom: PrepareCustomConfig): Resolved {
  const mapping = given.copy();
  const canonical = compatibility.reproducePyTorchDefects ? new Map<string, string>() : aliasesOf(model);
  if (canonical.size === 0) {
    return { mapping, custom, entries: [] };
  }
  const entries: SettingEntry[] = [];
  for (const [name, qconfig] of [...mapping.moduleNameQConfigs]) {
    const first = canonical.get(name);
    if (first !== undefined) {
      const isSet = mapping.moduleNameQConfigs.has(first);
      entries.push(aliasEntry(`setModuleName('${name}')`, name, first, isSet));
      mapping.moduleNameQConfigs.delete(name);
      if (!isSet) {
        mapping.setModuleName(first, qconfig);
      }
    }
  }
  const rename = (setter: string, name: string): string => {
    const first = canonical.get(name);
    if (first !== undefined) {
      entries.push(aliasEntry(`${setter}('${name}')`, name, first, false));
    }
    return first ?? name;
  };
  return { mapping, custom: custom.renamed(rename), entries };
}

function aliasEntry(setting: string, name: string, first: string, isSet: boolean): SettingEntry {
  return {
    subject: 'setting',
    kind: 'alias',
    level: isSet ? 'warning' : 'info',
    about: name,
    setting,
    text: isSet
      ? `'${name}' is the same module as '${first}', which has a setting of its own; that one counts`
      : `'${name}' is the same module as '${first}'; the setting holds for every call of it`,
    remedy: `Make the setting for '${first}'`
  };
}

/** Every path but the first of each module → the first. */
function aliasesOf(model: Module): Map<string, string> {
  const first = new Map<Module, string>();
  const aliases = new Map<string, string>();
  for (const [path, module] of model.namedModules('', false)) {
    const known = first.get(module);
    if (known === undefined) {
      first.set(module, path);
    } else {
      aliases.set(path, known);
    }
  }
  return aliases;
}
