// pointwise: every call recorded from PyTorch (`fixtures/record.py`).

import { describe, test } from 'vitest';
import { describeCall, loadCalls, replay, replayNode } from './replay';

const calls = loadCalls(new URL('fixtures/pointwise.json', import.meta.url));

describe('pointwise: numbers and gradients', () => {
  test.each(calls.map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const))(
    '%s',
    (_, recorded) => {
      replay(recorded);
    }
  );
});

describe('pointwise: what torch.fx records', () => {
  test.each(
    calls
      .filter(c => c.node?.target)
      .map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const)
  )('%s', (_, recorded) => {
    replayNode(recorded);
  });
});
