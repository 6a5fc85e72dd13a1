// Node arguments as the tagged JSON of graph documents.

import type { ArgValue } from '../protocol';
import { Node, type Argument } from '../fx';
import { ellipsis, isDType, Slice, Tuple } from '../tensor';

export function printArgument(arg: Argument): ArgValue {
  if (arg instanceof Node) {
    return { node: arg.name };
  }
  if (arg instanceof Tuple) {
    return { tuple: Array.from(arg as readonly Argument[], printArgument) };
  }
  if (Array.isArray(arg)) {
    return (arg as readonly Argument[]).map(printArgument);
  }
  if (arg instanceof Slice) {
    const part = (value: unknown) => printArgument(value as Argument);
    return { slice: [part(arg.start), part(arg.stop), part(arg.step)] };
  }
  if (arg === ellipsis) {
    return { ellipsis: true };
  }
  if (typeof arg === 'number' && !Number.isFinite(arg)) {
    return { float: arg > 0 ? 'inf' : arg < 0 ? '-inf' : 'nan' };
  }
  if (typeof arg === 'string') {
    return isDType(arg) ? { enum: `torch.${arg}` } : arg;
  }
  if (typeof arg === 'number' || typeof arg === 'boolean') {
    return arg;
  }
  if (typeof arg === 'object' && arg !== null) {
    return {
      dict: Object.fromEntries(
        Object.entries(arg).map(([key, value]) => [key, printArgument(value as Argument)])
      )
    };
  }
  return null;
}
