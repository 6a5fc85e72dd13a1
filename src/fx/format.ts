// Nodes and arguments as text, for messages and tables.

import { Slice, Tuple, ellipsis } from '../tensor/structures';
import { isPlainObject } from '../tensor/function';
import { Node, type Argument } from './node';

export function formatNode(node: Node): string {
  const args = node.args.map(formatArgument);
  const kwargs = Object.entries(node.kwargs).map(([name, value]) => `${name}=${formatArgument(value)}`);
  const target = typeof node.target === 'string' ? node.target : node.target.target;
  switch (node.op) {
    case 'placeholder':
      return `${node.name} = placeholder${args.length > 0 ? ` (default ${args.join()})` : ''}`;
    case 'output':
      return `return ${args.join(', ')}`;
    case 'get_attr':
      return `${node.name} = self.${target}`;
    default:
      return `${node.name} = ${node.op}[${target}](${[...args, ...kwargs].join(', ')})`;
  }
}

export function formatArgument(arg: Argument): string {
  if (arg instanceof Node) {
    return arg.name;
  }
  if (Array.isArray(arg)) {
    const items = (arg as readonly Argument[]).map(formatArgument).join(', ');
    return arg instanceof Tuple ? `(${items}${arg.length === 1 ? ',' : ''})` : `[${items}]`;
  }
  if (arg instanceof Slice) {
    return `slice(${[arg.start, arg.stop, arg.step].map(part => formatArgument(part as Argument)).join(', ')})`;
  }
  if (isPlainObject(arg)) {
    return `{${Object.entries(arg)
      .map(([key, value]) => `${key}: ${formatArgument(value as Argument)}`)
      .join(', ')}}`;
  }
  if (arg === ellipsis) {
    return '...';
  }
  return typeof arg === 'string' ? `'${arg}'` : String(arg as unknown);
}
