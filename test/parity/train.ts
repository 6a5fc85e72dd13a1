// Quantization aware training as it was recorded: the same batches, stochastic gradient descent without momentum.

import type { fx } from '../../src';
import { F, nn, noGrad, optim, type Tensor } from '../../src';
import type { Module } from '../../src/nn/module';
import { isFloatingDType } from '../../src/tensor';
import { under, type Case } from './case';
import { compareClose, firstOf, type Difference } from './compare';

/** Learning rates in use, that of the golden run first: a recording does not say which it had. */
const LEARNING_RATES = [0.05, 0.1, 0.01, 0.02, 0.2, 0.001, 0.005, 0.5, 1];

interface Training {
  readonly steps: number;
  batch(step: number): [x: Tensor, labels: Tensor];
  loss(step: number): number;
}

function readTraining(recorded: Case): Training {
  const [batches, labels, losses] = ['batches', 'labels', 'losses'].map(name => {
    const tensor = recorded.tensors.get(`qat/${name}`);
    if (!tensor) {
      throw new Error(`the recording lacks qat/${name}`);
    }
    return tensor;
  }) as [Tensor, Tensor, Tensor];
  const steps = losses.numel();
  const size = (batches.shape[0] ?? 0) / steps;
  return {
    steps,
    batch: step => [batches.narrow(0, step * size, size), labels.narrow(0, step * size, size)],
    loss: step => losses.data()[step] as number
  };
}

/** Trains `prepared` and compares losses and first gradients. */
export function replayTraining(prepared: fx.GraphModule, recorded: Case): Difference {
  const training = readTraining(recorded);
  const sgd = new optim.SGD(prepared.parameters(), { lr: learningRate(prepared, training) });
  for (let step = 0; step < training.steps; step++) {
    const loss = lossAndGradients(prepared, training, step);
    const difference = firstOf([
      () => (step === 0 ? compareGradients(prepared, recorded) : undefined),
      () => compareLoss(loss, training.loss(step), step)
    ]);
    if (difference !== undefined) {
      return `training: ${difference}`;
    }
    sgd.step();
  }
  return undefined;
}

function lossAndGradients(model: fx.GraphModule, training: Training, step: number): number {
  const [x, labels] = training.batch(step);
  for (const parameter of model.parameters()) {
    parameter.grad = null;
  }
  const loss = F.crossEntropy(model(x), labels);
  loss.backward();
  return loss.item();
}

const compareLoss = (got: number, want: number, step: number): Difference =>
  Math.abs(got - want) <= 1e-3 * want ? undefined : `loss of step ${step} is ${got}, expected ${want}`;

/** The one with which the second loss is as recorded, else the golden run's. */
function learningRate(prepared: fx.GraphModule, training: Training): number {
  const fits = (lr: number): boolean => {
    const model = nn.deepCopy(prepared as unknown as Module) as unknown as fx.GraphModule;
    lossAndGradients(model, training, 0);
    new optim.SGD(model.parameters(), { lr }).step();
    return compareLoss(lossAndGradients(model, training, 1), training.loss(1), 1) === undefined;
  };
  const [usual = 0] = LEARNING_RATES;
  return training.steps > 1 ? (LEARNING_RATES.find(fits) ?? usual) : usual;
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

/**
 * The state after the last step: the recorded keys, and values as near as 20 steps keep what rounding moved (1 % of
 * the largest; integers by one).
 */
export function compareTrained(prepared: fx.GraphModule, recorded: Case): Difference {
  const own = prepared.stateDict().tensors();
  const state = under(recorded.tensors, 'qat/state/');
  const unexpected = [...own.keys()].find(key => !state.has(key));
  return firstOf([
    () => (unexpected === undefined ? undefined : `trained state: ${unexpected} is not expected`),
    ...[...state].map(([key, expected]) => () => {
      const actual = own.get(key);
      const largest = Math.max(0, ...Array.from(expected.data(), Math.abs));
      const absolute = isFloatingDType(expected.dtype) ? 0.01 * largest : 1;
      return actual
        ? compareClose(`trained state: ${key}`, actual, expected, { absolute })
        : `trained state: ${key} is missing`;
    })
  ]);
}

/** The recorded state after training, in place of our own. */
export function loadTrained(prepared: fx.GraphModule, recorded: Case): void {
  prepared.eval();
  noGrad(() => prepared.loadStateDict(under(recorded.tensors, 'qat/state/'), { strict: false }));
}
