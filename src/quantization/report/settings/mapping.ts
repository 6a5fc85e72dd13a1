// Rows of a QConfigMapping that decided for nothing: PyTorch accepts them without a word (D3, D4, D26, D35).

import type { Node } from '../../../fx';
import { classOf, type ModuleClass } from '../../../nn/library';
import { splitPath } from '../../../nn/module';
import { modulePathOf, orderKey } from '../../lookup';
import { qconfigEquals } from '../../qconfig';
import { objectTypeLabel, type ObjectType, type OrderKey } from '../../qconfigMapping';
import { didYouMean } from '../names';
import type { SettingsContext } from './context';
import { isDefaultRow } from './defaults';

export function checkMapping(context: SettingsContext): void {
  const { mapping } = context.input;
  for (const name of mapping.moduleNameQConfigs.keys()) {
    checkModuleName(context, name);
  }
  for (const regex of mapping.moduleNameRegexQConfigs.keys()) {
    checkRegex(context, regex);
  }
  for (const [type, qconfig] of mapping.objectTypeQConfigs) {
    if (!isDefaultRow(type, qconfig, mapping)) {
      checkObjectType(context, type);
    }
  }
  for (const { key } of mapping.moduleNameObjectTypeOrderQConfigs) {
    checkOrderRow(context, key);
  }
}

function checkModuleName(context: SettingsContext, name: string): void {
  const setting = `setModuleName('${name}')`;
  if (context.input.used.has(`name:${name}`) || context.addIfUnreachable(setting, name)) {
    return;
  }
  const root = context.fusedInto.get(name);
  if (root === undefined) {
    const text = 'more specific settings decide for every operator in it';
    context.add(setting, 'overridden', name, text, 'Remove it, or the more specific ones');
  } else if (!decidesAlike(context, name, root)) {
    const text = `this ${context.classNameAt(name)} becomes part of '${root}', whose setting counts`;
    context.add(setting, 'fusedAway', name, text, `Make the setting for '${root}'`);
  }
}

/** Does the fused module have the qconfig its member was given? Then nothing is lost. */
function decidesAlike(context: SettingsContext, name: string, root: string): boolean {
  const { mapping, nodes, qconfigs } = context.input;
  const node = nodes.find(n => n.op === 'call_module' && modulePathOf(n) === root);
  return qconfigEquals(
    mapping.moduleNameQConfigs.get(name) ?? null,
    (node && qconfigs.get(node.name)?.qconfig) ?? null
  );
}

function checkRegex(context: SettingsContext, regex: string): void {
  const setting = `setModuleNameRegex('${regex}')`;
  if (context.input.used.has(`regex:${regex}`)) {
    return;
  }
  const matching = [...context.modules.keys()].filter(path => new RegExp(`^(?:${regex})`).test(path));
  if (matching.length > 0) {
    const text = `it matches ${listed(matching)}, but other settings decide for every operator there`;
    context.add(
      setting,
      'overridden',
      matching[0] ?? '',
      text,
      'Of several regexes the first that matches wins; names win over regexes'
    );
    return;
  }
  const inside = [...context.modules.keys()].find(path => new RegExp(regex).test(path));
  const remedy =
    inside === undefined
      ? didYouMean(regex.replace(/\\(.)/g, '$1').replace(/[.*+?^$()]+$/, ''), context.modules.keys())
      : `A regex is matched from the start of the path; '.*${regex}' matches '${inside}'`;
  context.add(setting, 'unknownName', '', 'it matches no module path', remedy);
}

function checkObjectType(context: SettingsContext, type: ObjectType): void {
  const label = objectTypeLabel(type);
  const isMethod = typeof type === 'string';
  const setting = isMethod ? `setObjectType('${label}')` : `setObjectType(${label})`;
  if (context.input.used.has(isMethod ? `method:${type}` : type)) {
    return;
  }
  if (isMethod) {
    const text = 'the model calls no tensor method of this name';
    context.add(setting, 'unknownName', '', text, otherForm(context, label));
  } else if ('target' in type) {
    const isCalled = calls(context).some(node => node.target === type);
    if (isCalled) {
      overridden(context, setting, '');
    } else {
      context.add(
        setting,
        'unknownClass',
        '',
        `the model never calls ${type.target}`,
        otherForm(context, label)
      );
    }
  } else {
    checkClassRow(context, setting, type);
  }
}

