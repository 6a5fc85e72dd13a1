// The value that stands for a tensor while a model is traced: `torch.fx.Proxy`. It inherits from Tensor, so
// methods are Tensor's own and record through the torch-function protocol; what JavaScript would do with
// its value at once (convert, compare, iterate, measure) is refused here with the reason.

import { call, lookupFunction, TORCH_FUNCTION, type Callee, type Kwargs } from '../tensor/function';
import { slice, tuple } from '../tensor/structures';
import { Tensor } from '../tensor/tensor';
import type { Node } from './node';
import type { TraceErrorKind } from './error';

/** How a proxy reaches its node. */
const NODE: unique symbol = Symbol.for('fxquant.fx.node') as never;

/** What a proxy needs of the tracer that made it. */
export interface ProxyHost {
  record(callee: Callee, args: unknown[], kwargs: Kwargs): unknown;
  fail(kind: TraceErrorKind, reason: string, node: string): never;
}

/** Spread and `for … of` never stop asking for elements; a destructuring pattern asks for fewer than this. */
const MOST_ELEMENTS = 32;

/** Data attributes; reading one is recorded when it is first used, as PyTorch does. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'shape',
  'dtype',
  'ndim',
  'device',
  'requiresGrad',
  'grad',
  'T',
  'mT',
  // Of `torch.max(x, 1)` and its kin; a tensor has neither.
  'values',
  'indices'
]);
const READS_DATA: ReadonlySet<string> = new Set([
  'item',
  'tolist',
  'data',
  'toArray',
  'storage',
  'strides',
  'offset'
]);
/** Array methods that need every element of a traced size. */
const ITERATES: ReadonlySet<string> = new Set([
  'map',
  'forEach',
  'reduce',
  'filter',
  'some',
  'every',
  'find',
  'findIndex',
  'includes',
  'indexOf',
  'join',
  'entries',
  'keys',
  'flatMap'
]);

/** Is it a traced value? */
export function isProxy(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && NODE in value;
}

/** The node a proxy stands for; an attribute read lazily is recorded now. */
export function nodeOf(proxy: object): Node {
  return Reflect.get(proxy, NODE) as Node;
}

/** A traced value for `node`, or for the node that `node()` will record at the first use. */
export function makeProxy(node: Node | (() => Node), host: ProxyHost, label?: string): Tensor {
  let made: Node | undefined = typeof node === 'function' ? undefined : node;
  const getNode = (): Node => (made ??= (node as () => Node)());
  const name = () => made?.name ?? label ?? 'value';
  const target = Object.create(Tensor.prototype) as Tensor;
  const proxy: Tensor = new Proxy(target, {
    get: (_, key) => (typeof key === 'symbol' ? getSymbol(key) : getProperty(key)),
    has: (_, key) => {
      if (typeof key === 'symbol') {
        return key === NODE || key === TORCH_FUNCTION;
      }
      return (
        key in Tensor.prototype ||
        host.fail('iteration', `\`in\` asks whether '${key}' is in a traced value.`, name())
      );
    },
    set: (_, key) =>
      host.fail('assignment', `Writing '${String(key)}' into a traced value cannot be recorded.`, name()),
    deleteProperty: (_, key) =>
      host.fail('assignment', `'${String(key)}' of a traced value cannot be deleted.`, name()),
    ownKeys: () => host.fail('spread', 'The fields of a traced value cannot be listed.', name())
  });

  function getSymbol(key: symbol): unknown {
    switch (key) {
      case NODE:
        return getNode();
      case TORCH_FUNCTION:
        return (callee: Callee, args: unknown[], kwargs: Kwargs) => host.record(callee, args, kwargs);
      case Symbol.iterator:
        return elements;
      case Symbol.toPrimitive:
        return (hint: string) =>
          hint === 'string'
            ? host.fail('conversion', 'A traced value cannot become a text: it has no numbers yet.', name())
            : host.fail(
                'arithmetic',
                'JavaScript operators need a number now; use the methods (x.add(y), x.gt(y)).',
                name()
              );
      case Symbol.toStringTag:
        return 'Proxy';
      default:
        return undefined;
    }
  }

  function getProperty(key: string): unknown {
    if (ATTRIBUTES.has(key)) {
      return makeProxy(
        () => nodeOf(operator('getattr', proxy, pythonAttribute(key)) as object),
        host,
        `${name()}.${key}`
      );
    }
    if (/^\d+$/.test(key)) {
      return operator('operator.getitem', proxy, Number(key));
    }
    if (READS_DATA.has(key)) {
      return () =>
        host.fail('data_access', `\`${key}\` reads numbers, and a traced value has none yet.`, name());
    }
    if (key === 'length') {
      return host.fail(
        'length',
        'The length of a traced value is not known while the graph is recorded.',
        name()
      );
    }
    if (ITERATES.has(key)) {
      return () => host.fail('iteration', `\`${key}\` asks for every element of a traced value.`, name());
    }
    if (key === 'toString' || key === 'valueOf' || key === 'toJSON') {
      return () =>
        host.fail('conversion', 'A traced value cannot become a text: it has no numbers yet.', name());
    }
    const method: unknown = Reflect.get(Tensor.prototype, key);
    if (key === 'setAt') {
      return () =>
        host.fail(
          'assignment',
          'Writing into a traced value cannot be recorded; use torch.where or scatter.',
          name()
        );
    }
    return typeof method === 'function' ? method : sizeMethod(key);
  }

  /** What traced sizes are asked in TypeScript's own words; undefined for names nobody knows. */
  function sizeMethod(key: string): unknown {
    switch (key) {
      case 'slice':
        return (start: number | null = null, stop: number | null = null) =>
          operator('operator.getitem', proxy, slice(start, stop));
      case 'concat':
        return (...parts: unknown[]) =>
          parts.reduce(
            (sum, part) =>
              operator('operator.add', sum, Array.isArray(part) ? tuple(...(part as unknown[])) : part),
            proxy as unknown
          );
      default:
        return undefined;
    }
  }

  function* elements(): Generator<unknown> {
    for (let index = 0; ; index++) {
      if (index >= MOST_ELEMENTS) {
        host.fail(
          'iteration',
          'Spread and `for … of` ask a traced value for every element; how many there are is not known.',
          name()
        );
      }
      yield operator('operator.getitem', proxy, index);
    }
  }

  return proxy;
}

/**
 * What `forward(...rest)` gets for `rest`: elements recorded when they are used. How many there will be is not
 * known, so whoever uses all of them is refused at the last one.
 */
export function restElements(rest: Tensor, host: ProxyHost): Tensor[] {
  const { name } = nodeOf(rest);
  return Array.from({ length: MOST_ELEMENTS + 1 }, (_, index) => {
    const record = () =>
      index < MOST_ELEMENTS
        ? nodeOf(operator('operator.getitem', rest, index) as object)
        : host.fail(
            'iteration',
            'How many rest arguments there are is not known; name the ones you use.',
            name
          );
    return makeProxy(record, host, `${name}[${index}]`);
  });
}

function operator(target: string, ...args: unknown[]): unknown {
  const fn = lookupFunction(target);
  if (!fn) {
    throw new Error(`The operator table has no ${target}`);
  }
  return call(fn, args);
}

function pythonAttribute(key: string): string {
  return key === 'requiresGrad' ? 'requires_grad' : key;
}
