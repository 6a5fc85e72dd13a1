// Functions that can be traced: `F.relu`, `torch.cat`, `operator.add`. A `TorchFunction` is an ordinary
// function that also knows PyTorch's name for it, its parameters, and how torch.fx records a call of it
// (spec 1.4). Every one goes through `call` below, where an argument that wants to see the call instead
// (a tracing proxy) gets it: PyTorch's `__torch_function__`. This file knows neither tensors nor graphs.

/** Objects with this method receive the calls they are an argument of. PyTorch: `__torch_function__`. */
export const TORCH_FUNCTION: unique symbol = Symbol.for('fxquant.torchFunction') as never;

export interface TorchFunctionOverride {
  [TORCH_FUNCTION](callee: Callee, args: unknown[], kwargs: Kwargs): unknown;
}

/** What was called: a function of the table, or a tensor method by PyTorch's name (`args[0]` is `self`). */
export type Callee = { kind: 'function'; fn: TorchFunction } | { kind: 'method'; name: string };

/** Keyword arguments under PyTorch's snake_case names. */
export type Kwargs = Record<string, unknown>;

export interface ParameterSpec {
  /** PyTorch's name, snake_case. */
  readonly name: string;
  /** Absent: the argument is required. */
  readonly default?: unknown;
}

/** What the table knows of a function: its target, its parameters, how it is recorded, what it computes. */
export interface FunctionSpec {
  /** PyTorch's dotted name as it stands in exported graphs: `torch.nn.functional.relu`, `operator.add`. */
  readonly target: string;
  readonly parameters: readonly ParameterSpec[];
  /**
   * How torch.fx records a call. `asWritten`: positional and keyword arguments as the caller wrote them
   * (builtins). A number: that many leading arguments positional, every other one by keyword with its
   * default filled in (library functions written in Python).
   */
  readonly record: 'asWritten' | number;
  /** Other dotted names graphs know it by: where PyTorch's own module path differs. */
  readonly aliases?: readonly string[];
  /**
   * Python's `*args`: this many parameters are bound by position, all further positional arguments are collected in
   * a list, which is the last value `forward` gets; the other parameters are bound by keyword only.
   */
  readonly variadic?: number | undefined;
  /** Another function that takes the call instead, by its arguments (PyTorch: `boolean_dispatch`). */
  readonly dispatch?: (values: readonly unknown[]) => TorchFunction | null;
  /** False: its float results are meant to have no gradient. */
  readonly differentiable?: false;
  /** The computation; receives every parameter in order, defaults filled in. */
  forward(...values: never[]): unknown;
}

/** A traceable function; `__name__` in PyTorch is the last part of `target`. */
export interface TorchFunction {
  (...args: never[]): unknown;
  readonly target: string;
  readonly spec: FunctionSpec;
}

const functions = new Map<string, TorchFunction>();
const aliases = new Map<string, TorchFunction>();

/** Gets the arguments and the result of every computed call of a function that should have a gradient. */
export type ResultCheck = (name: string, args: readonly unknown[], result: unknown) => void;
let resultCheck: ResultCheck = () => {};

/** How autograd, which knows tensors, sees calls. */
export function setResultCheck(check: ResultCheck): void {
  resultCheck = check;
}

export function checkResult(name: string, args: readonly unknown[], result: unknown): void {
  resultCheck(name, args, result);
}

/**
 * Adds a function to the table. A trailing plain object in a call holds keyword arguments in camelCase:
 * `F.maxPool2d(x, 2, { ceilMode: true })`.
 * @typeParam Signature the type users see.
 */
export function defineFunction<Signature extends (...args: never[]) => unknown>(
  spec: FunctionSpec
): Signature & TorchFunction {
  const known = functions.get(spec.target);
  if (known) {
    throw new Error(`defineFunction: ${spec.target} is defined twice`);
  }
  const callable = (...written: unknown[]): unknown => {
    const [args, kwargs] = splitKeywords(written, spec);
    return call(fn, args, kwargs);
  };
  const fn = Object.assign(callable, { target: spec.target, spec }) as unknown as Signature & TorchFunction;
  functions.set(spec.target, fn);
  for (const alias of spec.aliases ?? []) {
    aliases.set(alias, fn);
  }
  return fn;
}

/** The function PyTorch calls `target`, for imported graphs. */
export function lookupFunction(target: string): TorchFunction | undefined {
  return functions.get(target) ?? aliases.get(target);
}

