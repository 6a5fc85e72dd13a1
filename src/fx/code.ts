// A graph as TypeScript that can be pasted into a cell: the names it needs and a class with its `forward`.
// PyTorch: `GraphModule.code`. The class must compile whatever the graph holds, so its values are `any`, and
// functions are called as such where their arguments are not the plain ones.

import * as F from '../nn/functional';
import { isPlainObject, type ParameterSpec, type TorchFunction } from '../tensor/function';
import { operator, ops } from '../tensor/functions/namespaces';
import * as torch from '../tensor/functions/torch';
import { ellipsis, Slice } from '../tensor/structures';
import { Tensor } from '../tensor/tensor';
import type { Graph } from './graph';
import { Node, type Argument, type ArgumentRecord } from './node';

/** Python operators that are methods of Tensor here. */
const OPERATOR_METHODS: { readonly [name: string]: string } = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  truediv: 'div',
  floordiv: 'floorDivide',
  pow: 'pow',
  neg: 'neg',
  matmul: 'matmul',
  getitem: 'at',
  gt: 'gt',
  lt: 'lt',
  ge: 'ge',
  le: 'le',
  eq: 'eq',
  ne: 'ne'
};
/** Methods whose value is no tensor. */
const GIVES_NUMBERS: ReadonlySet<string> = new Set(['size', 'dim', 'item', 'numel', 'tolist', 'shape']);
const ATTRIBUTES: ReadonlySet<string> = new Set(['shape', 'dtype', 'ndim', 'grad']);

/** Words that are free in Python, and so may be node names, but not here; and the names the code itself uses. */
const KEYWORDS = new Set(
  (
    'var let const function new this typeof void switch case default do enum export extends catch delete throw ' +
    'null true false super debugger instanceof static public private protected interface package implements ' +
    'yield await arguments undefined NaN Infinity Math nn fx F operator slice ellipsis Tensor'
  ).split(' ')
);

export function printCode(graph: Graph, className: string): string {
  const names = new Set(['nn']);
  const inputs: Node[] = [];
  const lines: string[] = [];
  const print = new ExpressionPrinter(names);
  for (const node of graph.nodes) {
    if (node.op === 'placeholder') {
      inputs.push(node);
    } else if (node.op === 'output') {
      lines.push(`return ${print.argument(node.args[0])};`);
    } else {
      lines.push(`const ${identifier(node)}: any = ${print.call(node)};`);
    }
  }
  const parameters = inputs.map(node => print.parameter(node));
  const types = inputs.map(printParameterType);
  const name = /^[A-Za-z_$][\w$]*$/.test(className) ? className : 'GraphModule';
  return [
    `import { ${[...names].sort((a, b) => a.localeCompare(b)).join(', ')} } from 'fxquant';`,
    '',
    `class ${name} extends nn.Module<[${types.join(', ')}], any> {`,
    '  [attribute: string]: any;',
    '',
    `  override forward(${parameters.join(', ')}): any {`,
    ...lines.map(line => `    ${line}`),
    '  }',
    '}'
  ].join('\n');
}

function printParameterType(node: Node): string {
  if (isRest(node)) {
    return `...${identifier(node)}: any[]`;
  }
  return `${identifier(node)}${node.args.length > 0 ? '?' : ''}: any`;
}

const isRest = (node: Node) => targetOf(node).startsWith('*');

class ExpressionPrinter {
  /** @param names gets the names the code has to import. */
  constructor(private readonly names: Set<string>) {}

  parameter(node: Node): string {
    if (isRest(node)) {
      return `...${identifier(node)}: any[]`;
    }
    const value = node.args.length > 0 ? ` = ${this.argument(node.args[0])}` : '';
    return `${identifier(node)}: any${value}`;
  }

  call(node: Node): string {
    const args = node.args.map(arg => this.argument(arg));
    const options = this.options(node.kwargs);
    switch (node.op) {
      case 'get_attr':
        return `this${access(node.target as string)}`;
      case 'call_module':
        // Keyword arguments, which only imported graphs have, go as the interpreter gives them.
        return `this${access(node.target as string)}(${[...args, ...this.raw(node.kwargs)].join(', ')})`;
      case 'call_method':
        return this.method(node, args, options);
      default:
        return this.function(node, node.target as TorchFunction, args);
    }
  }

  argument(arg: Argument): string {
    if (arg instanceof Node) {
      return identifier(arg);
    }
    if (Array.isArray(arg)) {
      return `[${Array.from(arg as readonly Argument[], item => this.argument(item)).join(', ')}]`;
    }
    if (arg instanceof Slice) {
      const parts = [arg.start, arg.stop, arg.step] as Argument[];
      while (parts.length > 0 && parts.at(-1) === null) {
        parts.pop();
      }
      return `${this.use('slice')}(${parts.map(part => this.argument(part)).join(', ')})`;
    }
    if (isPlainObject(arg)) {
      return this.object(Object.entries(arg) as [string, Argument][]);
    }
    if (arg === ellipsis) {
      return this.use('ellipsis');
    }
    return typeof arg === 'string' ? JSON.stringify(arg) : String(arg as unknown);
  }

  private method(node: Node, args: string[], options: string[]): string {
    const name = node.target as string;
    const own = camelCase(name);
    const [self = '', ...rest] = args;
    if (own in Tensor.prototype && node.args[0] instanceof Node && !mayBeNumber(node.args[0])) {
      return `${self}.${own}(${[...rest, ...options].join(', ')})`;
    }
    const parts = [JSON.stringify(name), `[${args.join(', ')}]`, ...this.raw(node.kwargs)];
    return `${this.use('fx')}.callMethod(${parts.join(', ')})`;
  }

