// What an expression's value is known to be, noting on the way every use of a traced value that cannot be
// recorded. One function per family of expressions; calls are in `calls.ts`.

import type {
  AnyNode,
  ArrayExpression,
  Expression,
  MemberExpression,
  ObjectExpression,
  SpreadElement,
  Super,
  TemplateLiteral
} from 'acorn';
import { textOf, type Analysis, type Rewrite } from './analysis';
import { evaluateCall, evaluateNew } from './calls';
import {
  choose,
  evaluateAssignment,
  evaluateBinary,
  evaluateLogical,
  evaluateUnary,
  evaluateUpdate
} from './operators';
import { at, rewriteSpreadArray } from './rewrites';
import type { Scope } from './scope';
import {
  UNDEFINED,
  UNKNOWN,
  asTraced,
  containsTraced,
  elements,
  isTraced,
  join,
  known,
  traced,
  truthiness,
  type AbstractValue,
  type Frame
} from './values';

/** Where an expression is evaluated. */
export interface Context {
  readonly analysis: Analysis;
  readonly frame: Frame;
  readonly scope: Scope;
}

export function evaluate(node: Expression | Super, context: Context): AbstractValue {
  const { analysis, frame, scope } = context;
  analysis.spend();
  switch (node.type) {
    case 'Literal':
      return known(node.value);
    case 'Identifier':
      return node.name === 'undefined' ? UNDEFINED : (scope.lookup(node.name) ?? analysis.global(node.name));
    case 'ThisExpression':
      return frame.self;
    case 'Super':
      return frame.home ? known(Object.getPrototypeOf(frame.home)) : UNKNOWN;
    case 'ParenthesizedExpression':
      return evaluate(node.expression, context);
    case 'ChainExpression':
      return evaluate(node.expression, context);
    case 'SequenceExpression':
      return node.expressions.reduce<AbstractValue>((_, e) => evaluate(e, context), UNDEFINED);
    case 'TemplateLiteral':
      return evaluateTemplate(node, context);
    case 'TaggedTemplateExpression':
      return evaluateTemplate(node.quasi, context);
    case 'ArrayExpression':
      return evaluateArray(node, context);
    case 'ObjectExpression':
      return evaluateObject(node, context);
    case 'MemberExpression':
      return evaluateMember(node, context).value;
    case 'UnaryExpression':
      return evaluateUnary(node, context);
    case 'UpdateExpression':
      return evaluateUpdate(node, context);
    case 'BinaryExpression':
      return evaluateBinary(node, context);
    case 'LogicalExpression':
      return evaluateLogical(node, context);
    case 'ConditionalExpression':
      return choose(node, context);
    case 'AssignmentExpression':
      return evaluateAssignment(node, context);
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return { kind: 'closure', node, scope, frame };
    case 'CallExpression':
      return evaluateCall(node, context);
    case 'NewExpression':
      return evaluateNew(node, context);
    case 'AwaitExpression':
      evaluate(node.argument, context);
      analysis.report(frame, node, { kind: 'async', detail: '`await` in a traced function.' });
      return UNKNOWN;
    default:
      // yield, import(), classes, meta properties: nothing is known of them, and nothing is traced.
      return UNKNOWN;
  }
}

/** A condition: reports control flow on a traced value. Undefined where the outcome is not known. */
export function evaluateCondition(
  test: Expression,
  construct: string,
  context: Context,
  rewrite?: Rewrite
): boolean | undefined {
  const value = evaluate(test, context);
  if (isTraced(value)) {
    const detail = `\`${construct}\` on a traced value.`;
    context.analysis.report(context.frame, test, { kind: 'control_flow', detail, rewrite }, value);
  }
  return truthiness(value);
}

export interface MemberValue {
  readonly object: AbstractValue;
  readonly name: string | undefined;
  readonly value: AbstractValue;
}

/** Evaluates the object and the property; `object` is what a method call has as `this`. */
export function evaluateMember(node: MemberExpression, context: Context): MemberValue {
  const object = asTraced(evaluate(node.object, context));
  const name = propertyName(node, context);
  if (isTraced(object)) {
    return { object, name, value: tracedProperty(object, name, node, context) };
  }
  return { object, name, value: name === undefined ? elementOfAny(object) : property(object, name, context) };
}

