// Runs calls that `fixtures/recorder.py` recorded from PyTorch and compares numbers, dtypes, shapes, changed arguments,
// gradients, and the arguments a graph would hold.

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { ellipsis, fromData, manualSeed, Slice, Tensor, tuple, Tuple, type DType } from '../../src/tensor';
import {
  call,
  lookupFunction,
  recordedArguments,
  TORCH_FUNCTION,
  type Callee,
  type Kwargs
} from '../../src/tensor/function';
import { callMethod } from '../../src/tensor/methods';
import { rounder } from '../../src/tensor/rounder';
import { elementsOf } from '../autograd/elements';

type Json = null | number | string | boolean | readonly Json[] | { readonly [key: string]: Json };
interface EncodedTensor {
  readonly t: readonly (number | string | boolean)[];
  readonly s: readonly number[];
  readonly d: DType;
  /** Recorded is the transpose of a tensor that is not contiguous. */
  readonly T?: true;
}

export interface RecordedCall {
  readonly call: string;
  readonly args: readonly Json[];
  readonly kwargs: { readonly [name: string]: Json };
  readonly out?: Json;
  readonly error?: string;
  readonly exact?: true;
  readonly grads?: readonly (Json | null)[];
  /** Tensors among the arguments that the call wrote into, by place. */
  readonly changed?: { readonly [place: string]: Json };
  readonly node?: {
    readonly op?: string;
    readonly target?: string;
    readonly args?: readonly Json[];
    readonly kwargs?: { readonly [name: string]: Json };
  };
}

export function loadCalls(url: URL): RecordedCall[] {
  return JSON.parse(readFileSync(url, 'utf8')) as RecordedCall[];
}

const isTensor = (v: Json): v is Json & EncodedTensor => typeof v === 'object' && v !== null && 't' in v;

function decode(value: Json, tensorOf: (encoded: EncodedTensor) => unknown): unknown {
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map(v => decode(v, tensorOf));
  }
  if (typeof value === 'string' && ['inf', '-inf', 'nan'].includes(value)) {
    return Number(value.replace('inf', 'Infinity'));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (isTensor(value)) {
    return tensorOf(value);
  }
  const tagged = value as { readonly [key: string]: Json };
  if ('tuple' in tagged) {
    return tuple(...(decode(tagged.tuple as Json, tensorOf) as unknown[]));
  }
  if ('dict' in tagged) {
    return decodeRecord(tagged.dict as { readonly [key: string]: Json }, tensorOf);
  }
  if ('slice' in tagged) {
    const [start, stop, step] = tagged.slice as (number | null)[];
    return new Slice(start ?? null, stop ?? null, step ?? null);
  }
  if ('ellipsis' in tagged) {
    return ellipsis;
  }
  return 'enum' in tagged ? tagged.enum : tagged.node === undefined ? tagged : { node: tagged.node };
}

function decodeRecord(
  record: { readonly [key: string]: Json },
  tensorOf: (encoded: EncodedTensor) => unknown
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, v]) => [key, decode(v, tensorOf)]));
}

export function decodeTensor({ t, s, d, T }: EncodedTensor): Tensor {
  const values = t.map(v => (typeof v === 'string' ? Number(v.replace('inf', 'Infinity')) : Number(v)));
  const tensor = fromData(values.map(rounder(d)), s, d);
  return T ? tensor.t() : tensor;
}

export function run(name: string, args: readonly unknown[], kwargs: Kwargs): unknown {
  if (name.startsWith('Tensor.')) {
    return callMethod(name.slice(7), [...args], kwargs);
  }
  const method = { sigmoid: 'sigmoid', tanh: 'tanh' }[name.replace('torch.nn.functional.', '') as 'tanh'];
  if (method) {
    return callMethod(method, [...args], kwargs);
  }
  const fn = lookupFunction(name.replace('functional.upsample', 'functional.interpolate'));
  if (!fn) {
    throw new Error(`there is no function ${name}`);
  }
  return call(fn, [...args], kwargs);
}

