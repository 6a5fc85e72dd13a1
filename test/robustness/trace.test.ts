// Random models are traced: the graph computes what the model computes, to the last bit, however it is run.

import { describe, expect, it } from 'vitest';
import { fx, nn } from '../../src';
import { buildModel, modelPlan } from './model';
import { allRows } from './model/grow';
import { check, distance, fromCode, snapshot, timeout } from './run';

const { symbolicTrace } = fx;
const call = (model: unknown, inputs: readonly unknown[]) =>
  (model as (...args: unknown[]) => unknown)(...inputs);

describe('random models', () => {
  it(
    'are traced to a graph that computes the same',
    () => {
      check(modelPlan(), 60, plan => {
        const { model, inputs } = buildModel(plan);
        const before = snapshot(model);
        const graph = symbolicTrace(model);
        graph.lint();
        const expected = call(model, inputs);
        expect(distance(call(graph, inputs), expected)).toBe(0);
        expect(snapshot(model)).toEqual(before);
      });
    },
    timeout
  );

  it(
    'print code that compiles and computes the same',
    () => {
      check(modelPlan(2, 30), 40, plan => {
        const { model, inputs } = buildModel(plan);
        const graph = symbolicTrace(model);
        expect(distance(call(fromCode(graph), inputs), call(model, inputs))).toBe(0);
      });
    },
    timeout
  );

  it(
    'are copied deeply: equal, and independent',
    () => {
      check(modelPlan(2, 30), 40, plan => {
        const { model, inputs } = buildModel(plan);
        const expected = call(model, inputs);
        const graph = symbolicTrace(model);
        for (const original of [model, graph as unknown as nn.Module]) {
          const copy = nn.deepCopy(original);
          expect(distance(call(copy, inputs), expected)).toBe(0);
          for (const tensor of copy.stateDict().tensors().values()) {
            tensor.storage.view().fill(0);
          }
          expect(distance(call(original, inputs), expected)).toBe(0);
        }
      });
    },
    timeout
  );

  it(
    'compute the same without their dead code',
    () => {
      check(modelPlan(2, 60), 40, plan => {
        const { model, inputs } = buildModel(plan);
        const graph = symbolicTrace(model);
        graph.graph.eliminateDeadCode();
        graph.lint();
        expect(distance(call(graph, inputs), call(model, inputs))).toBe(0);
        expect(graph.graph.eliminateDeadCode()).toBe(false);
      });
    },
    timeout
  );

  it('are made of many operators', () => {
    expect(allRows().length).toBeGreaterThan(90);
  });
});
