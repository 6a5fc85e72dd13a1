// Report entries as the panel shows them: one line each.

import { sentence, type ReportEntry } from './entry';

/** A remark for people, with what it is about. */
export interface QuantizationNotice {
  readonly level: 'info' | 'warning';
  /** Node name or module path. */
  readonly about?: string;
  readonly text: string;
}

/** Operators that stay float say so at their own node. */
export function noticesOf(entries: Iterable<ReportEntry>): QuantizationNotice[] {
  return [...entries]
    .filter(entry => entry.subject !== 'operator')
    .map(entry => ({
      level: entry.level,
      ...(entry.about === '' ? {} : { about: entry.about }),
      text: entry.subject === 'setting' ? `${entry.setting}: ${sentence(entry)}` : sentence(entry)
    }));
}
