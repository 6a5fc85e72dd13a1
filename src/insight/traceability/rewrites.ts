// The same code written so that it can be traced, where that follows from the syntax alone: each rewrite
// is one small function from a tree and its text to the new text, or undefined. Never a guess.

import type {
  BinaryExpression,
  CallExpression,
  Expression,
  IfStatement,
  SpreadElement,
  Statement
} from 'acorn';
import type { Place } from '../../fx/source';
import type { Rewrite } from './analysis';

/** A rewrite for what stands at `place`, if there is one. */
export function at(place: Place, code: string | undefined): Rewrite | undefined {
  return code === undefined ? undefined : { code, place };
}

/** Text of a node. */
export type TextOf = (node: { start: number; end: number }) => string;

/** `x.view(...shape)` → `x.view(shape)`; `x.view(...x.size().slice(0, -1), h, d)` → `x.view(x.size().slice(0, -1).concat([h, d]))`. */
export function rewriteSpreadCall(call: CallExpression, text: TextOf): string | undefined {
  const joined = joinSpread(call.arguments, text);
  return joined === undefined ? undefined : `${text(call.callee)}(${joined})`;
}

/** `[...size, h, d]` → `size.concat([h, d])`. */
export function rewriteSpreadArray(
  items: readonly ({ type: string; start: number; end: number } | null)[],
  text: TextOf
): string | undefined {
  return joinSpread(items, text);
}

const ARITHMETIC_METHODS: { readonly [operator: string]: string } = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '**': 'pow'
};
const COMPARISON_METHODS: { readonly [operator: string]: string } = {
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '===': 'eq',
  '==': 'eq',
  '!==': 'ne',
  '!=': 'ne'
};

/** `x + y` → `x.add(y)`, with the left operand a tensor. */
export function rewriteBinary(node: BinaryExpression, text: TextOf): string | undefined {
  const method = ARITHMETIC_METHODS[node.operator] ?? COMPARISON_METHODS[node.operator];
  return method === undefined ? undefined : `${receiver(node.left, text)}.${method}(${text(node.right)})`;
}

/**
 * `if (x.sum().item() > 0) return a; else return b` → `return torch.where(x.sum().gt(0), a, b)`. Both sides
 * must do nothing but return; the else branch may be the statement that follows.
 */
export function rewriteChoice(
  node: IfStatement,
  following: Statement | undefined,
  text: TextOf,
  isTensor: IsTensor
): Rewrite | undefined {
  const last = node.alternate ?? following;
  const yes = returned(node.consequent);
  const no = returned(last);
  const condition = rewriteCondition(node.test, text, isTensor);
  if (!yes || !no || !last || condition === undefined) {
    return undefined;
  }
  const loc = node.loc && last.loc ? { start: node.loc.start, end: last.loc.end } : null;
  return {
    code: `return torch.where(${condition}, ${text(yes)}, ${text(no)})`,
    place: { start: node.start, end: last.end, loc }
  };
}

/** Tells whether an expression is a traced tensor. */
export type IsTensor = (node: Expression) => boolean;

/** A condition as a tensor: `x.sum().item() > 0` → `x.sum().gt(0)`, `x.any()` → itself. */
export function rewriteCondition(test: Expression, text: TextOf, isTensor: IsTensor): string | undefined {
  if (test.type === 'ParenthesizedExpression') {
    return rewriteCondition(test.expression, text, isTensor);
  }
  if (test.type === 'BinaryExpression' && test.left.type !== 'PrivateIdentifier') {
    const method = COMPARISON_METHODS[test.operator];
    const left = withoutItem(test.left);
    return method === undefined || !isTensor(left)
      ? undefined
      : `${receiver(left, text)}.${method}(${text(withoutItem(test.right))})`;
  }
  const called =
    test.type === 'CallExpression' && test.callee.type === 'MemberExpression' ? test.callee : undefined;
  const asks =
    called?.property.type === 'Identifier' && /^(any|all|gt|ge|lt|le|eq|ne)$/.test(called.property.name);
  return asks && isTensor(test) ? text(test) : undefined;
}

/** `x.max().item()` → `x.max()`. */
function withoutItem(node: Expression): Expression {
  const callee = node.type === 'CallExpression' ? node.callee : undefined;
  const isItem =
    callee?.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'item';
  return isItem && callee.object.type !== 'Super' ? callee.object : node;
}

/** `-x` → `x.neg()`. */
export function rewriteNegation(argument: Expression, text: TextOf): string {
  return `${receiver(argument, text)}.neg()`;
}

function returned(statement: Statement | null | undefined): { start: number; end: number } | undefined {
  if (statement?.type === 'BlockStatement') {
    return statement.body.length === 1 ? returned(statement.body[0]) : undefined;
  }
  return statement?.type === 'ReturnStatement' ? (statement.argument ?? undefined) : undefined;
}

function joinSpread(
  items: readonly ({ type: string; start: number; end: number } | null)[],
  text: TextOf
): string | undefined {
  const parts: string[] = [];
  let run: string[] = [];
  const flush = () => {
    if (run.length > 0) {
      parts.push(`[${run.join(', ')}]`);
      run = [];
    }
  };
  for (const item of items) {
    if (item === null) {
      return undefined;
    }
    if (item.type === 'SpreadElement') {
      flush();
      parts.push(text((item as SpreadElement).argument));
    } else {
      run.push(text(item));
    }
  }
  flush();
  const [first, ...rest] = parts;
  // A list before a traced size would have to be the receiver of concat, and that would spread the size.
  if (first === undefined || first.startsWith('[')) {
    return undefined;
  }
  return rest.reduce((whole, part) => `${whole}.concat(${part})`, first);
}

function receiver(node: { type: string; start: number; end: number }, text: TextOf): string {
  const simple = [
    'Identifier',
    'MemberExpression',
    'CallExpression',
    'ParenthesizedExpression',
    'ThisExpression'
  ];
  return simple.includes(node.type) ? text(node) : `(${text(node)})`;
}
