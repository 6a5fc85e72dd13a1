// What the observers of a prepared model are and hold, against the recording. Fed recorded values (inputs of the
// model, its parameters) they must hold the same to the last bit; fed what our own float operators computed, the
// same to rounding.

import { fx, type Tensor } from '../../src';
import type { FakeQuantizeBase, ObserverBase } from '../../src/quantization';
import type { Case, RecordedObserver } from './case';
import { compareClass, compareClose, firstOf, type Difference } from './compare';
import type { Tensors } from './values';

export function compareObservers(prepared: fx.GraphModule, recorded: Case): Difference {
  const exact = fedByRecorded(prepared);
  for (const [path, want] of Object.entries(recorded.prepared.observers)) {
    const observer = prepared.getSubmodule(path) as unknown as ObserverBase;
    const difference = firstOf([
      () => compareSettings(observer, want),
      () => compareState(observer, path, recorded.tensors, exact.has(observer)),
      () => compareQParams(observer, path, recorded.tensors, exact.has(observer))
    ]);
    if (difference !== undefined) {
      return `observer ${path}: ${difference}`;
    }
  }
  return undefined;
}

/** Observers that only ever see values of the recording itself. One may stand behind several nodes. */
function fedByRecorded(prepared: fx.GraphModule): ReadonlySet<unknown> {
  const [exact, computed] = [new Set<unknown>(), new Set<unknown>()];
  for (const node of prepared.graph.nodes) {
    const [observed] = node.args;
    if (node.op === 'call_module') {
      const isRecorded = observed instanceof fx.Node && ['placeholder', 'get_attr'].includes(observed.op);
      (isRecorded ? exact : computed).add(prepared.getSubmodule(node.target as string));
    }
  }
  computed.forEach(observer => exact.delete(observer));
  return exact;
}

/** Recorded name of a setting → ours. */
const SETTINGS: Readonly<Record<string, string>> = {
  qscheme: 'qscheme',
  quant_min: 'quantMin',
  quant_max: 'quantMax',
  reduce_range: 'reduceRange',
  ch_axis: 'chAxis',
  averaging_constant: 'averagingConstant',
  bins: 'bins',
  is_dynamic: 'isDynamic',
  eps: 'eps',
  dtype: 'dtype'
};

/** The observer inside a fake-quantize module, or the observer itself. */
export function innerOf(observer: ObserverBase): ObserverBase {
  const inner = Reflect.get(observer, 'activation_post_process') as ObserverBase | undefined;
  return inner ?? observer;
}

function compareSettings(observer: ObserverBase, want: RecordedObserver): Difference {
  const inner = innerOf(observer);
  return firstOf([
    () => compareClass(observer.constructor, want.type),
    () => (want.observer === undefined ? undefined : compareClass(inner.constructor, want.observer)),
    ...Object.entries(SETTINGS).map(([name, own]) => () => {
      const [expected, actual] = [plain(want[name]), plain(Reflect.get(inner, own))];
      // PyTorch's placeholders keep no range where none is given; ours keeps the dtype's.
      return expected === undefined || expected === null || close(actual, expected)
        ? undefined
        : `has ${name} ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
    })
  ]);
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' ? value.replace(/^torch\./, '') : value;
  }
  return 'enum' in value ? plain(value.enum) : 'item' in value ? (value as Tensor).item() : value;
}

const close = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'number' && typeof b === 'number' && Math.fround(a) === Math.fround(b));

function compareState(observer: ObserverBase, path: string, tensors: Tensors, exact: boolean): Difference {
  const inner = innerOf(observer);
  const tolerance = exact ? {} : { relative: 1e-5, absolute: 1e-6 };
  return firstOf([
    ...['min_val', 'max_val'].map(name => () => {
      const expected = tensors.get(`observer/${path}/${name}`);
      const actual = Reflect.get(inner, name) as Tensor | undefined;
      return expected && (actual ? compareClose(name, actual, expected, tolerance) : `has no ${name}`);
    }),
    () => {
      const expected = tensors.get(`observer/${path}/histogram`);
      const actual = Reflect.get(inner, 'histogram') as Tensor | undefined;
      return expected && (actual ? compareHistogram(actual, expected, exact) : 'has no histogram');
    }
  ]);
}

/** A value that rounding moves across the edge of a bin is counted in the next: at most 1 % of them. */
function compareHistogram(actual: Tensor, expected: Tensor, exact: boolean): Difference {
  if (exact) {
    return compareClose('histogram', actual, expected, { relative: 1e-6 });
  }
  const shape = compareClose('histogram', actual, expected, { absolute: Infinity });
  if (shape !== undefined) {
    return shape;
  }
  const [got, want] = [actual.data(), expected.data()];
  const total = Array.from(want).reduce((sum, count) => sum + count, 0);
  let [ahead, moved] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    ahead += (got[i] as number) - (want[i] as number);
    moved += Math.abs(ahead);
  }
  if (!(Math.abs(ahead) <= 1e-6 * total)) {
    return `histogram counts ${total + ahead} values, expected ${total}`;
  }
  return moved <= 0.01 * total
    ? undefined
    : `histogram: ${moved} of ${total} values are in another bin, allowed 1 %`;
}

function compareQParams(observer: ObserverBase, path: string, tensors: Tensors, exact: boolean): Difference {
  const [scale, zeroPoint] = ['scale', 'zero_point'].map(name => tensors.get(`observer/${path}/${name}`));
  if (!scale || !zeroPoint) {
    return undefined;
  }
  const got = (observer as FakeQuantizeBase).calculateQParams();
  return firstOf([
    () => compareClose('scale', got.scale, scale, { relative: exact ? 1e-6 : 1e-5 }),
    // Recorded as integers, also those of embedding rows, which are float numbers.
    () => compareClose('zero point', got.zeroPoint.to('int64'), zeroPoint, {})
  ]);
}
