// Random models are prepared for training, trained one step, and converted.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  convertFx,
  defaultEmbeddingQatQConfig,
  convertToReferenceFx,
  FusionError,
  getDefaultQatQConfigMapping,
  nn,
  optim,
  prepareQatFx,
  quantizedBackends,
  type fx,
  type Tensor
} from '../../src';
import { compareLocally } from './local';
import { buildModel, modelPlan, pick, type RandomModel } from './model';
import { call } from './quantize';
import { check, snapshot, tensorsIn, timeout } from './run';

const BACKENDS = ['fbgemm', 'x86', 'qnnpack'] as const;
const plans = fc.record({
  model: modelPlan(2, 25),
  backend: fc.nat({ max: 2 }),
  version: fc.nat({ max: 1 })
});

/** Skips what PyTorch cannot train either: batch norms of one sample, transposed convolutions with batch norm. */
function prepareValid(
  { model, inputs }: RandomModel,
  mapping: ReturnType<typeof getDefaultQatQConfigMapping>
) {
  fc.pre((inputs[0] as Tensor).shape[0] !== 1);
  try {
    return prepareQatFx(model, mapping, inputs);
  } catch (error) {
    fc.pre(
      !(
        error instanceof FusionError &&
        error.about !== undefined &&
        /cannot be trained as one; PyTorch has no such module/.test(error.message)
      )
    );
    throw error;
  }
}

/** One step down the mean square of everything the model returns. */
function train(prepared: fx.GraphModule, inputs: readonly unknown[]): void {
  const outputs = tensorsIn(call(prepared, inputs)).filter(([, t]) => t.requiresGrad);
  const parameters = [...prepared.parameters()];
  if (outputs.length === 0 || parameters.length === 0) {
    return;
  }
  const optimizer = new optim.SGD(parameters, { lr: 0.001 });
  const loss = outputs.map(([, t]) => t.mul(t).mean()).reduce((a, b) => a.add(b));
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
}

describe('random models in quantization aware training', () => {
  it(
    'take a step and are converted; the float model stays as it was',
    () => {
      check(plans, 40, plan => {
        const backend = pick(BACKENDS, plan.backend);
        quantizedBackends.engine = backend;
        const made = buildModel(plan.model, { training: true });
        const before = snapshot(made.model);
        const mapping = getDefaultQatQConfigMapping(backend, plan.version as 0 | 1);
        const prepared = prepareValid(made, mapping.setObjectType(nn.Embedding, defaultEmbeddingQatQConfig));
        prepared.lint();
        made.moreInputs(2).forEach(inputs => train(prepared, inputs));
        expect(snapshot(made.model)).toEqual(before);
        prepared.eval();
        const [reference, lowered] = [convertToReferenceFx(prepared), convertFx(prepared)];
        reference.lint();
        lowered.lint();
        expect(compareLocally(reference, lowered, made.inputs).mismatches).toEqual([]);
      });
    },
    timeout
  );
});
