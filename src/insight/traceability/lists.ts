// Array methods on lists whose elements are known one by one: `this.heads.map(head => head(x))`.

import type { Expression } from 'acorn';
import { callValue } from './calls';
import type { Context } from './expressions';
import { UNDEFINED, UNKNOWN, elements, isTraced, known, truthiness, type AbstractValue } from './values';

type ListMethod = (
  items: AbstractValue[],
  args: AbstractValue[],
  call: (fn: AbstractValue, ...values: AbstractValue[]) => AbstractValue,
  /** What a callback's answer says; reports a traced one, which cannot say anything yet. */
  decide: (answer: AbstractValue) => boolean | undefined
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
  filter: (items, [fn = UNKNOWN], call, decide) =>
    list(items.filter((item, i) => decide(call(fn, item, known(i))) ?? true)),
  some: (items, [fn = UNKNOWN], call, decide) =>
    combine(
      items.map((item, i) => decide(call(fn, item, known(i)))),
      true
    ),
  every: (items, [fn = UNKNOWN], call, decide) =>
    combine(
      items.map((item, i) => decide(call(fn, item, known(i)))),
      false
    ),
  find: (items, [fn = UNKNOWN], call, decide) => {
    const answers = items.map((item, i) => decide(call(fn, item, known(i))));
    const first = answers.findIndex(answer => answer !== false);
    return first < 0 ? UNDEFINED : answers[first] ? (items[first] ?? UNDEFINED) : UNKNOWN;
  },
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

/** `some` (whether any is true) and `every` (whether any is false): certain as soon as one answer decides it. */
function combine(answers: readonly (boolean | undefined)[], deciding: boolean): AbstractValue {
  if (answers.includes(deciding)) {
    return known(deciding);
  }
  return answers.includes(undefined) ? UNKNOWN : known(!deciding);
}

/** The result, or undefined where `object` is no followed list or the method is not one of the table. */
export function callListMethod(
  object: AbstractValue,
  name: string,
  args: AbstractValue[],
  node: Expression,
  context: Context
): AbstractValue | undefined {
  const items = Object.hasOwn(METHODS, name) ? elements(object) : undefined;
  const method = METHODS[name];
  if (!items || !method) {
    return undefined;
  }
  const call = (fn: AbstractValue, ...values: AbstractValue[]) =>
    callValue(fn, undefined, values, node, context);
  return method(items, args, call, answer => {
    if (isTraced(answer)) {
      const detail = `\`${name}()\` by a traced value.`;
      context.analysis.report(context.frame, node, { kind: 'control_flow', detail }, answer);
    }
    return truthiness(answer);
  });
}