/** Relative and absolute difference allowed, by dtype: a few units in the last place. */
const TOLERANCE: Readonly<Record<string, readonly [number, number]>> = {
  float32: [1e-6, 2e-7],
  float64: [1e-12, 1e-13],
  float16: [1e-3, 1e-6]
};

/** Absolute difference float32 results may have: sums of many terms are added up in another order. */
let sums = 0;

function compareTensors(found: Tensor, wanted: Tensor, exact: boolean, what: string): void {
  expect(found.shape, `${what}: shape`).toEqual(wanted.shape);
  expect(found.dtype, `${what}: dtype`).toBe(wanted.dtype);
  const [a, b] = [found.data(), wanted.data()];
  const [relative, absolute] = exact ? [0, 0] : (TOLERANCE[wanted.dtype] ?? [0, 0]);
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    const same =
      Object.is(x, y) ||
      x === y ||
      Math.abs(x - y) <=
        (wanted.dtype === 'float32' ? Math.max(absolute, sums) : absolute) + relative * Math.abs(y);
    expect(same, `${what}: element ${i} is ${x}, PyTorch gives ${y}`).toBe(true);
  }
}

export function compareValues(found: unknown, wanted: unknown, exact: boolean, what: string): void {
  if (wanted instanceof Tensor) {
    expect(found, what).toBeInstanceOf(Tensor);
    compareTensors(found as Tensor, wanted, exact, what);
  } else if (Array.isArray(wanted)) {
    expect(Array.isArray(found), `${what}: is it a list?`).toBe(true);
    expect((found as unknown[]).length, `${what}: length`).toBe(wanted.length);
    (wanted as unknown[]).forEach((item, i) =>
      compareValues((found as unknown[])[i], item, exact, `${what}[${i}]`)
    );
  } else if (typeof wanted === 'number' && typeof found === 'number') {
    expect(
      Math.abs(found - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted)),
      `${what}: ${found}, ${wanted}`
    ).toBe(true);
  } else {
    expect(found, what).toEqual(wanted);
  }
}

/** Everything that was recorded of one call. @param absolute difference allowed for float32, where sums are long. */
export function replay(recorded: RecordedCall, absolute = 0, seed = 0): void {
  sums = absolute;
  const args = recorded.args.map(v => decode(v, decodeTensor));
  const kwargs = decodeRecord(recorded.kwargs, decodeTensor);
  manualSeed(seed);
  if (recorded.error !== undefined) {
    expect(() => run(recorded.call, args, kwargs), `PyTorch: ${recorded.error}`).toThrow();
    return;
  }
  compareValues(
    run(recorded.call, args, kwargs),
    decode(recorded.out ?? null, decodeTensor),
    recorded.exact ?? false,
    'result'
  );
  const tensors = elementsOf([args, Object.values(kwargs)]);
  const before = elementsOf([
    recorded.args.map(v => decode(v, decodeTensor)),
    Object.values(decodeRecord(recorded.kwargs, decodeTensor))
  ]);
  tensors.forEach((t, i) => {
    const changed = recorded.changed?.[String(i)];
    const wanted = changed === undefined ? before[i]! : (decode(changed, decodeTensor) as Tensor);
    compareTensors(t, wanted, recorded.exact ?? false, `argument ${i} after the call`);
  });
  if (recorded.grads) {
    replayGradients(recorded, seed);
  }
}

