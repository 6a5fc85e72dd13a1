// promotion: every call recorded from PyTorch (`fixtures/record.py`).

import { describe, test } from 'vitest';
import { describeCall, loadCalls, replay } from './replay';

const calls = loadCalls(new URL('fixtures/promotion.json', import.meta.url));

describe('promotion: numbers and gradients', () => {
  test.each(calls.map((recorded, i) => [`${i} ${describeCall(recorded)}`, recorded] as const))(
    '%s',
    (_, recorded) => {
      replay(recorded);
    }
  );
});
