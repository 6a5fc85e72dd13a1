// Which operators form a pattern: one, a sequence in forward order, or PyTorch's nested reversed form, which can
// also name the second input of an operator.

import type { Node } from '../../fx';
import type { ModuleClass } from '../../nn/library';
import type { TorchFunction } from '../../tensor/function';

/** One operator: a module class, a function, or a method name. */
export type PatternItem = ModuleClass | TorchFunction | string;
/** Operators in the order they run. */
export type Pattern = PatternItem | readonly PatternItem[];

/** In a nested pattern: whatever stands there, and it stays outside. PyTorch: `MatchAllNode`. */
export const MatchAllNode: unique symbol = Symbol('MatchAllNode');

/** An operator, or a list of an operator and the patterns of its arguments: `[relu, [add, conv, MatchAllNode]]`. */
export type ComplexPattern = PatternItem | typeof MatchAllNode | readonly ComplexPattern[];

/** The nodes a nested pattern matched, in its shape. */
export type NodePattern = Node | typeof MatchAllNode | readonly NodePattern[];

/** The operators of a pattern, in the order they run. */
export function patternItems(pattern: Pattern): readonly PatternItem[] {
  return Array.isArray(pattern) ? (pattern as readonly PatternItem[]) : [pattern as PatternItem];
}

/** `[conv, bn, relu]` → `[relu, [bn, conv]]`. */
export function reversedPattern(pattern: Pattern): ComplexPattern {
  const [first, ...rest] = patternItems(pattern);
  return rest.reduce<ComplexPattern>((inner, item) => [item, inner], first as PatternItem);
}

/** Every entry, the wildcards too: longer patterns are tried first. */
export function patternLength(pattern: ComplexPattern): number {
  return Array.isArray(pattern)
    ? (pattern as readonly ComplexPattern[]).reduce((sum: number, part) => sum + patternLength(part), 0)
    : 1;
}
