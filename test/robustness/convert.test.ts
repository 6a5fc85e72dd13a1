// Random models are quantized with random settings: nothing is changed that is not ours, nothing throws but for settings
// that cannot be, and every integer operator computes what the float operator between quantize and dequantize does.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertFx, nn, parseStateDict, QuantizationError, saveStateDict } from '../../src';
import { compareLocally } from './local';
import { buildModel } from './model';
import {
  calibrate,
  call,
  convertBoth,
  prepareRandom,
  quantizationPlan,
  type QuantizationPlan
} from './quantize';
import { capture, check, distance, fromCode, numbers, snapshot, tensorsIn, timeout } from './run';

/** Skips plans whose settings no backend has a kernel for; the error says so and names the place. */
function prepareValid(plan: QuantizationPlan) {
  try {
    return prepareRandom(plan);
  } catch (error) {
    const isRefused =
      error instanceof QuantizationError &&
      error.about !== undefined &&
      /which no kernel of transposed convolutions has\. Use /.test(error.message);
    fc.pre(!isRefused);
    throw error;
  }
}

describe('random models with random settings', () => {
  it(
    'are prepared: the model stays as it was, and the result computes the same',
    () => {
      check(quantizationPlan(), 25, plan => {
        const { prepared, model, inputs } = prepareValid(plan);
        const untouched = buildModel(plan.model).model;
        expect(snapshot(model)).toEqual(snapshot(untouched));
        expect(structureOf(model)).toEqual(structureOf(untouched));
        prepared.lint();
        // Folding a batch norm rounds its weights anew, relative to the largest value on the way.
        const largest = Math.max(
          1,
          ...tensorsIn([...capture(prepared, inputs).values()]).flatMap(([, t]) => numbers(t).map(Math.abs))
        );
        expect(distance(call(prepared, inputs), call(model, inputs))).toBeLessThan(1e-5 * largest);
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
        const { reference, lowered } = convertBoth(made);
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
        const { reference, lowered } = convertBoth(made);
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
        const lowered = convertFx(made.prepared, null, null, made.backend);
        const other = prepareRandom({ ...plan, model: { ...plan.model, seed: plan.model.seed + 1 } });
        const fresh = convertFx(other.prepared, null, null, other.backend, { allowUncalibrated: true });
        // Constants that were traced are part of the code, and differ with the seed only where shapes do not.
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
