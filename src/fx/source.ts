// From a function to its syntax tree. `Function.prototype.toString` gives the text as it was compiled; a
// method's text is no program by itself, so a few characters are put before it and counted off again.

import {
  parseExpressionAt,
  type AnyNode,
  type Function as FunctionNode,
  type Property,
  type SourceLocation
} from 'acorn';

/** A stretch of a function's source; lines and columns count from 1, the end column is exclusive. */
export interface SourceRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface ParsedFunction {
  readonly node: FunctionNode;
  readonly source: string;
  readonly prefix: number;
}

const OPTIONS = { ecmaVersion: 2024, locations: true, checkPrivateFields: false } as const;

/** The function's tree, or undefined for native code and text that does not parse on its own. */
export function parseFunction(fn: (...args: never[]) => unknown): ParsedFunction | undefined {
  const source = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}$/.test(source)) {
    return undefined;
  }
  return parseAsMethod(source) ?? parseAsExpression(source);
}

/** As much of a syntax node as says where it stands. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly loc?: SourceLocation | null | undefined;
}

/** Where a node stands in the function's own text. */
export function rangeOf(node: Place, prefix: number): SourceRange {
  const { start, end } = node.loc ?? { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } };
  const shift = (line: number, column: number) => column + 1 - (line === 1 ? prefix : 0);
  return {
    line: start.line,
    column: shift(start.line, start.column),
    endLine: end.line,
    endColumn: shift(end.line, end.column)
  };
}

function parseAsMethod(source: string): ParsedFunction | undefined {
  const tree = attempt(`({${source}})`);
  if (tree?.type !== 'ObjectExpression') {
    return undefined;
  }
  const property = tree.properties[0] as Property | undefined;
  const value = property?.value;
  return value?.type === 'FunctionExpression' ? { node: value, source, prefix: 2 } : undefined;
}

function parseAsExpression(source: string): ParsedFunction | undefined {
  const tree = attempt(`(${source})`);
  return tree?.type === 'ArrowFunctionExpression' || tree?.type === 'FunctionExpression'
    ? { node: tree, source, prefix: 1 }
    : undefined;
}

function attempt(text: string): AnyNode | undefined {
  try {
    const tree = parseExpressionAt(text, 0, OPTIONS) as AnyNode;
    return tree.type === 'ParenthesizedExpression' ? tree.expression : tree;
  } catch {
    return undefined;
  }
}
