// Recorded settings of observers and qconfigs (PyTorch's keywords) → ours.

import { nn, quantization, type ObserverFactory } from '../../src';

type Options = Readonly<Record<string, unknown>>;

const camel = (name: string) => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
export const snake = (name: string) => name.replace(/[A-Z]/g, c => `_${c.toLowerCase()}`);

/** `{ quant_min: 0 }` → `{ quantMin: 0 }`; class names become the classes. */
export function toOurs(options: Options): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      camel(key),
      key === 'observer' ? observerClass(value as string) : value
    ])
  );
}

export function observerClass(name: string): new (options?: object) => quantization.ObserverBase {
  const found = Reflect.get({ ...quantization }, name) as unknown;
  if (typeof found !== 'function') {
    throw new Error(`no observer class ${name}`);
  }
  return found as new (options?: object) => quantization.ObserverBase;
}

export const makeObserver = (name: string, options: Options = {}) =>
  new (observerClass(name))(toOurs(options));

export const asNumbers = (values: readonly (number | string)[]) =>
  values.map(v => (typeof v === 'number' ? v : v === 'nan' ? NaN : v === 'inf' ? Infinity : -Infinity));

/** `default_fused_act_fake_quant` → `defaultFusedActivationFakeQuant`. */
export function ourName(name: string): string {
  return name
    .replace('_act_', '_activation_')
    .replace('_wt_', '_weight_')
    .replace(/_(\w)/g, (_, c: string) => c.toUpperCase())
    .replace('4bit', '4Bit')
    .replace('Qparams', 'QParams')
    .replace('Qconfig', 'QConfig')
    .replace('Neg1to1', 'Neg1To1')
    .replace('0to1', '0To1');
}

/** Class name and bound keywords, inner observers too. */
export type RecordedConstructor = readonly [string, Readonly<Record<string, unknown>>];

/** A factory of ours as the recorders write one. */
export function describeFactory(factory: ObserverFactory): RecordedConstructor {
  const options = Object.entries(factory.options).map(([key, value]) => [snake(key), describeOption(value)]);
  return [
    factory.cls === (nn.Identity as never) ? 'Identity' : factory.cls.name,
    Object.fromEntries(options)
  ];
}

function describeOption(value: unknown): unknown {
  if (typeof value === 'function') {
    return { observer: [value.name, {}] };
  }
  const isFactory = typeof value === 'object' && value !== null && 'cls' in value;
  return isFactory ? { observer: describeFactory(value as ObserverFactory) } : value;
}
