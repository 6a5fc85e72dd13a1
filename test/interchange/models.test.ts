// Every stage of every golden model goes through a file and computes the same.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseStateDict, saveStateDict } from '../../src';
import { readCase } from '../parity/case';
import { casesIn } from '../parity/main';
import { GoldenModel, valuesOf, type Stage } from './goldenModel';

const GOLDEN = join(__dirname, '../golden');
const stages: readonly Stage[] = ['prepared', 'reference', 'quantized'];

describe.each(casesIn(GOLDEN))('%s', name => {
  const model = new GoldenModel(readCase(GOLDEN, name));

  test.each(stages)('a %s model loaded into one of other weights and no data computes the same', stage => {
    const saved = model.convert(model.prepared({ calibrated: true }), stage);
    const fresh = model.convert(model.prepared({ calibrated: false, scaled: 0.5 }), stage);
    saved.eval();
    fresh.eval();
    // Before either runs: fake quantizers go on observing.
    const bytes = saveStateDict(saved);
    const expected = valuesOf(saved, model.inputs);
    if (stage !== 'prepared') {
      expect(valuesOf(fresh, model.inputs)).not.toEqual(expected);
    }
    expect([...fresh.stateDict().keys()]).toEqual([...saved.stateDict().keys()]);
    expect(fresh.loadStateDict(parseStateDict(bytes))).toEqual({ missing: [], unexpected: [] });
    expect(valuesOf(fresh, model.inputs)).toEqual(expected);
  });

  test('a calibrated state loaded into a freshly prepared model converts to the same integers', () => {
    const calibrated = model.prepared({ calibrated: true });
    const fresh = model.prepared({ calibrated: false, scaled: 0.5 });
    const bytes = saveStateDict(calibrated);
    fresh.loadStateDict(parseStateDict(bytes));
    const [want, got] = [calibrated, fresh].map(each => model.convert(each, 'quantized'));
    expect(saveStateDict(got?.stateDict() ?? new Map())).toEqual(
      saveStateDict(want?.stateDict() ?? new Map())
    );
    expect(valuesOf(got as never, model.inputs)).toEqual(valuesOf(want as never, model.inputs));
  });
});
