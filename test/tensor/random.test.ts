// random: every call recorded from PyTorch (`fixtures/record.py`).

import { describe, test } from 'vitest';
import { describeCall, loadCalls, replay, replayNode } from './replay';

const calls = loadCalls(new URL('fixtures/random.json', import.meta.url));

describe('random: numbers and gradients', () => {
  test.each(calls.map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const))(
    '%s',
    (_, recorded) => {
      replay(recorded);
    }
  );
});

describe('random: what torch.fx records', () => {
  test.each(
    calls
      .filter(c => c.node?.target)
      .map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const)
  )('%s', (_, recorded) => {
    replayNode(recorded);
  });
});
