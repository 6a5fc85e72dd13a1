// Random models are quantized with random settings: nothing is changed that is not ours, nothing throws, and every
// integer operator computes what the float operator between quantize and dequantize does.

import { describe, expect, it } from 'vitest';
import { fuseFx, fx } from '../../src';
import { compareLocally } from './local';
import { calibrate, call, convertBoth, prepareRandom, quantizationPlan } from './quantize';
import { check, distance, snapshot, timeout } from './run';
import { buildModel } from './model';

describe('random models with random settings', () => {
  it(
    'are prepared: the model stays as it was, and the result computes the same',
    () => {
      check(quantizationPlan(), 40, plan => {
        const { prepared, model, inputs } = prepareRandom(plan);
        const untouched = buildModel(plan.model).model;
        expect(snapshot(model)).toEqual(snapshot(untouched));
        expect([...model.namedModules()].map(([path, m]) => [path, m.constructor.name, m.qconfig])).toEqual(
          [...untouched.namedModules()].map(([path, m]) => [path, m.constructor.name, undefined])
        );
        prepared.lint();
        const scale = 1e-5 * Math.max(1, ...[1000]);
        expect(distance(call(prepared, inputs), call(model, inputs))).toBeLessThan(scale);
      });
    },
    timeout
  );

  it(
    'are converted: reference and integer models agree operator by operator',
    () => {
      check(quantizationPlan(), 40, plan => {
        const made = prepareRandom(plan);
        calibrate(made);
        const { reference, lowered } = convertBoth(made);
        reference.lint();
        lowered.lint();
        for (const inputs of [made.inputs, ...made.moreInputs(1)]) {
          const { mismatches } = compareLocally(reference, lowered, inputs);
          expect(mismatches).toEqual([]);
        }
      });
    },
    timeout
  );
});
void fuseFx;
void fx;
