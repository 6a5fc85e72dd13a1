// layers: every call recorded from PyTorch (`fixtures/record_functional.py`).

import { describe, test } from 'vitest';
import { describeCall, loadCalls, replay, replayNode } from '../tensor/replay';

const calls = loadCalls(new URL('fixtures/layers.json', import.meta.url));

describe('layers: numbers and gradients', () => {
  test.each(calls.map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const))(
    '%s',
    (_, recorded) => {
      // Values are of magnitude 1: two units in the last place of their terms.
      replay(recorded, 2e-6);
    }
  );
});

describe('layers: what torch.fx records', () => {
  test.each(
    calls
      .filter(c => c.node?.target)
      .map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const)
  )('%s', (_, recorded) => {
    replayNode(recorded);
  });
});
