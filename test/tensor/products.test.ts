// products: every call recorded from PyTorch (`fixtures/record.py`).

import { describe, test } from 'vitest';
import { describeCall, loadCalls, replay, replayNode } from './replay';

const calls = loadCalls(new URL('fixtures/products.json', import.meta.url));

describe('products: numbers and gradients', () => {
  test.each(calls.map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const))(
    '%s',
    (_, recorded) => {
      replay(recorded);
    }
  );
});

describe('products: what torch.fx records', () => {
  test.each(
    calls
      .filter(c => c.node?.target)
      .map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const)
  )('%s', (_, recorded) => {
    replayNode(recorded);
  });
});
