// Quantization aware training as it was recorded: the same batches, stochastic gradient descent without momentum.

import type { fx } from '../../src';
import { F, noGrad, optim, type Tensor } from '../../src';
import { under, type Case } from './case';
import { compareClose, firstOf, type Difference } from './compare';

/** Of the recorded runs; a recording with another has it as `qat/lr`. */
const LEARNING_RATE = 0.05;

/** Trains `prepared` and compares losses, first gradients and the final state. */
export function replayTraining(prepared: fx.GraphModule, recorded: Case): Difference {
  const recordedTensor = (name: string): Tensor => {
    const tensor = recorded.tensors.get(`qat/${name}`);
    if (!tensor) {
      throw new Error(`the recording lacks qat/${name}`);
    }
    return tensor;
  };
  const [batches, labels, losses] = ['batches', 'labels', 'losses'].map(recordedTensor) as [
    Tensor,
    Tensor,
    Tensor
  ];
  const steps = losses.numel();
  const size = (batches.shape[0] ?? 0) / steps;
  const lr = recorded.tensors.get('qat/lr')?.item() ?? LEARNING_RATE;
  const sgd = new optim.SGD(prepared.parameters(), { lr });
  for (let step = 0; step < steps; step++) {
    const [x, y] = [batches, labels].map(all => all.narrow(0, step * size, size)) as [Tensor, Tensor];
    sgd.zeroGrad();
    const loss = F.crossEntropy(prepared(x), y);
    loss.backward();
    const expected = losses.data()[step] as number;
    const difference = firstOf([
      () =>
        Math.abs(loss.item() - expected) <= 1e-3 * expected
          ? undefined
          : `loss of step ${step} is ${loss.item()}, expected ${expected}`,
      () => (step === 0 ? compareGradients(prepared, recorded) : undefined)
    ]);
    if (difference !== undefined) {
      return `training: ${difference}`;
    }
    sgd.step();
  }
  return undefined;
}

/** The gradient of a bias before a batch norm is zero but for rounding, which the largest gradient measures. */
function compareGradients(prepared: fx.GraphModule, recorded: Case): Difference {
  const parameters = new Map(prepared.namedParameters());
  const gradients = under(recorded.tensors, 'qat/grad0/');
  const largest = Math.max(...[...gradients.values()].flatMap(g => Array.from(g.data(), Math.abs)));
  return firstOf(
    [...gradients].map(([name, expected]) => () => {
      const gradient = parameters.get(name)?.grad;
      return gradient
        ? compareClose(`gradient of ${name}`, gradient, expected, {
            relative: 1e-4,
            absolute: 1e-6 * largest
          })
        : `no gradient of ${name}`;
    })
  );
}

/** The recorded state after training, in place of our own. */
export function loadTrained(prepared: fx.GraphModule, recorded: Case): void {
  prepared.eval();
  noGrad(() => prepared.loadStateDict(under(recorded.tensors, 'qat/state/'), { strict: false }));
}