  private function(node: Node, fn: TorchFunction, args: string[]): string {
    const [self = '', ...rest] = args;
    const name = /^operator\.(\w+)$/.exec(fn.target)?.[1];
    const first = node.args[0];
    if (name !== undefined && Object.hasOwn(operator, name)) {
      const method = OPERATOR_METHODS[name];
      const usable = first instanceof Node && !mayBeNumber(first) && !isSliceOfList(node);
      if (method === undefined || !usable) {
        return `${this.use('operator')}.${name}(${args.join(', ')})`;
      }
      const key = node.args[1];
      const shown =
        name === 'getitem' && Array.isArray(key) ? key.map(k => this.argument(k as Argument)) : rest;
      return `${self}.${method}(${shown.join(', ')})`;
    }
    if (fn.target === 'math.sqrt') {
      return `Math.sqrt(${self})`;
    }
    if (fn.target === 'getattr' && ATTRIBUTES.has(String(node.args[1]))) {
      return `${self}.${String(node.args[1])}`;
    }
    return this.named(fn, node, args);
  }

  private named(fn: TorchFunction, node: Node, args: string[]): string {
    const found = publicName(fn);
    const kwargs = withoutDefaults(node.kwargs, fn.spec.parameters);
    if (!found) {
      const parts = [JSON.stringify(fn.target), `[${args.join(', ')}]`, ...this.raw(kwargs)];
      return `${this.use('fx')}.callFunction(${parts.join(', ')})`;
    }
    this.use(found.slice(0, found.indexOf('.')));
    const required = fn.spec.parameters.filter(p => !('default' in p)).length;
    const options = this.options(kwargs);
    const plain = node.args.length === required && options.length === 0 && !found.startsWith('torch.ops');
    return `${plain ? found : `(${found} as any)`}(${[...args, ...options].join(', ')})`;
  }

  /** Keyword arguments under PyTorch's names. */
  private raw(kwargs: ArgumentRecord): string[] {
    return Object.keys(kwargs).length > 0 ? [this.argument(kwargs)] : [];
  }

  private options(kwargs: ArgumentRecord): string[] {
    const entries = Object.entries(kwargs).map(
      ([name, value]) => [camelCase(name), value] as [string, Argument]
    );
    return entries.length > 0 ? [this.object(entries)] : [];
  }

  private object(entries: readonly [string, Argument][]): string {
    const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
    const fields = entries.map(([name, value]) => `${key(name)}: ${this.argument(value)}`);
    return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
  }

  private use(name: string): string {
    this.names.add(name);
    return name;
  }
}

/** `torch.nn.functional.max_pool2d` → `F.maxPool2d`, where that is this very function. */
function publicName(fn: TorchFunction): string | undefined {
  const name = camelCase(fn.target.slice(fn.target.lastIndexOf('.') + 1));
  const bare = fn.target.slice(fn.target.lastIndexOf('.') + 1);
  if (Reflect.get(F, name) === fn && fn.target.startsWith('torch.nn.functional.')) {
    return `F.${name}`;
  }
  if (Reflect.get(torch, name) === fn) {
    return `torch.${name}`;
  }
  return fn.target === `torch.ops.quantized.${bare}` && Object.hasOwn(ops.quantized, bare)
    ? fn.target
    : undefined;
}

/** Keyword arguments that say something: tracing fills in every default. */
function withoutDefaults(kwargs: ArgumentRecord, parameters: readonly ParameterSpec[]): ArgumentRecord {
  const defaults = new Map(parameters.filter(p => 'default' in p).map(p => [p.name, p.default]));
  return Object.fromEntries(
    Object.entries(kwargs).filter(([name, value]) => !defaults.has(name) || defaults.get(name) !== value)
  );
}

/** True where a value may be a size or a number, which have no methods. */
function mayBeNumber(node: Node): boolean {
  switch (node.op) {
    case 'placeholder':
      // A value given by `concreteArgs`, which only its check reads.
      return [...node.users].some(user =>
        [...user.users].some(reader => targetOf(reader) === 'torch._assert')
      );
    case 'call_method':
      return GIVES_NUMBERS.has(node.target as string);
    case 'call_function': {
      const { target } = node.target as TorchFunction;
      if (target === 'getattr') {
        return node.args[1] === 'shape' || node.args[1] === 'ndim';
      }
      if (target.startsWith('operator.') || target.startsWith('math.')) {
        return node.args.every(arg => !(arg instanceof Node) || mayBeNumber(arg));
      }
      return false;
    }
    default:
      return false;
  }
}

/** `chunks[1:]`: a list has no `at` for that. */
function isSliceOfList(node: Node): boolean {
  const first = node.args[0];
  return (
    node.args[1] instanceof Slice &&
    first instanceof Node &&
    ['torch.chunk', 'torch.split', 'chunk', 'split', 'unbind'].includes(targetOf(first))
  );
}

function targetOf({ target }: Node): string {
  return typeof target === 'string' ? target : target.target;
}

/** `layer1.0.conv` → `.layer1["0"].conv`. */
function access(path: string): string {
  return path
    .split('.')
    .map(part => (/^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`))
    .join('');
}

function identifier(node: Node): string {
  return KEYWORDS.has(node.name) ? `${node.name}$` : node.name;
}

/** `max_pool2d` → `maxPool2d`; a leading underscore stays, a trailing one (in place) goes. */
function camelCase(name: string): string {
  return name.replace(/_+$/, '').replace(/(?!^)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
