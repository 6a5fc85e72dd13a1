// Assignment to names, fields and destructuring patterns. Taking a traced value apart is recorded
// (`getitem`), a rest element is not: it would ask for every element.

import type { Expression, MemberExpression, Pattern } from 'acorn';
import { evaluate, evaluateMember, property, type Context } from './expressions';
import { UNDEFINED, UNKNOWN, elements, isTraced, join, traced, type AbstractValue } from './values';

/** Assigns to names that exist (`declare` false) or brings them into the innermost scope. */
export function assignPattern(
  pattern: Pattern,
  value: AbstractValue,
  context: Context,
  declare = false
): void {
  const { scope } = context;
  switch (pattern.type) {
    case 'Identifier':
      if (declare) {
        scope.declare(pattern.name, value);
      } else {
        scope.assign(pattern.name, value);
      }
      return;
    case 'MemberExpression':
      return assignMember(pattern, value, context);
    case 'AssignmentPattern': {
      const missing = value.kind === 'known' && value.value === undefined;
      const given =
        missing || value.kind !== 'unknown' ? value : join(value, evaluate(pattern.right, context));
      return assignPattern(
        pattern.left,
        missing ? evaluate(pattern.right, context) : given,
        context,
        declare
      );
    }
    case 'RestElement':
      return assignPattern(pattern.argument, value, context, declare);
    case 'ArrayPattern':
      return pattern.elements.forEach((element, i) => {
        if (element?.type === 'RestElement') {
          assignPattern(element, restOf(value, i, element, context), context, declare);
        } else if (element) {
          assignPattern(element, elementAt(value, i), context, declare);
        }
      });
    case 'ObjectPattern':
      for (const member of pattern.properties) {
        if (member.type === 'RestElement') {
          assignPattern(member.argument, isTraced(value) ? traced('any') : UNKNOWN, context, declare);
        } else {
          const name = member.key.type === 'Identifier' ? member.key.name : undefined;
          const part = isTraced(value)
            ? traced(name === 'shape' ? 'size' : 'any')
            : name === undefined
              ? UNKNOWN
              : property(value, name, context);
          assignPattern(member.value, part, context, declare);
        }
      }
      return;
  }
}

function elementAt(value: AbstractValue, index: number): AbstractValue {
  if (isTraced(value)) {
    return traced(value.what === 'size' ? 'number' : value.what === 'tuple' ? 'tensor' : 'any');
  }
  const items = elements(value);
  return items ? (items[index] ?? UNDEFINED) : UNKNOWN;
}

function restOf(value: AbstractValue, from: number, node: Pattern, context: Context): AbstractValue {
  if (isTraced(value)) {
    const detail = '`...` takes the rest of a traced value.';
    return traced('any', context.analysis.report(context.frame, node, { kind: 'spread', detail }, value));
  }
  const items = elements(value);
  return items ? { kind: 'list', items: items.slice(from) } : UNKNOWN;
}

function assignMember(target: MemberExpression, value: AbstractValue, context: Context): void {
  const { object, name } = evaluateMember(target as MemberExpression & Expression, context);
  if (isTraced(object)) {
    context.analysis.report(context.frame, target, { kind: 'assignment' }, object);
  } else if (object.kind === 'record' && name !== undefined) {
    object.entries.set(name, value);
  } else if (object.kind === 'list' && name !== undefined && /^\d+$/.test(name)) {
    object.items[Number(name)] = value;
  } else if (object.kind === 'known' && object.value !== null && name !== undefined) {
    const holder = object.value;
    if (typeof holder === 'object' || typeof holder === 'function') {
      context.analysis.writeField(holder as object, name, value);
    }
  }
}
