// Shorthand for parameter lists of functions: `params('input', ['dim', null])`.

import type { ParameterSpec } from '../function';

export type ParameterEntry = string | readonly [name: string, defaultValue: unknown];

/** A name is a required argument, a pair one with a default. */
export function params(...entries: readonly ParameterEntry[]): ParameterSpec[] {
  return entries.map(entry =>
    typeof entry === 'string' ? { name: entry } : { name: entry[0], default: entry[1] }
  );
}
