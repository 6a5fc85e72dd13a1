// Statements of a function under analysis. Branches whose condition is known are followed alone, others
// both; loops over known things run, loops over unknown ones are looked through once.

import type {
  Expression,
  ForInStatement,
  ForOfStatement,
  Statement,
  SwitchStatement,
  TryStatement,
  VariableDeclaration
} from 'acorn';
import { textOf } from './analysis';
import { evaluate, evaluateCondition, wordFor, type Context } from './expressions';
import { isTensor } from './operators';
import { assignPattern } from './patterns';
import { rewriteChoice } from './rewrites';
import { Scope } from './scope';
import {
  UNDEFINED,
  UNKNOWN,
  asTraced,
  elements,
  isTraced,
  join,
  known,
  traced,
  type AbstractValue
} from './values';

/** How a run of statements ended. `returned`: what may have been returned until then. */
export interface Completion {
  readonly ends: 'falls_through' | 'leaves' | 'breaks';
  readonly returned: AbstractValue | undefined;
}

const FALLS_THROUGH: Completion = { ends: 'falls_through', returned: undefined };
/** A loop over known values is followed this far; models do not unroll further. */
const LOOP_LIMIT = 4096;

export function runBlock(body: readonly Statement[], context: Context): Completion {
  let returned: AbstractValue | undefined;
  // Compilers leave empty statements behind blocks; what follows an `if` is the next real one.
  const statements = body.filter(statement => statement.type !== 'EmptyStatement');
  for (const [i, statement] of statements.entries()) {
    const completion = runStatement(statement, statements[i + 1], context);
    returned = joinReturned(returned, completion.returned);
    if (completion.ends !== 'falls_through') {
      return { ends: completion.ends, returned };
    }
  }
  return { ends: 'falls_through', returned };
}

function runStatement(node: Statement, following: Statement | undefined, context: Context): Completion {
  context.analysis.spend();
  switch (node.type) {
    case 'ExpressionStatement':
      evaluate(node.expression, context);
      return FALLS_THROUGH;
    case 'VariableDeclaration':
      declareVariables(node, context);
      return FALLS_THROUGH;
    case 'FunctionDeclaration':
      context.scope.declare(node.id.name, {
        kind: 'closure',
        node,
        scope: context.scope,
        frame: context.frame
      });
      return FALLS_THROUGH;
    case 'ReturnStatement':
      return { ends: 'leaves', returned: node.argument ? evaluate(node.argument, context) : UNDEFINED };
    case 'ThrowStatement':
      evaluate(node.argument, context);
      return { ends: 'leaves', returned: undefined };
    case 'BlockStatement':
      return runBlock(node.body, inner(context));
    case 'IfStatement':
      return runIf(node, following, context);
    case 'ForStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return runLoop(node, context);
    case 'ForOfStatement':
    case 'ForInStatement':
      return runForEach(node, context);
    case 'SwitchStatement':
      return runSwitch(node, context);
    case 'TryStatement':
      return runTry(node, context);
    case 'LabeledStatement':
      return runStatement(node.body, following, context);
    case 'BreakStatement':
    case 'ContinueStatement':
      return { ends: 'breaks', returned: undefined };
    default:
      return FALLS_THROUGH;
  }
}

function runIf(
  node: Extract<Statement, { type: 'IfStatement' }>,
  following: Statement | undefined,
  context: Context
): Completion {
  const { analysis, frame, scope } = context;
  const value = evaluate(node.test, context);
  if (isTraced(value)) {
    const rewrite = rewriteChoice(
      node,
      following,
      n => textOf(frame, n),
      n => isTensor(n, context)
    );
    const detail = '`if` on a traced value.';
    analysis.report(frame, node.test, { kind: 'control_flow', detail, rewrite }, value);
  }
  const outcome = isTraced(value) ? undefined : conditionOf(value);
  if (outcome !== undefined) {
    const taken = outcome ? node.consequent : node.alternate;
    return taken ? runStatement(taken, undefined, context) : FALLS_THROUGH;
  }
  const yesScope = scope.fork();
  const noScope = scope.fork();
  const yes = runStatement(node.consequent, undefined, { ...context, scope: yesScope });
  const no = node.alternate
    ? runStatement(node.alternate, undefined, { ...context, scope: noScope })
    : FALLS_THROUGH;
  return joinBranches(scope, [yesScope, yes], [noScope, no]);
}

function conditionOf(value: AbstractValue): boolean | undefined {
  return value.kind === 'known' ? Boolean(value.value) : value.kind === 'unknown' ? undefined : true;
}

function joinBranches(scope: Scope, [a, yes]: [Scope, Completion], [b, no]: [Scope, Completion]): Completion {
  const returned = joinReturned(yes.returned, no.returned);
  if (yes.ends === 'leaves' && no.ends !== 'leaves') {
    scope.adopt(b);
    return { ends: no.ends, returned };
  }
  if (no.ends === 'leaves' && yes.ends !== 'leaves') {
    scope.adopt(a);
    return { ends: yes.ends, returned };
  }
  scope.merge(a, b);
  return { ends: yes.ends === no.ends ? yes.ends : 'falls_through', returned };
}

