// The report of a prepared model, gathered from what prepare knows.

import { reportOf } from './attach';
import type { ReportEntry, SettingEntry } from './entry';
import { modelRemarks } from './model';
import { floatOperators, type OperatorsInput } from './operators';
import { QuantizationReport } from './report';
import { settingsWithoutEffect, SettingsContext, type SettingsInput } from './settings';
import { GraphModule, type Node } from '../../fx';
import { joinPath } from '../../nn/module';

export interface PreparedReportInput {
  readonly settings: SettingsInput;
  readonly operators: OperatorsInput;
  /** Found on the way: aliases, conflicts of fused modules. */
  readonly found: readonly SettingEntry[];
  readonly standalone: Iterable<Node>;
}

export function preparedReport({
  settings,
  operators,
  found,
  standalone
}: PreparedReportInput): QuantizationReport {
  const context = new SettingsContext(settings);
  const called = new Set(['', ...context.called, ...settings.custom.preservedAttributes]);
  return new QuantizationReport([
    ...found,
    ...settingsWithoutEffect(context),
    ...floatOperators(operators),
    ...modelRemarks(settings.model, settings.traced, called, context.leaves),
    ...insideStandalone(operators.model, standalone)
  ]);
}

/** What prepare said of modules it prepared on their own, with their paths in the model around them. */
function insideStandalone(model: GraphModule, nodes: Iterable<Node>): ReportEntry[] {
  const paths = new Set([...nodes].map(node => node.target as string));
  return [...paths].flatMap(path => {
    const inner: unknown = model.getSubmodule(path);
    const entries = inner instanceof GraphModule ? reportOf(inner).entries : [];
    return entries.map(entry => ({
      ...entry,
      about: joinPath(path, entry.about).replace(/\.$/, ''),
      ...(entry.subject === 'operator' ? { module: joinPath(path, entry.module).replace(/\.$/, '') } : {})
    }));
  });
}
