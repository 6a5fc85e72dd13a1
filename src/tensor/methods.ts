// Tensor methods by PyTorch's names: what `call_method` nodes run. A method is a function of its own
// arguments, `self` first; those that read sizes one by one (`x.view(2, 3)`) get their arguments as written.

import { bind, checkResult, findOverride, TORCH_FUNCTION, type FunctionSpec, type Kwargs } from './function';

/** Gets positional arguments, `self` first, and keywords under PyTorch's names. */
export type MethodImplementation = (args: unknown[], kwargs: Kwargs) => unknown;

const methods = new Map<string, MethodImplementation>();

export function defineMethod(name: string, implementation: MethodImplementation): void {
  methods.set(name, implementation);
}

/** A method with the parameters of a function: defaults filled in, keywords bound. */
export function defineMethodLike(name: string, spec: Pick<FunctionSpec, 'parameters' | 'forward'>): void {
  const full: FunctionSpec = { target: `Tensor.${name}`, record: 'asWritten', ...spec };
  methods.set(name, (args, kwargs) => spec.forward(...(bind(full, args, kwargs) as never[])));
}

/** PyTorch's names of all methods. */
export function methodNames(): readonly string[] {
  return [...methods.keys()];
}

export function hasMethod(name: string): boolean {
  return methods.has(name);
}

/**
 * Calls the method PyTorch names `name`; an argument that overrides torch functions gets the call instead.
 * @throws TypeError for a method this library does not have.
 */
export function callMethod(name: string, args: unknown[], kwargs: Kwargs = {}): unknown {
  const override = findOverride(args) ?? findOverride(Object.values(kwargs));
  if (override) {
    return override[TORCH_FUNCTION]({ kind: 'method', name }, args, kwargs);
  }
  const implementation = methods.get(name);
  if (!implementation) {
    throw new TypeError(`Tensor has no method '${name}' here; see FEATURES.md for what is supported`);
  }
  const result = implementation(args, kwargs);
  if (!CUTS.has(name)) {
    checkResult(`Tensor.${name}`, args, result);
  }
  return result;
}

/** Methods that exist to give a tensor without gradient. */
const CUTS: ReadonlySet<string> = new Set(['detach', 'detach_']);
