// Random models are quantized with random settings: nothing is changed that is not ours, nothing throws but for settings
// that cannot be, and every integer operator computes what the float operator between quantize and dequantize does.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertFx, nn, parseStateDict, QuantizationError, saveStateDict } from '../../src';
import { compareFloat, compareLocally } from './local';
import { buildModel } from './model';
import {
  calibrate,
  call,
  convertBoth,
  prepareRandom,
  quantizationPlan,
  type Prepared,
  type QuantizationPlan
} from './quantize';
import { check, distance, fromCode, snapshot, timeout } from './run';

/** What no backend has a kernel for; the error says so, names the place and a remedy. */
const REFUSED = [
  /which no kernel of transposed convolutions has\. Use /,
  /cannot be made of integers: .+\. Give it a qconfig /
];

/** Skips plans that are refused. */
function valid<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const { message } = error as Error;
    const isRefused = error instanceof QuantizationError && error.about !== undefined;
    fc.pre(!(isRefused && REFUSED.some(refusal => refusal.test(message))));
    throw error;
  }
}
const prepareValid = (plan: QuantizationPlan) => valid(() => prepareRandom(plan));
const convertValid = (made: Prepared) => valid(() => convertBoth(made));

describe('random models with random settings', () => {
  it(
    'are prepared: the model stays as it was, and the result computes the same',
    () => {
      check(quantizationPlan(), 25, plan => {
        const { prepared, float, model, inputs } = prepareValid(plan);
        const untouched = buildModel(plan.model).model;
        expect(snapshot(model)).toEqual(snapshot(untouched));
        expect(structureOf(model)).toEqual(structureOf(untouched));
        prepared.lint();
        expect(compareFloat(prepared, float, inputs).mismatches).toEqual([]);
      });
    },
    timeout
  );

  it(
    'are converted: reference and integer models agree operator by operator',
    () => {
      check(quantizationPlan(), 30, plan => {
        const made = prepareValid(plan);
        calibrate(made);
        const before = snapshot(made.prepared as never);
        const { reference, lowered } = convertValid(made);
        reference.lint();
        lowered.lint();
        expect(snapshot(made.prepared as never)).toEqual(before);
        for (const inputs of [made.inputs, ...made.moreInputs(1)]) {
          expect(compareLocally(reference, lowered, inputs).mismatches).toEqual([]);
        }
      });
    },
    timeout
  );

  it(
    'are converted again to the same, copied, and printed as code that computes the same',
    () => {
      check(quantizationPlan(2, 30), 20, plan => {
        const made = prepareValid(plan);
        calibrate(made);
        const { reference, lowered } = convertValid(made);
        const again = convertFx(made.prepared, null, null, made.backend);
        const expected = call(lowered, made.inputs);
        for (const other of [again, nn.deepCopy(lowered as never), fromCode(lowered)]) {
          expect(distance(call(other, made.inputs), expected)).toBe(0);
        }
        expect(distance(call(fromCode(reference), made.inputs), call(reference, made.inputs))).toBe(0);
        expect(() => convertFx(lowered)).toThrow(QuantizationError);
      });
    },
    timeout
  );

  it(
    'are saved, and loaded into a model of other weights that has seen no data',
    () => {
      check(quantizationPlan(2, 30), 20, plan => {
        const made = prepareValid(plan);
        calibrate(made);
        const { lowered } = convertValid(made);
        const other = prepareRandom({ ...plan, model: { ...plan.model, seed: plan.model.seed + 1 } });
        // Other weights may make a value too large to go on with, and so another model.
        fc.pre(other.python === made.python);
        const fresh = convertFx(other.prepared, null, null, other.backend, { allowUncalibrated: true });
        fresh.loadStateDict(parseStateDict(saveStateDict(lowered)));
        expect(distance(call(fresh, made.inputs), call(lowered, made.inputs))).toBe(0);
      });
    },
    timeout
  );
});

function structureOf(model: nn.Module) {
  return [...model.namedModules()].map(([path, m]) => [path, m.constructor.name, m.training, m.qconfig]);
}
