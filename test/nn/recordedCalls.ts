// The tests of one file of calls recorded from PyTorch (`fixtures/record_functional.py`).

import { describe, test } from 'vitest';
import { describeCall, loadCalls, replay, replayNode, type RecordedCall } from '../tensor/replay';

const rows = (calls: readonly RecordedCall[]) =>
  calls.map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const);

export function describeRecordedCalls(family: string): void {
  const calls = loadCalls(new URL(`fixtures/${family}.json`, import.meta.url));

  describe(`${family}: numbers and gradients`, () => {
    test.each(rows(calls))('%s', (_, recorded) => {
      // Values are of magnitude 1: two units in the last place of their terms.
      replay(recorded, 2e-6);
    });
  });

  describe(`${family}: what torch.fx records`, () => {
    test.each(rows(calls.filter(c => c.node?.target)))('%s', (_, recorded) => {
      replayNode(recorded);
    });
  });
}
