// Reading what `fixtures/recorder.py` writes: tensors, tuples and modules as plain JSON.

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { nn } from '../../src';
import { Tensor, torch } from '../../src';
import { fromData, tuple, type DType } from '../../src/tensor';

export interface RecordedTensor {
  shape: number[];
  dtype: DType;
  values: number[];
  scale?: number;
  zero_point?: number;
}
/** Lists stand for tuples and lists alike. */
export type Recorded = RecordedTensor | null | number | boolean | Recorded[];

export interface RecordedGradients {
  parameters: Record<string, RecordedTensor>;
  inputs: RecordedTensor[];
}

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}

export const toTensor = ({ shape, dtype, values }: RecordedTensor): Tensor => fromData(values, shape, dtype);

/** Tensors and tuples as recorded. */
export function revive(value: Recorded): unknown {
  if (Array.isArray(value)) {
    return tuple(...value.map(revive));
  }
  return typeof value === 'object' && value !== null ? toTensor(value) : value;
}

/** Every tensor of a nested value, in order. */
export function tensorsOf(value: unknown): Tensor[] {
  return value instanceof Tensor ? [value] : Array.isArray(value) ? value.flatMap(tensorsOf) : [];
}

export function load(module: nn.Module, state: Record<string, RecordedTensor>): void {
  const entries = Object.entries(state).map(([key, value]) => [key, toTensor(value)] as const);
  (module as unknown as { loadStateDict(s: Map<string, Tensor>): void }).loadStateDict(new Map(entries));
}

/** Same structure, shapes and dtypes; numbers within `absolute + relative · |want|`. */
export function expectClose(
  got: unknown,
  want: Recorded,
  { absolute = 1e-5, relative = 1e-5 } = {},
  where = 'value'
): void {
  if (Array.isArray(want)) {
    expect(Array.isArray(got), `${where} is a list`).toBe(true);
    expect((got as unknown[]).length, `${where}: length`).toBe(want.length);
    want.forEach((item, i) => {
      expectClose((got as unknown[])[i], item, { absolute, relative }, `${where}.${i}`);
    });
    return;
  }
  if (typeof want !== 'object' || want === null) {
    expect(got, where).toEqual(want);
    return;
  }
  expect(got, where).toBeInstanceOf(Tensor);
  const tensor = got as Tensor;
  expect([...tensor.shape], `${where}: shape`).toEqual(want.shape);
  expect(tensor.dtype, `${where}: dtype`).toBe(want.dtype);
  const values = [...tensor.data()];
  const off = values.findIndex(
    (v, i) =>
      !(Math.abs(v - want.values[i]!) <= absolute + relative * Math.abs(want.values[i]!)) &&
      v !== want.values[i]
  );
  expect(off < 0 ? '' : `${where}[${off}] is ${values[off]}, recorded ${want.values[off]}`).toBe('');
}

/** Gradients of a weighted sum of all outputs; the weights are those of `recorder.gradients`. */
export function expectGradients(
  module: nn.Module,
  run: (...inputs: unknown[]) => unknown,
  inputs: unknown[],
  want: RecordedGradients
): void {
  const leaf = (value: unknown): unknown =>
    Array.isArray(value)
      ? tuple(...value.map(leaf))
      : value instanceof Tensor && value.dtype === 'float32'
        ? value.detach().clone().requiresGrad_()
        : value;
  const leaves = inputs.map(leaf);
  const terms = tensorsOf(run(...leaves)).flatMap((y, i) =>
    y.dtype === 'float32' && y.requiresGrad ? [y.mul(linspace(-1 - i, 1.5, y.shape)).sum()] : []
  );
  terms.reduce((sum, term) => torch.add(sum, term)).backward();
  const close = { absolute: 2e-5, relative: 2e-5 };
  const parameters = new Map([...(module as unknown as nn.Linear).namedParameters()]);
  for (const [name, recorded] of Object.entries(want.parameters)) {
    expectClose(parameters.get(name)?.grad, recorded, close, `gradient of ${name}`);
  }
  tensorsOf(leaves)
    .filter(x => x.requiresGrad)
    .forEach((x, i) => {
      expectClose(x.grad, want.inputs[i]!, close, `gradient of input ${i}`);
    });
}

function linspace(from: number, to: number, shape: readonly number[]): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const step = n > 1 ? (to - from) / (n - 1) : 0;
  return fromData(
    Array.from({ length: n }, (_, i) => from + i * step),
    shape
  );
}
