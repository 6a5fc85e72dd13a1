// A recipe as the library's own objects: marks as custom configs, rows as a qconfig mapping.

import { ERROR_CODES, type Mark, type Recipe } from '../protocol';
import * as nn from '../nn';
import { classOf, type ModuleClass } from '../nn/library';
import { className, ModuleBase, type Module } from '../nn/module';
import {
  ConvertCustomConfig,
  getDefaultQConfigMapping,
  namedQConfigs,
  PrepareCustomConfig,
  type QConfigMapping
} from '../quantization';
import { hasMethod } from '../tensor/methods';
import type { Variables } from './discovery';
import { RpcFailure } from './rpc';

export function qconfigMappingOf(recipe: Recipe, model: Module): QConfigMapping {
  const mapping = getDefaultQConfigMapping(recipe.backend);
  for (const row of recipe.qconfigRows) {
    const qconfig = row.qconfig === null ? null : namedQConfig(row.qconfig);
    if (qconfig === undefined) {
      throw new RpcFailure(
        ERROR_CODES.invalidParams,
        `no qconfig is called '${row.qconfig ?? ''}'; one of ${Object.keys(namedQConfigs).join(', ')}`
      );
    }
    if (row.style === 'module_name') {
      mapping.setModuleName(row.target, qconfig);
    } else if (row.style === 'module_name_regex') {
      mapping.setModuleNameRegex(row.target, qconfig);
    } else {
      mapping.setObjectType(classNamed(row.target, model, {}) ?? objectTypeNamed(row.target), qconfig);
    }
  }
  return mapping;
}

/** A class of the library the model has none of, or a method's name. */
function objectTypeNamed(name: string): ModuleClass | string {
  const known: unknown = Object.hasOwn(nn, name) ? Reflect.get(nn, name) : undefined;
  if (typeof known === 'function' && known.prototype instanceof ModuleBase) {
    return known as unknown as ModuleClass;
  }
  if (!hasMethod(name)) {
    throw new RpcFailure(
      ERROR_CODES.invalidParams,
      `a setting is for '${name}', which is no class of the model or the library and no tensor method`,
      { remedy: 'Correct the name, or remove the setting.' }
    );
  }
  return name;
}

const namedQConfig = (name: string) => (Object.hasOwn(namedQConfigs, name) ? namedQConfigs[name] : undefined);

export function customConfigsOf(
  recipe: Recipe,
  model: Module,
  variables: Variables
): [PrepareCustomConfig, ConvertCustomConfig] {
  const of = (kind: Mark['kind']) => recipe.marks.filter(mark => mark.kind === kind);
  const prepare = new PrepareCustomConfig()
    .setNonTraceableModuleNames(of('non_traceable_name').map(m => m.target))
    .setLeafModuleNames(of('leaf').map(m => m.target))
    .setNonTraceableModuleClasses(of('non_traceable_class').map(m => required(m.target, model, variables)));
  const convert = new ConvertCustomConfig();
  for (const mark of of('custom')) {
    const float = customFloatClass(mark, model, variables);
    const observed = required(mark.observedClass ?? '', model, variables);
    const quantized = required(mark.quantizedClass ?? '', model, variables);
    try {
      prepare.setFloatToObservedMapping(float, observed as never);
      convert.setObservedToQuantizedMapping(observed, quantized as never);
    } catch (error) {
      throw new RpcFailure(ERROR_CODES.customModule, (error as Error).message, {
        modulePath: mark.target,
        mark
      });
    }
  }
  return [prepare, convert];
}

/** A custom mark names a module by path, or a class. */
function customFloatClass(mark: Mark, model: Module, variables: Variables): ModuleClass {
  for (const [path, module] of model.namedModules()) {
    if (path === mark.target) {
      return classOf(module);
    }
  }
  return required(mark.target, model, variables);
}

function required(name: string, model: Module, variables: Variables): ModuleClass {
  const found = classNamed(name, model, variables);
  if (!found) {
    throw new RpcFailure(
      ERROR_CODES.variableNotFound,
      `no class '${name}' in the model or among the notebook's variables`,
      {
        remedy: 'Run the cell that defines it, or choose another class.'
      }
    );
  }
  return found;
}

/** A class of a module in the model, or a variable of the notebook. */
function classNamed(name: string, model: Module, variables: Variables): ModuleClass | undefined {
  for (const module of model.modules()) {
    if (className(module) === name) {
      return classOf(module);
    }
  }
  const value = variables[name];
  return typeof value === 'function' && value.prototype instanceof ModuleBase
    ? (value as unknown as ModuleClass)
    : undefined;
}
