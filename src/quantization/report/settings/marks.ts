// Marks that changed nothing: misspelt names, classes that do not occur, subclasses of a marked class, marks on what
// is one node anyway or stands inside one, indexes and attributes that are not there (D3, D19, D34).

import { classOf, type ModuleClass } from '../../../nn/library';
import { Node } from '../../../fx';
import { modulePathOf } from '../../lookup';
import { didYouMean } from '../names';
import { withAncestors, type SettingsContext } from './context';

export function checkMarks(context: SettingsContext): void {
  const { custom } = context.input;
  for (const name of custom.nonTraceableModuleNames) {
    checkName(context, `setNonTraceableModuleNames(['${name}'])`, name, true);
  }
  for (const name of custom.leafModuleNames) {
    checkName(context, `setLeafModuleNames(['${name}'])`, name, true);
  }
  for (const name of custom.standaloneModuleNames.keys()) {
    checkName(context, `setStandaloneModuleName('${name}')`, name, false);
  }
  for (const cls of custom.nonTraceableModuleClasses) {
    checkClass(context, `setNonTraceableModuleClasses([${cls.name}])`, cls, true);
  }
  for (const cls of custom.leafModuleClasses) {
    checkClass(context, `setLeafModuleClasses([${cls.name}])`, cls, true);
  }
  for (const cls of custom.standaloneModuleClasses.keys()) {
    checkClass(context, `setStandaloneModuleClass(${cls.name})`, cls, false);
  }
  for (const cls of custom.customFloatClasses) {
    checkClass(context, `setFloatToObservedMapping(${cls.name})`, cls, false);
    checkCustomApplies(context, cls);
  }
  checkAttributes(context);
  checkIndexes(context);
}

function checkName(context: SettingsContext, setting: string, path: string, isMark: boolean): void {
  if (!context.addIfUnreachable(setting, path) && isMark) {
    checkBuiltin(context, setting, path);
  }
}

/** Quantized modules of the library are single nodes with or without a mark; the mark does not keep them float. */
function checkBuiltin(context: SettingsContext, setting: string, path: string): void {
  if (context.isBuiltinLeaf(path)) {
    const text = `${context.classNameAt(path)} is one node to the tracer with or without a mark, and is quantized like any other`;
    context.add(setting, 'builtinLeaf', path, text, `To keep it float, setModuleName('${path}', null)`);
  }
}

function checkClass(context: SettingsContext, setting: string, cls: ModuleClass, isMark: boolean): void {
  const paths = context.pathsOf(cls);
  for (const path of context.pathsBelow(cls)) {
    if (!isNodeOrInside(context, path)) {
      context.add(
        setting,
        'nearMiss',
        path,
        `'${path}' is a ${context.classNameAt(path)}, a subclass; marks hold for the exact class, so it was traced through`,
        `Mark ${context.classNameAt(path)} too`
      );
    }
  }
  const effective = paths.filter(path => context.leaves.has(path));
  const [first] = effective;
  if (paths.length === 0) {
    const text = 'the model has no module of exactly this class';
    context.add(
      setting,
      'unknownClass',
      '',
      text,
      context.baseOf(cls) ?? didYouMean(cls.name, context.classNames)
    );
  } else if (first === undefined) {
    context.addIfUnreachable(setting, paths[0] ?? '');
  } else if (isMark) {
    checkBuiltin(context, setting, first);
  }
}

const isNodeOrInside = (context: SettingsContext, path: string): boolean =>
  withAncestors(path).some(p => context.leaves.has(p));

/** A custom class is swapped where its qconfig says so. */
function checkCustomApplies(context: SettingsContext, cls: ModuleClass): void {
  const { model, qconfigs } = context.input;
  const nodes = context.input.nodes.filter(
    node => node.op === 'call_module' && classOf(model.getSubmodule(modulePathOf(node))) === cls
  );
  const [first] = nodes;
  if (first && nodes.every(node => (qconfigs.get(node.name)?.qconfig ?? null) === null)) {
    context.add(
      `setFloatToObservedMapping(${cls.name})`,
      'notApplicable',
      first.target as string,
      `no qconfig applies to any ${cls.name}, so it stays float`,
      'Set a static qconfig for it, or mark the class non-traceable'
    );
  }
}

function checkAttributes(context: SettingsContext): void {
  const { model, custom } = context.input;
  for (const name of custom.preservedAttributes) {
    if (!(name in model)) {
      const remedy = didYouMean(name, Object.keys(model));
      context.add(
        `setPreservedAttributes(['${name}'])`,
        'unknownName',
        name,
        'the model has no such attribute',
        remedy
      );
    }
  }
}

function checkIndexes(context: SettingsContext): void {
  const { custom, traced } = context.input;
  const inputs = [...traced.graph.nodes].filter(node => node.op === 'placeholder').length;
  const [returned] = traced.graph.outputNode?.args ?? [];
  const outputs = Array.isArray(returned) ? returned.length : 1;
  for (const index of custom.inputQuantizedIndexes) {
    checkIndex(context, 'setInputQuantizedIndexes', index, inputs, 'takes');
  }
  for (const index of custom.outputQuantizedIndexes) {
    checkIndex(context, 'setOutputQuantizedIndexes', index, outputs, 'returns');
    const item: unknown = Array.isArray(returned) ? returned[index] : returned;
    if (index < outputs && Array.isArray(returned) && !(item instanceof Node) && !Array.isArray(item)) {
      const text = `output ${index} is no traced value`;
      context.add(`setOutputQuantizedIndexes([${index}])`, 'notApplicable', '', text, 'Remove the index');
    }
  }
}

function checkIndex(
  context: SettingsContext,
  setter: string,
  index: number,
  count: number,
  verb: string
): void {
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    const what = count === 1 ? 'one value, index 0' : `${count} values, indexes 0 to ${count - 1}`;
    context.add(
      `${setter}([${index}])`,
      'outOfRange',
      '',
      `the model ${verb} ${what}`,
      'Remove the index, or correct it'
    );
  }
}