function replayGradients(recorded: RecordedCall, seed: number): void {
  const leaves: Tensor[] = [];
  const lift = (encoded: EncodedTensor): Tensor => {
    const t = decodeTensor(encoded);
    if (!encoded.d.startsWith('float')) {
      return t;
    }
    const leaf = t.to('float64').requiresGrad_();
    leaves.push(leaf);
    return leaf.mul(1);
  };
  const args = recorded.args.map(v => decode(v, lift));
  const kwargs = decodeRecord(recorded.kwargs, lift);
  manualSeed(seed);
  const outputs = elementsOf([run(recorded.call, args, kwargs)]).filter(t => t.requiresGrad);
  let loss = fromData([0], [], 'float64');
  for (const output of outputs) {
    const weights = Array.from({ length: output.numel() }, (_, i) => Math.cos(i));
    loss = loss.add(output.mul(fromData(weights, output.shape, 'float64')).sum());
  }
  const expectsSome = recorded.grads?.some(g => g !== null && isTensor(g) && g.t.some(v => v !== 0));
  expect(loss.requiresGrad || !expectsSome, 'is the call recorded?').toBe(true);
  if (loss.requiresGrad) {
    loss.backward();
  }
  recorded.grads?.forEach((grad, i) => {
    const leaf = leaves[i]!;
    const found = leaf.grad ?? fromData(new Float64Array(leaf.numel()), leaf.shape, 'float64');
    const wanted =
      grad === null
        ? fromData(new Float64Array(leaf.numel()), leaf.shape, 'float64')
        : (decode(grad, decodeTensor) as Tensor);
    const [a, b] = [found.data(), wanted.data()];
    for (let k = 0; k < b.length; k++) {
      const [x, y] = [a[k]!, b[k]!];
      const same = Object.is(x, y) || Math.abs(x - y) <= 1e-6 * Math.max(1, Math.abs(y));
      expect(same, `gradient of input ${i}, element ${k}: ${x}, PyTorch gives ${y}`).toBe(true);
    }
  });
}

/** What a graph would hold: compared with the node torch.fx records. */
export function replayNode(recorded: RecordedCall): void {
  const { node } = recorded;
  if (!node?.target || !node.args || !node.kwargs) {
    return;
  }
  let seen: { name: string; args: unknown[]; kwargs: Kwargs } | undefined;
  let count = 0;
  const stub = (): unknown => ({
    node: `x${count++}`,
    [TORCH_FUNCTION]: (callee: Callee, args: unknown[], kwargs: Kwargs) => {
      const [positional, named] =
        callee.kind === 'function' ? recordedArguments(callee.fn, args, kwargs) : [args, kwargs];
      const name = callee.kind === 'function' ? callee.fn.target : callee.name;
      seen = { name, args: positional, kwargs: named };
      return null;
    }
  });
  const args = recorded.args.map(v => decode(v, stub));
  const kwargs = decodeRecord(recorded.kwargs, stub);
  run(recorded.call, args, kwargs);
  expect(seen, 'is the call recorded?').toBeDefined();
  const target =
    node.op === 'call_function' ? (lookupFunction(node.target)?.target ?? node.target) : node.target;
  expect(seen?.name).toBe(target);
  expect(bare(seen?.args)).toEqual(bare(node.args.map(v => decode(v, decodeTensor))));
  expect(bare(seen?.kwargs)).toEqual(bare(decodeRecord(node.kwargs, decodeTensor)));
}

/** Plain data: stubs by their names, tuples told apart from lists. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = Array.from(value as unknown[], bare);
    return value instanceof Tuple ? { tuple: items } : items;
  }
  if (value instanceof Slice) {
    return { slice: [value.start, value.stop, value.step] };
  }
  if (value instanceof Tensor) {
    return { tensor: value.tolist() };
  }
  if (typeof value === 'object' && value !== null) {
    return 'node' in value
      ? { node: value.node }
      : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bare(item)]));
  }
  return value;
}

export function describeCall({ call: name, args, kwargs }: RecordedCall): string {
  const text = (v: Json): string =>
    isTensor(v)
      ? `${v.d}[${v.s.join(',')}]`
      : Array.isArray(v)
        ? `[${(v as Json[]).map(text).join(', ')}]`
        : JSON.stringify(v);
  return `${name}(${[...args.map(text), ...Object.entries(kwargs).map(([k, v]) => `${k}=${text(v)}`)].join(', ')})`;
}