function runLoop(
  node: Extract<Statement, { type: 'ForStatement' | 'WhileStatement' | 'DoWhileStatement' }>,
  outer: Context
): Completion {
  const context = inner(outer);
  if (node.type === 'ForStatement' && node.init) {
    if (node.init.type === 'VariableDeclaration') {
      declareVariables(node.init, context);
    } else {
      evaluate(node.init, context);
    }
  }
  let returned: AbstractValue | undefined;
  for (let round = 0; round < LOOP_LIMIT; round++) {
    const skipsTest = node.type === 'DoWhileStatement' && round === 0;
    const construct = node.type === 'ForStatement' ? 'for' : 'while';
    const goesOn = skipsTest || !node.test ? true : evaluateCondition(node.test, construct, context);
    if (goesOn === false) {
      break;
    }
    const completion = runStatement(node.body, undefined, inner(context));
    returned = joinReturned(returned, completion.returned);
    if (node.type === 'ForStatement' && node.update) {
      evaluate(node.update, context);
    }
    if (completion.ends === 'leaves' && goesOn === true) {
      return { ends: 'leaves', returned };
    }
    if (goesOn === undefined || completion.ends !== 'falls_through') {
      break;
    }
  }
  return { ends: 'falls_through', returned };
}

function runForEach(node: ForOfStatement | ForInStatement, context: Context): Completion {
  const { analysis, frame } = context;
  const over = asTraced(evaluate(node.right, context));
  if (isTraced(over)) {
    const construct = node.type === 'ForOfStatement' ? 'for … of' : 'for … in';
    const detail = `\`${construct}\` over a traced ${wordFor(over.what)}.`;
    analysis.report(frame, node.right, { kind: 'iteration', detail }, over);
  }
  let returned: AbstractValue | undefined;
  for (const item of itemsOf(over, node.type)) {
    const turn = inner(context);
    if (node.left.type === 'VariableDeclaration') {
      const target = node.left.declarations[0]?.id;
      if (target) {
        assignPattern(target, item, turn, true);
      }
    } else {
      assignPattern(node.left, item, turn);
    }
    const completion = runStatement(node.body, undefined, turn);
    returned = joinReturned(returned, completion.returned);
    if (completion.ends === 'leaves') {
      return { ends: 'leaves', returned };
    }
  }
  return { ends: 'falls_through', returned };
}

function itemsOf(over: AbstractValue, loop: string): readonly AbstractValue[] {
  if (isTraced(over)) {
    return [traced(over.what === 'size' ? 'number' : 'tensor')];
  }
  if (loop === 'ForInStatement') {
    const keyed = over.kind === 'known' && typeof over.value === 'object' && over.value !== null;
    return keyed ? Object.keys(over.value as object).map(known) : [UNKNOWN];
  }
  return elements(over) ?? iterate(over) ?? [UNKNOWN];
}

/** Elements of a known iterable that is no array: a ModuleList, a Map. */
function iterate(over: AbstractValue): AbstractValue[] | undefined {
  if (over.kind !== 'known' || over.value == null) {
    return undefined;
  }
  const method: unknown = Reflect.get(Object(over.value) as object, Symbol.iterator);
  if (typeof method !== 'function') {
    return undefined;
  }
  const items: AbstractValue[] = [];
  for (const item of over.value as Iterable<unknown>) {
    items.push(known(item));
    if (items.length >= LOOP_LIMIT) {
      break;
    }
  }
  return items;
}

function runSwitch(node: SwitchStatement, context: Context): Completion {
  const value = evaluate(node.discriminant, context);
  if (isTraced(value)) {
    const detail = '`switch` on a traced value.';
    context.analysis.report(context.frame, node.discriminant, { kind: 'control_flow', detail }, value);
  }
  let returned: AbstractValue | undefined;
  for (const branch of node.cases) {
    const scope = context.scope.fork();
    if (branch.test) {
      evaluate(branch.test, { ...context, scope });
    }
    const completion = runBlock(branch.consequent, { ...context, scope });
    returned = joinReturned(returned, completion.returned);
    context.scope.merge(scope, context.scope.fork());
  }
  return { ends: 'falls_through', returned };
}

function runTry(node: TryStatement, context: Context): Completion {
  const tried = runBlock(node.block.body, inner(context));
  let returned = tried.returned;
  if (node.handler) {
    const handler = inner(context);
    if (node.handler.param) {
      assignPattern(node.handler.param, UNKNOWN, handler, true);
    }
    returned = joinReturned(returned, runBlock(node.handler.body.body, handler).returned);
  }
  if (node.finalizer) {
    returned = joinReturned(returned, runBlock(node.finalizer.body, inner(context)).returned);
  }
  return { ends: node.handler ? 'falls_through' : tried.ends, returned };
}

function declareVariables(node: VariableDeclaration, context: Context): void {
  for (const { id, init } of node.declarations) {
    assignPattern(id, init ? evaluate(init as Expression, context) : UNDEFINED, context, true);
  }
}

function inner(context: Context): Context {
  return { ...context, scope: new Scope(context.scope) };
}

function joinReturned(a: AbstractValue | undefined, b: AbstractValue | undefined): AbstractValue | undefined {
  return a && b ? join(a, b) : (a ?? b);
}
