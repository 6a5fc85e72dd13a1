// Array methods on lists whose elements are known one by one: `this.heads.map(head => head(x))`.

import type { Expression } from 'acorn';
import { callValue } from './calls';
import type { Context } from './expressions';
import { UNDEFINED, UNKNOWN, elements, known, truthiness, type AbstractValue } from './values';

type ListMethod = (
  items: AbstractValue[],
  args: AbstractValue[],
  call: (fn: AbstractValue, ...values: AbstractValue[]) => AbstractValue
) => AbstractValue;

const list = (items: AbstractValue[]): AbstractValue => ({ kind: 'list', items });

function numberOf(value: AbstractValue | undefined): number | undefined {
  return value?.kind === 'known' && typeof value.value === 'number' ? value.value : undefined;
}

const METHODS: { readonly [name: string]: ListMethod } = {
  map: (items, [fn = UNKNOWN], call) => list(items.map((item, i) => call(fn, item, known(i)))),
  flatMap: (items, [fn = UNKNOWN], call) =>
    list(
      items.flatMap((item, i) => {
        const result = call(fn, item, known(i));
        return elements(result) ?? [result];
      })
    ),
  forEach: (items, [fn = UNKNOWN], call) => {
    items.forEach((item, i) => call(fn, item, known(i)));
    return UNDEFINED;
  },
  reduce: (items, [fn = UNKNOWN, start], call) => {
    const rest = start ? items : items.slice(1);
    return rest.reduce((value, item, i) => call(fn, value, item, known(i)), start ?? items[0] ?? UNDEFINED);
  },
  filter: (items, [fn = UNKNOWN], call) =>
    list(items.filter((item, i) => truthiness(call(fn, item, known(i))) ?? true)),
  push: (items, args) => {
    items.push(...args);
    return known(items.length);
  },
  pop: items => items.pop() ?? UNDEFINED,
  concat: (items, args) => list([...items, ...args.flatMap(arg => elements(arg) ?? [arg])]),
  slice: (items, [from, to]) => list(items.slice(numberOf(from) ?? 0, numberOf(to))),
  at: (items, [index]) => items.at(numberOf(index) ?? 0) ?? UNDEFINED,
  reverse: items => list([...items].reverse()),
  entries: items => list(items.map((item, i) => list([known(i), item]))),
  values: items => list(items)
};

/** The result, or undefined where `object` is no followed list or the method is not one of the table. */
export function callListMethod(
  object: AbstractValue,
  name: string,
  args: AbstractValue[],
  context: Context
): AbstractValue | undefined {
  const items = Object.hasOwn(METHODS, name) ? elements(object) : undefined;
  const method = METHODS[name];
  if (!items || !method) {
    return undefined;
  }
  const node = { type: 'Identifier', name, start: 0, end: 0 } as Expression;
  return method(items, args, (fn, ...values) => callValue(fn, undefined, values, node, context));
}
