// A graph as TypeScript that can be pasted into a cell: the body of a `forward`. PyTorch: `GraphModule.code`.

import { ellipsis, Slice } from '../tensor/structures';
import { isPlainObject, type TorchFunction } from '../tensor/function';
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

export function printCode(graph: Graph, className: string): string {
  const inputs: string[] = [];
  const lines: string[] = [];
  for (const node of graph.nodes) {
    if (node.op === 'placeholder') {
      inputs.push(printParameter(node));
    } else if (node.op === 'output') {
      lines.push(`return ${printArgument(node.args[0])};`);
    } else {
      lines.push(`const ${identifier(node)} = ${printCall(node)};`);
    }
  }
  const name = /^[A-Za-z_$][\w$]*$/.test(className) ? className : 'GraphModule';
  return [
    `class ${name} extends nn.Module<[${inputs.map(() => 'Tensor').join(', ')}], any> {`,
    `  forward(${inputs.join(', ')}) {`,
    ...lines.map(line => `    ${line}`),
    '  }',
    '}'
  ].join('\n');
}

function printParameter(node: Node): string {
  const target = String(node.target);
  if (target.startsWith('*')) {
    return `...${target.slice(1)}: Tensor[]`;
  }
  return node.args.length > 0
    ? `${identifier(node)}: any = ${printArgument(node.args[0])}`
    : `${identifier(node)}: Tensor`;
}

function printCall(node: Node): string {
  const args = node.args.map(printArgument);
  switch (node.op) {
    case 'get_attr':
      return `this${access(node.target as string)}`;
    case 'call_module':
      return `(this${access(node.target as string)} as any)(${withOptions(args, node.kwargs)})`;
    case 'call_method':
      return `${args[0] ?? ''}.${camelCase(node.target as string)}(${withOptions(args.slice(1), node.kwargs)})`;
    default:
      return printFunction(node.target as TorchFunction, args, node.kwargs);
  }
}

function printFunction(fn: TorchFunction, args: string[], kwargs: ArgumentRecord): string {
  const operator = /^operator\.(\w+)$/.exec(fn.target)?.[1];
  const method = operator === undefined ? undefined : OPERATOR_METHODS[operator];
  if (method !== undefined && !/^-?\d/.test(args[0] ?? '')) {
    return `(${args[0] ?? ''} as any).${method}(${args.slice(1).join(', ')})`;
  }
  if (fn.target === 'getattr') {
    return `${args[0] ?? ''}.${JSON.parse(args[1] ?? '""') as string}`;
  }
  return `${publicName(fn.target)}(${withOptions(args, kwargs)})`;
}

/** `torch.nn.functional.max_pool2d` → `F.maxPool2d`. */
function publicName(target: string): string {
  const parts = target.replace(/^torch\.nn\.functional\./, 'F.').split('.');
  const last = parts.pop() ?? '';
  return [...parts, camelCase(last)].join('.');
}

function withOptions(args: string[], kwargs: ArgumentRecord): string {
  const options = Object.entries(kwargs).map(
    ([name, value]) => `${camelCase(name)}: ${printArgument(value)}`
  );
  return [...args, ...(options.length > 0 ? [`{ ${options.join(', ')} }`] : [])].join(', ');
}

function printArgument(arg: Argument): string {
  if (arg instanceof Node) {
    return identifier(arg);
  }
  if (Array.isArray(arg)) {
    return `[${(arg as readonly Argument[]).map(printArgument).join(', ')}]`;
  }
  if (arg instanceof Slice) {
    return `slice(${[arg.start, arg.stop, arg.step].map(part => printArgument(part as Argument)).join(', ')})`;
  }
  if (isPlainObject(arg)) {
    const entries = Object.entries(arg).map(
      ([key, value]) => `${JSON.stringify(key)}: ${printArgument(value as Argument)}`
    );
    return `{ ${entries.join(', ')} }`;
  }
  if (arg === ellipsis) {
    return 'ellipsis';
  }
  return typeof arg === 'string' ? JSON.stringify(arg) : String(arg as unknown);
}

/** `layer1.0.conv` → `.layer1[0].conv`. */
function access(path: string): string {
  return path
    .split('.')
    .map(part => (/^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`))
    .join('');
}

/** Words that are free in Python, and so may be node names, but not here. */
const KEYWORDS = new Set(
  'var let const function new this typeof void switch case default do enum export extends catch delete throw null true false super debugger instanceof static public private protected interface package implements yield'.split(
    ' '
  )
);

function identifier(node: Node): string {
  return KEYWORDS.has(node.name) ? `${node.name}$` : node.name;
}

function camelCase(name: string): string {
  return name.replace(/_+$/, '').replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
