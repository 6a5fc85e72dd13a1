// The parameters of `forward`, read from its text: JavaScript does not tell their names.

import type { Expression, Pattern } from 'acorn';
import { parseFunction } from './source';

export interface ForwardParameter {
  /** `x`; `*rest` for a rest parameter, as torch.fx writes it; `arg_2` for a pattern. */
  readonly name: string;
  /** A literal default; absent where there is none, null where it is no literal. */
  readonly default?: unknown;
}

export function forwardParameters(fn: (...args: never[]) => unknown): ForwardParameter[] {
  const parsed = parseFunction(fn);
  if (!parsed) {
    return Array.from({ length: fn.length }, (_, i) => ({ name: `arg_${i}` }));
  }
  return parsed.node.params.map(describe);
}

/** Names of the parameters of `forward`, in order; `*rest` for the rest. */
export const parameterNames = (fn: (...args: never[]) => unknown): string[] =>
  forwardParameters(fn).map(parameter => parameter.name);

function describe(param: Pattern, index: number): ForwardParameter {
  switch (param.type) {
    case 'Identifier':
      return { name: param.name };
    case 'RestElement':
      return { name: `*${describe(param.argument, index).name}` };
    case 'AssignmentPattern':
      return { name: describe(param.left, index).name, default: literal(param.right) };
    default:
      return { name: `arg_${index}` };
  }
}

function literal(node: Expression): unknown {
  if (node.type === 'Literal') {
    return node.value;
  }
  if (node.type === 'UnaryExpression' && node.operator === '-' && node.argument.type === 'Literal') {
    return -Number(node.argument.value);
  }
  if (node.type === 'ArrayExpression') {
    return node.elements.map(item => (item && item.type !== 'SpreadElement' ? literal(item) : null));
  }
  return null;
}
