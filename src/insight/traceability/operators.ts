// Operators: unary, binary, logical, conditional and assignment. On known values they are computed, on a
// traced one they are an obstacle, since JavaScript applies them at once and cannot be intercepted.

import type {
  AssignmentExpression,
  BinaryExpression,
  ConditionalExpression,
  Expression,
  LogicalExpression,
  UnaryExpression,
  UpdateExpression
} from 'acorn';
import { textOf } from './analysis';
import { evaluate, evaluateCondition, type Context } from './expressions';
import { assignPattern } from './patterns';
import { at, rewriteBinary, rewriteCondition, rewriteNegation } from './rewrites';
import {
  UNDEFINED,
  UNKNOWN,
  asTraced,
  isTraced,
  join,
  known,
  traced,
  truthiness,
  type AbstractValue
} from './values';

export function evaluateUnary(node: UnaryExpression, context: Context): AbstractValue {
  const argument = evaluate(node.argument, context);
  // A parameter is there: only its numbers are not.
  const value = node.operator === '!' ? argument : asTraced(argument);
  const { analysis, frame } = context;
  if (isTraced(value)) {
    switch (node.operator) {
      case '!':
        analysis.report(frame, node, { kind: 'control_flow', detail: '`!` on a traced value.' }, value);
        return UNKNOWN;
      case '-':
        return traced(
          value.what,
          analysis.report(
            frame,
            node,
            {
              kind: 'arithmetic',
              rewrite: at(
                node,
                rewriteNegation(node.argument, n => textOf(frame, n))
              )
            },
            value
          )
        );
      case '+':
      case '~':
        return traced(value.what, analysis.report(frame, node, { kind: 'arithmetic' }, value));
      default:
        return UNKNOWN;
    }
  }
  if (node.operator === '!') {
    const outcome = truthiness(value);
    return outcome === undefined ? UNKNOWN : known(!outcome);
  }
  if (value.kind !== 'known') {
    return node.operator === 'typeof' && value.kind === 'closure' ? known('function') : UNKNOWN;
  }
  return computeUnary(node.operator, value.value);
}

function computeUnary(operator: string, value: unknown): AbstractValue {
  switch (operator) {
    case '-':
      return typeof value === 'number' ? known(-value) : UNKNOWN;
    case '+':
      return typeof value === 'number' || typeof value === 'string' ? known(Number(value)) : UNKNOWN;
    case 'typeof':
      return known(typeof value);
    case 'void':
      return UNDEFINED;
    default:
      return UNKNOWN;
  }
}

export function evaluateUpdate(node: UpdateExpression, context: Context): AbstractValue {
  const value = evaluate(node.argument, context);
  if (isTraced(value)) {
    return traced(value.what, context.analysis.report(context.frame, node, { kind: 'arithmetic' }, value));
  }
  const step = node.operator === '++' ? 1 : -1;
  const next =
    value.kind === 'known' && typeof value.value === 'number' ? known(value.value + step) : UNKNOWN;
  assignPattern(node.argument as never, next, context);
  return node.prefix ? next : value;
}

const RELATIONAL = new Set(['<', '<=', '>', '>=', '===', '!==', '==', '!=']);

export function evaluateBinary(node: BinaryExpression, context: Context): AbstractValue {
  const left = node.left.type === 'PrivateIdentifier' ? UNKNOWN : asTraced(evaluate(node.left, context));
  const right = asTraced(evaluate(node.right, context));
  const { analysis, frame } = context;
  if (node.operator === 'instanceof') {
    return UNKNOWN;
  }
  if (node.operator === 'in') {
    if (isTraced(right)) {
      analysis.report(frame, node, { kind: 'iteration', detail: '`in` on a traced value.' }, right);
    }
    return UNKNOWN;
  }
  if (!isTraced(left) && !isTraced(right)) {
    return computeBinary(node.operator, left, right);
  }
  if (/^[!=]==?$/.test(node.operator) && (isNothing(left) || isNothing(right))) {
    // A traced value is never null: as in PyTorch, the test is decided while tracing.
    return known(node.operator.startsWith('!'));
  }
  const rewrite =
    // What comes from an obstacle stays one however it is computed with.
    isTraced(left) && !left.cause && !causeOf(right) && left.what !== 'number' && left.what !== 'size'
      ? at(
          node,
          rewriteBinary(node, n => textOf(frame, n))
        )
      : undefined;
  const kind = RELATIONAL.has(node.operator) ? 'comparison' : 'arithmetic';
  const finding = { kind, detail: `\`${node.operator}\` on a traced value.`, rewrite } as const;
  const cause = analysis.report(frame, node, finding, isTraced(left) && left.cause ? left : right);
  return traced(kind === 'comparison' || !isTraced(left) ? 'any' : left.what, cause);
}

function causeOf(value: AbstractValue) {
  return isTraced(value) ? value.cause : undefined;
}

function isNothing(value: AbstractValue): boolean {
  return value.kind === 'known' && value.value == null;
}

