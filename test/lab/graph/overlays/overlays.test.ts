import { describe, expect, test } from 'vitest';
import {
  emptyGraphState,
  overlays,
  OVERLAYS,
  defaultCollapsed,
  indexDocument
} from '../../../../src/lab/graph';
import { goldenDocument, goldenStats, someMeasures } from '../fixtures';
import { trans } from '../view/helpers';

const document = goldenDocument('digits_resnet', 'calibrated');
const index = indexDocument(document);
const empty = { ...emptyGraphState, document };
const full = { ...empty, stats: goldenStats('digits_resnet'), measures: someMeasures(document) };

describe('overlays', () => {
  test('have no values before there is data, so that they can be shown disabled', () => {
    for (const name of ['range', 'clipping', 'error', 'time'] as const)
      expect(overlays[name].values(index, empty).size).toBe(0);
  });

  test.each(OVERLAYS.filter(name => name !== 'type'))(
    '%s: values, bars and steps in range, and a legend',
    name => {
      const overlay = overlays[name];
      const values = overlay.values(index, full);
      expect(values.size).toBeGreaterThan(5);
      const scale = overlay.scale(values);
      for (const [id, value] of values) {
        expect(index.byId.has(id)).toBe(true);
        expect(scale.fraction(value)).toBeGreaterThanOrEqual(0.06);
        expect(scale.fraction(value)).toBeLessThanOrEqual(1);
        expect([1, 2, 3, 4, 5]).toContain(scale.step(value));
        expect(scale.text(value)).not.toMatch(/NaN|undefined/);
      }
      expect(overlay.legend(trans, scale)?.stops.map(stop => stop.step)).toEqual([1, 2, 3, 4, 5]);
    }
  );

  test('error has the thresholds of the legend, and a longer bar for more error', () => {
    const { step, fraction, text } = overlays.error.scale(new Map());
    expect([41, 40, 39.9, 36, 32, 28, 27].map(step)).toEqual([1, 1, 2, 2, 3, 4, 5]);
    expect(fraction(24)).toBe(1);
    expect(fraction(34)).toBe(0.5);
    expect(text(33.14)).toBe('33.1');
    expect(text(Infinity)).toBe('∞');
  });

  test('what was measured goes before what was estimated', () => {
    const state = { ...full, measures: new Map([['relu', { sqnrAlone: 12.5 }]]) };
    expect(overlays.error.values(index, state).get('relu')).toBe(12.5);
  });

  test.each([0, -1, NaN, Infinity])('a value of %s breaks nothing', value => {
    for (const name of OVERLAYS) {
      const scale = overlays[name].scale(new Map([['a', value]]));
      expect(Number.isFinite(scale.fraction(value))).toBe(true);
      expect(scale.step(value)).toBeGreaterThanOrEqual(1);
    }
  });
});

describe('what is open at first', () => {
  test('everything, where it can be read', () => {
    expect(defaultCollapsed(document).size).toBe(0);
  });
  test('as much as fits, outer modules first', () => {
    const closed = defaultCollapsed(document, 12);
    expect([...closed].some(path => path === 'layer1' || path.startsWith('layer1.'))).toBe(true);
    for (const path of closed)
      for (const inner of index.inside.keys())
        if (inner.startsWith(`${path}.`)) expect(closed.has(inner)).toBe(true);
  });
});
