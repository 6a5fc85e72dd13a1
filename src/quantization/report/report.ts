// The report of a prepared or converted model: settings without effect, operators that stay float and why, and what
// else is worth knowing. Data first; the text is made last.

import type { ModelEntry, OperatorEntry, ReportEntry, SettingEntry } from './entry';

/** `prepared.report`, `converted.report`. Immutable; a list of entries that can be filtered, printed or sent. */
export class QuantizationReport implements Iterable<ReportEntry> {
  readonly entries: readonly ReportEntry[];

  constructor(entries: Iterable<ReportEntry>) {
    this.entries = Object.freeze([...entries]);
  }

  /** Settings that did nothing, or something else than they say. */
  get settings(): readonly SettingEntry[] {
    return this.entries.filter((entry): entry is SettingEntry => entry.subject === 'setting');
  }

  /** Operators that compute with floats, in graph order, each with the reason. */
  get floatOperators(): readonly OperatorEntry[] {
    return this.entries.filter((entry): entry is OperatorEntry => entry.subject === 'operator');
  }

  /** What concerns neither a setting nor an operator. */
  get model(): readonly ModelEntry[] {
    return this.entries.filter((entry): entry is ModelEntry => entry.subject === 'model');
  }

  get warnings(): readonly ReportEntry[] {
    return this.entries.filter(entry => entry.level === 'warning');
  }

  /** True where every setting did what it says and nothing that computes with tensors stays float. */
  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  /** Everything about one module path or node name. */
  about(name: string): readonly ReportEntry[] {
    return this.entries.filter(entry => entry.about === name);
  }

  /** The entries in order. */
  [Symbol.iterator](): Iterator<ReportEntry> {
    return this.entries[Symbol.iterator]();
  }

  /** The entries as plain data. */
  toJSON(): readonly ReportEntry[] {
    return this.entries;
  }

  toString(): string {
    if (this.isEmpty) {
      return 'Every setting had an effect, and every operator is quantized.';
    }
    return [
      section('Settings', this.settings, entry => `${entry.setting}: ${entry.text}`),
      section('Operators that stay float', this.floatOperators, printOperator),
      section('Also', this.model, entry => `${entry.about === '' ? 'the model' : entry.about}: ${entry.text}`)
    ]
      .filter(text => text !== '')
      .join('\n\n');
  }

  /** What Node's `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function printOperator({ about, target, module, text, requested, supported = [] }: OperatorEntry): string {
  const where = module === '' ? '' : ` in '${module}'`;
  const asked = requested === undefined ? '' : `\n    asked for: ${requested}`;
  const offered = supported.length === 0 ? '' : `\n    supported: ${supported.join('; ')}`;
  return `${about} (${target})${where}: ${text}${asked}${offered}`;
}

function section<E extends ReportEntry>(
  title: string,
  entries: readonly E[],
  print: (entry: E) => string
): string {
  const lines = entries.map(entry => {
    const remedy = entry.remedy === undefined ? '' : `\n    → ${entry.remedy}`;
    return `  ${entry.level === 'warning' ? '!' : '·'} ${print(entry)}${remedy}`;
  });
  return lines.length === 0 ? '' : [`${title} (${lines.length})`, ...lines].join('\n');
}