function computeBinary(operator: string, left: AbstractValue, right: AbstractValue): AbstractValue {
  if (left.kind !== 'known' || right.kind !== 'known') {
    return (operator === '===' || operator === '!==') && definedAgainstNothing(left, right)
      ? known(operator === '!==')
      : UNKNOWN;
  }
  const a = left.value as number;
  const b = right.value as number;
  const primitive = (v: unknown) => v === null || (typeof v !== 'object' && typeof v !== 'function');
  if (operator === '===' || operator === '!==') {
    return known((a === b) === (operator === '==='));
  }
  if (operator === '==' || operator === '!=') {
    const loose = primitive(a) && primitive(b) ? (a as unknown) == (b as unknown) : a === b; // eslint-disable-line eqeqeq
    return known(loose === (operator === '=='));
  }
  if (!primitive(a) || !primitive(b) || typeof a === 'symbol' || typeof b === 'symbol') {
    return UNKNOWN;
  }
  const compute: { [operator: string]: () => unknown } = {
    '+': () => a + b,
    '-': () => a - b,
    '*': () => a * b,
    '/': () => a / b,
    '%': () => a % b,
    '**': () => a ** b,
    '<': () => a < b,
    '<=': () => a <= b,
    '>': () => a > b,
    '>=': () => a >= b,
    '|': () => a | b,
    '&': () => a & b,
    '<<': () => a << b,
    '>>': () => a >> b
  };
  const result = compute[operator];
  return result ? known(result()) : UNKNOWN;
}

function definedAgainstNothing(left: AbstractValue, right: AbstractValue): boolean {
  const thing = (v: AbstractValue) => v.kind === 'list' || v.kind === 'record' || v.kind === 'closure';
  return (isNothing(left) && thing(right)) || (isNothing(right) && thing(left));
}

export function evaluateLogical(node: LogicalExpression, context: Context): AbstractValue {
  const left = evaluate(node.left, context);
  if (isTraced(left)) {
    if (node.operator === '??') {
      return left;
    }
    const detail = `\`${node.operator}\` on a traced value.`;
    context.analysis.report(context.frame, node.left, { kind: 'control_flow', detail }, left);
    return join(left, evaluate(node.right, context));
  }
  const outcome = node.operator === '??' ? presence(left) : truthiness(left);
  const takesRight = node.operator === '&&' ? outcome : outcome === undefined ? undefined : !outcome;
  if (takesRight === false) {
    return left;
  }
  return takesRight ? evaluate(node.right, context) : join(left, evaluate(node.right, context));
}

function presence(value: AbstractValue): boolean | undefined {
  return value.kind === 'unknown' ? undefined : !isNothing(value);
}

export function choose(node: ConditionalExpression, context: Context): AbstractValue {
  const { test, consequent: yes, alternate: no } = node;
  const outcome = evaluateCondition(test, '? :', context, at(node, rewriteTernary(node, context)));
  if (outcome !== undefined) {
    return evaluate(outcome ? yes : no, context);
  }
  return join(evaluate(yes, context), evaluate(no, context));
}

function rewriteTernary({ test, consequent, alternate }: ConditionalExpression, context: Context) {
  const text = (node: { start: number; end: number }) => textOf(context.frame, node);
  const condition = rewriteCondition(test, text, node => isTensor(node, context));
  return condition && `torch.where(${condition}, ${text(consequent)}, ${text(alternate)})`;
}

/** Is it a traced tensor? A size or a number is not, and has no `gt`. */
export function isTensor(node: Expression, context: Context): boolean {
  const value = evaluate(node, context);
  return isTraced(value) && value.what === 'tensor';
}

export function evaluateAssignment(node: AssignmentExpression, context: Context): AbstractValue {
  const value = evaluate(node.right, context);
  if (node.operator === '=') {
    assignPattern(node.left, value, context);
    return value;
  }
  const before = evaluate(node.left as Expression, context);
  const { analysis, frame } = context;
  let next: AbstractValue = UNKNOWN;
  if (isTraced(before) || isTraced(value)) {
    const logical = ['||=', '&&=', '??='].includes(node.operator);
    if (node.operator !== '??=') {
      const operator = node.operator.slice(0, -1);
      const target = textOf(frame, node.left);
      const method =
        isTraced(before) && !before.cause && !causeOf(value) && before.what !== 'number'
          ? rewriteBinary({ ...node, type: 'BinaryExpression', operator } as never, n => textOf(frame, n))
          : undefined;
      const rewrite = at(node, method && `${target} = ${method}`);
      const kind = logical ? 'control_flow' : 'arithmetic';
      const detail = `\`${node.operator}\` on a traced value.`;
      analysis.report(frame, node, { kind, detail, rewrite }, before);
    }
    next = isTraced(before) ? before : value;
  } else {
    next = computeBinary(node.operator.slice(0, -1), before, value);
  }
  assignPattern(node.left, next, context);
  return next;
}