function checkClassRow(context: SettingsContext, setting: string, cls: ModuleClass): void {
  const paths = context.pathsOf(cls);
  const [first] = paths;
  const subclasses = context.pathsBelow(cls);
  if (first === undefined) {
    if (subclasses.length > 0) {
      const [path = ''] = subclasses;
      context.add(
        setting,
        'nearMiss',
        path,
        `${listed(subclasses)} ${subclasses.length === 1 ? 'is' : 'are'} of a subclass (${context.classNameAt(path)}); types are compared exactly`,
        `Make the setting for ${context.classNameAt(path)}`
      );
    } else {
      const text = 'the model has no module of exactly this class';
      context.add(setting, 'unknownClass', '', text, context.baseOf(cls) ?? otherForm(context, cls.name));
    }
  } else if (!paths.every(path => context.fusedInto.has(path))) {
    const reachable = paths.find(path => context.called.has(path) && !isInside(context, path));
    if (reachable === undefined) {
      context.addIfUnreachable(setting, first);
    } else {
      overridden(context, setting, reachable);
    }
  } else if (!paths.some(path => isConflictReported(context, path))) {
    const root = context.fusedInto.get(first) ?? '';
    const text = `every ${cls.name} becomes part of another module (${first} of ${root}), whose setting counts`;
    context.add(setting, 'fusedAway', first, text, `Make the setting for ${context.classNameAt(root)}`);
  }
}

const isInside = (context: SettingsContext, path: string): boolean =>
  [...context.leaves].some(leaf => path.startsWith(`${leaf}.`));

/** Fused classes with unequal entries are reported where fusion looks at them. */
function isConflictReported(context: SettingsContext, path: string): boolean {
  const root = context.fusedInto.get(path);
  const { mapping } = context.input;
  const module = root === undefined ? undefined : context.modules.get(root);
  return module !== undefined && mapping.objectTypeQConfigs.has(classOf(module));
}

function overridden(context: SettingsContext, setting: string, about: string): void {
  const text = 'more specific settings decide wherever it occurs';
  context.add(setting, 'overridden', about, text, 'Remove it, or the more specific ones');
}

const calls = (context: SettingsContext): Node[] =>
  context.input.nodes.filter(node => node.op.startsWith('call_'));

/** The same operator as a module, a function or a method, if the model has it so. */
function otherForm(context: SettingsContext, label: string): string | undefined {
  const plain = (name: string) => name.replace(/_/g, '').toLowerCase();
  const cls = [...context.classes].find(c => c.name !== label && plain(c.name) === plain(label));
  if (cls) {
    return `The model has modules of the class ${cls.name}; make the setting for the class`;
  }
  for (const node of calls(context)) {
    const target =
      node.op === 'call_module' ? '' : typeof node.target === 'string' ? node.target : node.target.target;
    if (plain(target.slice(target.lastIndexOf('.') + 1)) === plain(label)) {
      return node.op === 'call_method'
        ? `The model calls it as a method; make the setting for '${target}', as text`
        : `The model calls the function ${target}; make the setting for that`;
    }
  }
  return didYouMean(label, context.classNames);
}

function checkOrderRow(context: SettingsContext, key: OrderKey): void {
  const { name, type, index } = key;
  const label = objectTypeLabel(type);
  const setting = `setModuleNameObjectTypeOrder('${name}', ${typeof type === 'string' ? `'${label}'` : label}, ${index})`;
  if (context.input.used.has(orderKey(key))) {
    return;
  }
  if (typeof type === 'string') {
    const text = 'calls of tensor methods are not counted';
    context.add(setting, 'notApplicable', name, text, 'Call the function instead, or set the module by name');
  } else if (name !== '' && !context.modules.has(name)) {
    context.addIfUnreachable(setting, name);
  } else {
    const count = occurrences(context, name, type);
    const where = name === '' ? 'the model itself' : `'${name}'`;
    const text =
      count === 0
        ? `${where} contains no ${label}`
        : `${where} contains ${count} of ${label}; they count from 0`;
    const remedy =
      count === 0
        ? 'Modules are counted in the module that holds them, functions in the module whose forward calls them'
        : `Use an index from 0 to ${count - 1}`;
    context.add(setting, 'outOfRange', name, text, remedy);
  }
}

function occurrences(context: SettingsContext, name: string, type: ObjectType): number {
  const { nodes, scopes } = context.input;
  return nodes.filter(node => {
    const scope = scopes.get(node.name) ?? { path: '', cls: null };
    return node.op === 'call_module'
      ? splitPath(scope.path)[0] === name && scope.cls === type
      : node.op === 'call_function' && scope.path === name && node.target === type;
  }).length;
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).map(path => `'${path}'`);
  return paths.length > 3 ? `${shown.join(', ')} and ${paths.length - 3} more` : shown.join(', ');
}
