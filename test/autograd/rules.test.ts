// Every row of the table of gradient rules against finite differences on random shapes.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import '../../src/tensor';
import { differentiableOperators, gradientRules } from '../../src/tensor/autograd';
import { cases } from './cases';
import { checkGradients, Random, recordedOperators } from './gradcheck';

test('every operator that records has a rule, and every rule is tested here', () => {
  expect(gradientRules()).toEqual(differentiableOperators());
  expect(Object.keys(cases).sort()).toEqual(gradientRules());
});

test.each(Object.keys(cases))('%s', op => {
  let recorded = false;
  fc.assert(
    fc.property(fc.nat(), seed => {
      const random = new Random(seed);
      const example = cases[op]!(random);
      recorded ||= recordedOperators(example.fn(...example.inputs)).has(op);
      checkGradients(example, random);
    }),
    { numRuns: 25 }
  );
  // Some shapes leave an operator nothing to do (contiguous of a row), but not all.
  expect(recorded).toBe(true);
});
