// Calls: of modules (looked into unless they are leaves), of tensor methods, of the user's own helpers, of
// list methods with callbacks, and of JavaScript's built-ins, which see nothing in a traced value.

import type { CallExpression, Expression, NewExpression, Super } from 'acorn';
import { Sequential } from '../../nn';
import { className, isModule, type Module } from '../../nn/module';
import { textOf } from './analysis';
import { evaluate, evaluateItems, evaluateMember, wordFor, type Context } from './expressions';
import { callBuiltin, JAVASCRIPT, lookUp } from './builtins';
import { callListMethod } from './lists';
import { assignPattern } from './patterns';
import { at, rewriteSpreadCall } from './rewrites';
import { Scope } from './scope';
import { parseFunction } from '../../fx/source';
import { runBlock } from './statements';
import {
  UNDEFINED,
  UNKNOWN,
  asTraced,
  containsTraced,
  isTraced,
  known,
  traced,
  type AbstractValue,
  type Frame,
  type TracedKind
} from './values';

/** Deeper calls than this are taken for recursion without an end. */
const DEPTH_LIMIT = 60;

export function evaluateCall(node: CallExpression, context: Context): AbstractValue {
  const callee = unwrap(node.callee);
  const member = callee.type === 'MemberExpression' ? evaluateMember(callee, context) : undefined;
  const target = member?.value ?? evaluate(callee, context);
  const rewrite = () =>
    at(
      node,
      rewriteSpreadCall(node, n => textOf(context.frame, n))
    );
  const args = evaluateItems(node.arguments, context, rewrite) ?? [UNKNOWN];
  if (member && isTraced(member.object)) {
    return callTraced(member.object, member.name, node, args, context);
  }
  const listResult =
    member?.name === undefined ? undefined : callListMethod(member.object, member.name, args, node, context);
  if (listResult) {
    return listResult;
  }
  const self =
    callee.type === 'MemberExpression' && callee.object.type === 'Super'
      ? context.frame.self
      : member?.object;
  return callValue(target, self, args, node, context);
}

export function evaluateNew(node: NewExpression, context: Context): AbstractValue {
  const callee = evaluate(node.callee, context);
  const args = evaluateItems(node.arguments, context, () => undefined) ?? [];
  if (args.some(isTraced) && callee.kind === 'known' && JAVASCRIPT.has(callee.value)) {
    const detail = `\`new ${textOf(context.frame, node.callee)}\` with a traced value.`;
    context.analysis.report(context.frame, node, { kind: 'conversion', detail }, args.find(isTraced));
  }
  return args.some(containsTraced) ? traced('any') : UNKNOWN;
}

/** `(0, module.fn)(x)` is how compilers write a call of an imported function. */
function unwrap(callee: Expression | Super): Expression | Super {
  if (callee.type === 'ParenthesizedExpression') {
    return unwrap(callee.expression);
  }
  const last = callee.type === 'SequenceExpression' ? callee.expressions.at(-1) : undefined;
  return last ? unwrap(last) : callee;
}

/** Calls whatever a value is known to be. Also used for callbacks. */
export function callValue(
  target: AbstractValue,
  self: AbstractValue | undefined,
  args: AbstractValue[],
  node: Expression,
  context: Context
): AbstractValue {
  if (target.kind === 'closure') {
    return callClosure(target, args, context);
  }
  if (target.kind !== 'known' || typeof target.value !== 'function') {
    return args.some(containsTraced) || isTraced(target) ? traced('any') : UNKNOWN;
  }
  const fn = target.value as (...args: never[]) => unknown;
  if (isModule(fn)) {
    if (!context.analysis.paths.has(fn)) {
      const detail = `A ${className(fn)} that is not registered.`;
      context.analysis.report(context.frame, node, { kind: 'unregistered', detail });
      return traced('any');
    }
    return callModule(fn, args, context);
  }
  if (context.analysis.options.isLibraryFunction(fn)) {
    return args.some(containsTraced) ? traced(resultOf(fn.name)) : UNKNOWN;
  }
  if (JAVASCRIPT.has(fn)) {
    return callBuiltin(fn, args.map(asTraced), node, context);
  }
  return (
    lookUp(fn, self, args) ??
    callUserFunction(fn, self ?? UNDEFINED, args, context) ??
    (args.some(containsTraced) ? traced('any') : UNKNOWN)
  );
}

/** Follows a module call as the tracer would. */
export function callModule(module: Module, args: AbstractValue[], context: Context): AbstractValue {
  const { analysis } = context;
  const path = analysis.paths.get(module) ?? '';
  if (analysis.options.isLeaf(module, path)) {
    return traced(
      /^(LSTM|GRU|RNN|LSTMCell|MultiheadAttention)$/.test(className(module)) ? 'tuple' : 'tensor'
    );
  }
  if (module.forward === Sequential.prototype.forward) {
    return [...module.children()].reduce<AbstractValue>(
      (value, child) => callModule(child, [value], context),
      args[0] ?? traced('tensor')
    );
  }
  const home = ownerOf(module, 'forward');
  if (home === null || isLibraryPrototype(home, context)) {
    return traced('tensor');
  }
  const result = enter(module.forward, known(module), home, args, context, {
    modulePath: path,
    className: className(module),
    functionName: 'forward'
  });
  return result ?? traced('any');
}