/** Every function of the table, by target. */
export function definedFunctions(): ReadonlyMap<string, TorchFunction> {
  return functions;
}

/**
 * Calls `fn` with arguments as a graph holds them: positional, and keywords under PyTorch's names.
 * @throws TypeError naming the function for a missing, doubled or unknown argument.
 */
export function call(fn: TorchFunction, args: unknown[], kwargs: Kwargs = {}): unknown {
  const override = findOverride(args) ?? findOverride(Object.values(kwargs));
  if (override) {
    const actual = fn.spec.dispatch?.(bind(fn.spec, args, kwargs)) ?? fn;
    return override[TORCH_FUNCTION]({ kind: 'function', fn: actual }, args, kwargs);
  }
  const values = bind(fn.spec, args, kwargs);
  const result = fn.spec.forward(...(values as never[]));
  if (fn.spec.differentiable ?? true) {
    resultCheck(fn.target, values, result);
  }
  return result;
}

/** The arguments of a call in the form torch.fx would record them. See `FunctionSpec.record`. */
export function recordedArguments(fn: TorchFunction, args: unknown[], kwargs: Kwargs): [unknown[], Kwargs] {
  const { parameters, record, variadic } = fn.spec;
  if (record === 'asWritten') {
    return [args, kwargs];
  }
  const values = bind(fn.spec, args, kwargs);
  if (variadic !== undefined) {
    const options = parameters.slice(variadic).map((p, i) => [p.name, values[variadic + i]] as const);
    return [args, Object.fromEntries(options)];
  }
  const named = parameters.slice(record).map((p, i) => [p.name, values[record + i]] as const);
  return [values.slice(0, record), Object.fromEntries(named)];
}

/** Values for all parameters in order, from positional and keyword arguments. */
export function bind(spec: FunctionSpec, args: readonly unknown[], kwargs: Kwargs): unknown[] {
  const { target, parameters, variadic } = spec;
  if (variadic !== undefined) {
    const fixed = bind({ ...spec, variadic: undefined }, args.slice(0, variadic), kwargs);
    return [...fixed, args.slice(variadic)];
  }
  if (args.length > parameters.length) {
    throw new TypeError(`${target} takes ${parameters.length} arguments, got ${args.length}`);
  }
  const names = new Set(parameters.map(p => p.name));
  for (const name of Object.keys(kwargs)) {
    if (!names.has(name)) {
      throw new TypeError(`${target} has no argument '${name}'; it takes: ${[...names].join(', ')}`);
    }
  }
  return parameters.map((p, i) => {
    const keyword = kwargs[p.name];
    if (i < args.length && args[i] !== undefined) {
      if (keyword !== undefined) {
        throw new TypeError(`${target} got argument '${p.name}' twice, by position and by name`);
      }
      return args[i];
    }
    if (keyword !== undefined) {
      return keyword;
    }
    if (!('default' in p)) {
      throw new TypeError(`${target} misses its argument '${p.name}'`);
    }
    return p.default;
  });
}

/** First object, also inside lists and plain objects, that overrides torch functions. */
export function findOverride(values: readonly unknown[]): TorchFunctionOverride | undefined {
  for (const value of values) {
    if (isOverride(value)) {
      return value;
    }
    const inner = Array.isArray(value)
      ? findOverride(value as unknown[])
      : isPlainObject(value)
        ? findOverride(Object.values(value))
        : undefined;
    if (inner) {
      return inner;
    }
  }
  return undefined;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}

function isOverride(value: unknown): value is TorchFunctionOverride {
  return (
    value !== null && (typeof value === 'object' || typeof value === 'function') && TORCH_FUNCTION in value
  );
}

function splitKeywords(written: unknown[], spec: FunctionSpec): [unknown[], Kwargs] {
  const last = written.at(-1);
  if (written.length === 0 || !isPlainObject(last)) {
    return [written, {}];
  }
  const kwargs = Object.fromEntries(
    Object.entries(last)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [snakeCase(name), value])
  );
  const known = new Set(spec.parameters.map(p => p.name));
  for (const name of Object.keys(kwargs)) {
    if (!known.has(name)) {
      throw new TypeError(`${spec.target} has no option '${name}'; it takes: ${[...known].join(', ')}`);
    }
  }
  return [written.slice(0, -1), kwargs];
}
