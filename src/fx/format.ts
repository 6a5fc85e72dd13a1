// Graphs, nodes and arguments as text, in the form torch.fx prints them. JavaScript has no whole-number
// type, so `0.0` prints as `0`.

import { Slice, Tuple, ellipsis } from '../tensor/structures';
import { isPlainObject } from '../tensor/function';
import { Node, type Argument } from './node';

/** `torch.fx.Graph.__str__`. */
export function formatGraph(nodes: Iterable<Node>): string {
  return ['graph():', ...[...nodes].map(node => `    ${formatNode(node)}`)].join('\n');
}

/** `torch.fx.Node.format_node`: `%add : [num_users=1] = call_function[target=operator.add](args = (%x, 1), kwargs = {})`. */
export function formatNode(node: Node): string {
  const head = `%${node.name} : [num_users=${node.users.size}] = ${node.op}[target=${formatTarget(node)}]`;
  switch (node.op) {
    case 'placeholder':
      return node.args.length > 0 ? `${head}(default=${formatArgument(node.args[0])})` : head;
    case 'get_attr':
      return head;
    case 'output':
      return `return ${formatArgument(node.args[0])}`;
    default:
      return `${head}(args = ${formatNested(Tuple.from(node.args))}, kwargs = ${formatNested(node.kwargs)})`;
  }
}

/** The simple table `tabulate` makes (headers get two columns of air) for `Graph.print_tabular`. */
export function formatTable(nodes: Iterable<Node>): string {
  const header = ['opcode', 'name', 'target', 'args', 'kwargs'];
  const rows = [...nodes].map(node => [
    node.op,
    node.name,
    formatTarget(node),
    formatArgument(Tuple.from(node.args)),
    formatArgument(node.kwargs)
  ]);
  const widths = header.map((title, c) =>
    rows.reduce((width, row) => Math.max(width, row[c]?.length ?? 0), title.length + 2)
  );
  const line = (row: readonly string[]) => row.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join('  ');
  return [header, widths.map(width => '-'.repeat(width)), ...rows].map(row => line(row).trimEnd()).join('\n');
}

/** An argument as Python's `repr` writes it, nodes as their names. */
export function formatArgument(arg: Argument): string {
  if (arg instanceof Node) {
    return arg.name;
  }
  if (typeof arg === 'string') {
    return arg.includes("'") && !arg.includes('"') ? `"${arg}"` : `'${arg.replace(/'/g, "\\'")}'`;
  }
  const quoteKey = (key: string) => `'${key}'`;
  return formatStructure(arg, formatArgument, quoteKey) ?? formatPrimitive(arg);
}

/** An argument as torch.fx writes it inside a node: `%` before names, texts bare. */
function formatNested(arg: Argument): string {
  if (arg instanceof Node) {
    return `%${arg.name}`;
  }
  return formatStructure(arg, formatNested, key => key) ?? formatPrimitive(arg);
}

function formatStructure(
  arg: Argument,
  format: (item: Argument) => string,
  formatKey: (key: string) => string
): string | undefined {
  if (Array.isArray(arg)) {
    const items = [...(arg as readonly Argument[])].map(format).join(', ');
    return arg instanceof Tuple ? `(${items}${arg.length === 1 ? ',' : ''})` : `[${items}]`;
  }
  if (arg instanceof Slice) {
    // Python's repr writes the names of nodes inside a slice bare, whatever stands around it.
    const parts = [arg.start, arg.stop, arg.step].map(part => formatArgument(part as Argument));
    return `slice(${parts.join(', ')})`;
  }
  if (isPlainObject(arg)) {
    const entries = Object.entries(arg).map(
      ([key, value]) => `${formatKey(key)}: ${format(value as Argument)}`
    );
    return `{${entries.join(', ')}}`;
  }
  return undefined;
}

function formatPrimitive(arg: Argument): string {
  switch (arg) {
    case ellipsis:
      return 'Ellipsis';
    case true:
      return 'True';
    case false:
      return 'False';
    case null:
    case undefined:
      return 'None';
    case Infinity:
      return 'inf';
    case -Infinity:
      return '-inf';
    default:
      return typeof arg === 'number' ? formatNumber(arg) : String(arg as unknown);
  }
}

/** Python's `repr`: exponents from 1e-5 down and 1e16 up, of two digits at least. */
function formatNumber(value: number): string {
  if (value !== value) {
    return 'nan';
  }
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e16)) {
    return String(value);
  }
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

function formatTarget(node: Node): string {
  const target = typeof node.target === 'string' ? node.target : node.target.target;
  return target === 'getattr' ? 'builtins.getattr' : target;
}
