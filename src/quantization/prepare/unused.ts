// Settings that matched nothing: a misspelt name, a class that does not occur, a rule that never won. PyTorch
// accepts them without a word (D3, D4, D19).

import { classOf } from '../../nn/library';
import type { Module } from '../../nn/module';
import { hasMethod } from '../../tensor/methods';
import type { PrepareCustomConfig } from '../customConfig';
import { objectTypeLabel, type QConfigMapping } from '../qconfigMapping';
import type { QuantizationNotice } from '../report';
import type { QuantizationTracer } from '../tracer';

export function unusedSettings(
  model: Module,
  mapping: QConfigMapping,
  custom: PrepareCustomConfig,
  tracer: QuantizationTracer
): QuantizationNotice[] {
  const paths = new Set([...model.namedModules('', false)].map(([path]) => path));
  const classes = new Set([...model.modules()].map(classOf));
  const notices: QuantizationNotice[] = [];
  const warn = (text: string, about?: string) =>
    notices.push({ level: 'warning', text, ...(about === undefined ? {} : { about }) });
  for (const name of mapping.moduleNameQConfigs.keys()) {
    if (!paths.has(name)) {
      warn(`setModuleName('${name}'): the model has no such module${nearest(name, paths)}`);
    } else if (!mapping.used.has(`name:${name}`)) {
      warn(`setModuleName('${name}') decided for no operator`, name);
    }
  }
  for (const regex of mapping.moduleNameRegexQConfigs.keys()) {
    if (!mapping.used.has(`regex:${regex}`)) {
      warn(`setModuleNameRegex('${regex}') decided for no operator`);
    }
  }
  for (const type of mapping.objectTypeQConfigs.keys()) {
    if (typeof type === 'string' && !hasMethod(type)) {
      warn(
        `setObjectType('${objectTypeLabel(type)}'): no tensor method has this name; give the class or function itself`
      );
    }
  }
  for (const name of custom.nonTraceableModuleNames) {
    if (!tracer.usedNames.has(name)) {
      warn(
        `setNonTraceableModuleNames: '${name}' ${paths.has(name) ? 'was never called by the tracer' : `is no module of the model${nearest(name, paths)}`}`
      );
    }
  }
  for (const cls of [...custom.nonTraceableModuleClasses, ...custom.customFloatClasses]) {
    if (!tracer.usedClasses.has(cls)) {
      warn(
        `${cls.name}: ${classes.has(cls) ? 'no module of this class was called' : 'the model has no module of exactly this class'}`
      );
    }
  }
  tracer.nearMisses.forEach(text => warn(text));
  return notices;
}

/** ", did you mean 'x'?" for a name one or two edits away. */
function nearest(name: string, candidates: ReadonlySet<string>): string {
  const close = [...candidates]
    .filter(c => c !== '' && distance(c, name) <= 2)
    .sort((a, b) => distance(a, name) - distance(b, name));
  return close[0] === undefined ? '' : `, did you mean '${close[0]}'?`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] as number) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replace, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