function propertyName(node: MemberExpression, context: Context): string | undefined {
  if (!node.computed) {
    return node.property.type === 'Identifier' ? node.property.name : undefined;
  }
  const key = evaluate(node.property as Expression, context);
  if (isTraced(key)) {
    context.analysis.report(
      context.frame,
      node,
      { kind: 'conversion', detail: 'A traced value as an index.' },
      key
    );
  }
  return key.kind === 'known' && key.value !== null && typeof key.value !== 'symbol'
    ? String(key.value)
    : undefined;
}

function tracedProperty(
  object: Extract<AbstractValue, { kind: 'traced' }>,
  name: string | undefined,
  node: AnyNode,
  context: Context
): AbstractValue {
  const { what, cause } = object;
  switch (name) {
    case 'shape':
      return traced('size');
    case 'length':
      return traced('number', context.analysis.report(context.frame, node, { kind: 'length' }, object));
    case 'ndim':
      return traced('number');
    default:
      return traced(what === 'size' && name !== undefined && /^\d+$/.test(name) ? 'number' : 'any', cause);
  }
}

/** A property of a value that is not traced. */
export function property(object: AbstractValue, name: string, context: Context): AbstractValue {
  switch (object.kind) {
    case 'known':
      return object.value == null
        ? UNKNOWN
        : context.analysis.readField(Object(object.value) as object, name);
    case 'record':
      return object.entries.get(name) ?? UNDEFINED;
    case 'list':
      return name === 'length' ? known(object.items.length) : (object.items[Number(name)] ?? UNKNOWN);
    default:
      return UNKNOWN;
  }
}

/** What `object[i]` can be when `i` is not known. */
function elementOfAny(object: AbstractValue): AbstractValue {
  const items = elements(object);
  return items && items.length > 0 ? items.reduce(join) : UNKNOWN;
}

function evaluateTemplate(node: TemplateLiteral, context: Context): AbstractValue {
  const values = node.expressions.map(e => evaluate(e, context));
  node.expressions.forEach((expression, i) => {
    if (containsTraced(values[i] ?? UNKNOWN)) {
      context.analysis.report(
        context.frame,
        expression,
        { kind: 'conversion', detail: 'A traced value in a text.' },
        values[i]
      );
    }
  });
  return UNKNOWN;
}

function evaluateArray(node: ArrayExpression, context: Context): AbstractValue {
  const items = evaluateItems(node.elements, context, () =>
    at(
      node,
      rewriteSpreadArray(node.elements, n => textOf(context.frame, n))
    )
  );
  return { kind: 'list', items: items ?? [traced('any')] };
}

/** Evaluates list items or arguments, spreads resolved; undefined where their number is not known. */
export function evaluateItems(
  nodes: readonly (Expression | SpreadElement | null)[],
  context: Context,
  rewrite: () => Rewrite | undefined
): AbstractValue[] | undefined {
  let complete = true;
  const items = nodes.flatMap((node): AbstractValue[] => {
    if (node === null) {
      return [UNDEFINED];
    }
    if (node.type !== 'SpreadElement') {
      return [evaluate(node, context)];
    }
    const value = asTraced(evaluate(node.argument, context));
    if (isTraced(value)) {
      const detail = `\`...\` on a traced ${wordFor(value.what)}.`;
      context.analysis.report(context.frame, node, { kind: 'spread', detail, rewrite: rewrite() }, value);
    }
    const inner = elements(value);
    complete &&= inner !== undefined;
    return inner ?? [isTraced(value) ? traced('any') : UNKNOWN];
  });
  return complete ? items : items.some(containsTraced) ? [...items, traced('any')] : undefined;
}

export function wordFor(what: string): string {
  return what === 'any' ? 'value' : what;
}

function evaluateObject(node: ObjectExpression, context: Context): AbstractValue {
  const entries = new Map<string, AbstractValue>();
  for (const member of node.properties) {
    if (member.type === 'SpreadElement') {
      const value = evaluate(member.argument, context);
      if (isTraced(value)) {
        const detail = '`...` on a traced value.';
        context.analysis.report(context.frame, member, { kind: 'spread', detail }, value);
      } else if (value.kind === 'record') {
        value.entries.forEach((v, k) => entries.set(k, v));
      }
      continue;
    }
    const key =
      member.key.type === 'Identifier' && !member.computed ? member.key.name : keyOf(member.key, context);
    entries.set(key, evaluate(member.value, context));
  }
  return { kind: 'record', entries };
}

function keyOf(key: Expression | AnyNode, context: Context): string {
  const value = evaluate(key as Expression, context);
  return value.kind === 'known' ? String(value.value) : '';
}