function callUserFunction(
  fn: (...args: never[]) => unknown,
  self: AbstractValue,
  args: AbstractValue[],
  context: Context
): AbstractValue | undefined {
  const holder = self.kind === 'known' && isModule(self.value) ? self.value : null;
  const home = holder ? ownerOf(holder, fn.name) : null;
  if (home !== null && isLibraryPrototype(home, context)) {
    return args.some(containsTraced) ? traced('any') : UNKNOWN;
  }
  return enter(fn, self, home, args, context, {
    modulePath: holder
      ? (context.analysis.paths.get(holder) ?? context.frame.modulePath)
      : context.frame.modulePath,
    className: holder ? className(holder) : context.frame.className,
    functionName: fn.name
  });
}

function enter(
  fn: (...args: never[]) => unknown,
  self: AbstractValue,
  home: object | null,
  args: AbstractValue[],
  context: Context,
  where: Pick<Frame, 'modulePath' | 'className' | 'functionName'>
): AbstractValue | undefined {
  const depth = context.frame.depth + 1;
  const parsed = depth > DEPTH_LIMIT ? undefined : parseFunction(fn);
  if (!parsed) {
    return undefined;
  }
  const frame: Frame = { ...where, source: parsed.source, prefix: parsed.prefix, self, home, depth };
  if (parsed.node.async || parsed.node.generator) {
    const detail = parsed.node.async ? '`async` function.' : 'Generator function.';
    context.analysis.report(frame, parsed.node, { kind: 'async', detail });
  }
  return callClosure({ kind: 'closure', node: parsed.node, scope: new Scope(), frame }, args, context);
}

function callClosure(
  closure: Extract<AbstractValue, { kind: 'closure' }>,
  args: AbstractValue[],
  context: Context
): AbstractValue {
  const scope = new Scope(closure.scope);
  const inner: Context = { analysis: context.analysis, frame: closure.frame, scope };
  closure.node.params.forEach((param, i) => {
    const value =
      param.type === 'RestElement'
        ? ({ kind: 'list', items: args.slice(i) } as const)
        : (args[i] ?? UNDEFINED);
    assignPattern(param, value, inner, true);
  });
  const { body } = closure.node;
  if (body.type !== 'BlockStatement') {
    return evaluate(body, inner);
  }
  return runBlock(body.body, inner).returned ?? UNDEFINED;
}

/** Methods that read numbers out of a tensor, or call back for every element of a traced size. */
const READS_DATA = new Set(['item', 'tolist', 'data', 'toArray', 'toString', 'valueOf']);
const ITERATES = new Set([
  'map',
  'forEach',
  'reduce',
  'filter',
  'some',
  'every',
  'find',
  'join',
  'includes',
  'indexOf',
  'entries',
  'keys',
  'values',
  'flatMap',
  'push',
  'pop',
  'reverse',
  'sort',
  'splice'
]);

function callTraced(
  object: Extract<AbstractValue, { kind: 'traced' }>,
  name: string | undefined,
  node: CallExpression,
  args: AbstractValue[],
  context: Context
): AbstractValue {
  const { analysis, frame } = context;
  const { what, cause } = object;
  if (name !== undefined && READS_DATA.has(name)) {
    const detail = `\`${name}()\` on a traced ${wordFor(what)}.`;
    return traced('any', analysis.report(frame, node, { kind: 'data_access', detail }, object));
  }
  if (name !== undefined && ITERATES.has(name) && what !== 'tensor') {
    const detail = `\`${name}()\` on a traced ${wordFor(what)}.`;
    return traced('any', analysis.report(frame, node, { kind: 'iteration', detail }, object));
  }
  if (name === 'size') {
    return traced(args.length === 0 ? 'size' : 'number');
  }
  if (name === 'dim' || name === 'numel') {
    return traced('number');
  }
  if (what === 'size') {
    return traced(name === 'at' ? 'number' : 'size');
  }
  return traced(what === 'number' ? 'number' : resultOf(name ?? ''), cause);
}

function resultOf(name: string): TracedKind {
  return /^(chunk|split|unbind|topk|tensorSplit)$/.test(name) ? 'tuple' : 'tensor';
}

/** The prototype (or the module itself, for a function in a field) that holds the method. */
function ownerOf(module: object, name: string): object | null {
  for (let holder: object | null = module; holder; holder = Object.getPrototypeOf(holder) as object | null) {
    if (Object.hasOwn(holder, name)) {
      return holder;
    }
  }
  return null;
}

function isLibraryPrototype(home: object, context: Context): boolean {
  const constructor: unknown = Object.hasOwn(home, 'constructor')
    ? Reflect.get(home, 'constructor')
    : undefined;
  return context.analysis.options.isLibraryFunction(constructor);
}
