// Values and gradients recorded from torch (fixtures/record_gradients.py): kinks, ties, losses, fake quantization.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { F, nn, torch, type Tensor } from '../../src';
import { fromData, type DType } from '../../src/tensor';
import { callMethod as callAny } from '../../src/tensor/methods';

interface Recorded {
  shape: number[];
  values: number[];
}
interface Fixture {
  tensors: Record<string, Recorded & { dtype: DType }>;
  cases: { name: string; inputs: Recorded[]; output: number[]; gradients: number[][] }[];
}
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/gradients.json', import.meta.url), 'utf8')
) as Fixture;

const t = (name: string): Tensor => {
  const { values, shape, dtype } = fixture.tensors[name]!;
  return fromData(values, shape, dtype);
};
const labels = t('labels');
const weight = t('weight');

type Fn = (x: Tensor, y: Tensor) => Tensor;
const losses: Record<string, (reduction: F.Reduction) => Fn> = {
  ce: reduction => x => F.crossEntropy(x, labels, { reduction }),
  'ce deep': reduction => x => new nn.CrossEntropyLoss({ reduction })(x, t('deep_labels')),
  'ce one': reduction => x => F.crossEntropy(x, fromData([2], [], 'int64'), { reduction }),
  'ce weight ignore': reduction => x =>
    new nn.CrossEntropyLoss({ reduction, weight, ignoreIndex: 1 })(x, labels),
  'ce smooth': reduction => x => F.crossEntropy(x, labels, { reduction, labelSmoothing: 0.1 }),
  'ce smooth weight ignore': reduction => x =>
    F.crossEntropy(x, t('ignored'), { reduction, weight, labelSmoothing: 0.2 }),
  'ce probabilities': reduction => x =>
    F.crossEntropy(x, t('probabilities'), { reduction, weight, labelSmoothing: 0.2 }),
  nll: reduction => x => new nn.NLLLoss({ reduction, weight })(x, t('ignored')),
  mse: reduction => (x, y) => new nn.MSELoss({ reduction })(x, y),
  l1: reduction => (x, y) => new nn.L1Loss({ reduction })(x, y),
  bce: reduction => x => new nn.BCEWithLogitsLoss({ reduction })(x, t('binary')),
  'bce weights': reduction => x =>
    new nn.BCEWithLogitsLoss({ reduction, weight: t('probabilities'), posWeight: weight })(x, t('binary'))
};

const functions: Record<string, Fn> = {
  relu: x => F.relu(x),
  relu6: x => F.relu6(x),
  hardtanh: x => F.hardtanh(x),
  hardswish: x => F.hardswish(x),
  hardsigmoid: x => F.hardsigmoid(x),
  leaky_relu: x => F.leakyRelu(x),
  elu: x => F.elu(x, { alpha: 0.7 }),
  softplus: x => F.softplus(x, { beta: 2, threshold: 5 }),
  gelu: x => F.gelu(x),
  'gelu tanh': x => F.gelu(x, { approximate: 'tanh' }),
  mish: x => F.mish(x),
  silu: x => F.silu(x),
  clamp: x => x.clamp(-0.5, 3),
  abs: x => x.abs(),
  prelu: (x, w) => F.prelu(x, w),
  maximum: (x, y) => torch.maximum(x, y),
  minimum: (x, y) => torch.minimum(x, y),
  amax: x => x.amax(1),
  max: x => x.max(),
  'max dim': x => (callAny('max', [x, 1]) as Tensor[])[0]!,
  'min dim': x => (callAny('min', [x, 1, true]) as Tensor[])[0]!,
  pow: x => x.pow(2),
  'pow 0': x => x.pow(0),
  'embedding padding': w => F.embedding(labels, w, { paddingIdx: 1 }),
  'embedding frequency': w => F.embedding(labels, w, { scaleGradByFreq: true }),
  'fake quantize': x => torch.fakeQuantizePerTensorAffine(x, 0.1, 3, -10, 10),
  'fake quantize channels': x =>
    torch.fakeQuantizePerChannelAffine(x, t('scales'), t('zero_points').int(), 0, -8, 7),
  'fake quantize last axis': x =>
    torch.fakeQuantizePerChannelAffine(x, t('scales'), t('zero_points').float(), 1, -8, 7)
};

function functionFor(name: string): Fn {
  const [, loss, reduction] = /^(.*) (mean|sum|none)$/.exec(name) ?? [];
  const fn = loss === undefined ? functions[name] : losses[loss]?.(reduction as F.Reduction);
  if (!fn) {
    throw new Error(`nothing to compare with torch's '${name}'`);
  }
  return fn;
}

/** float32 results of short computations. */
function expectClose(found: ArrayLike<number>, expected: readonly number[], what: string): void {
  expected.forEach((v, i) => {
    const error = Math.abs(found[i]! - v) / Math.max(1, Math.abs(v));
    expect(error, `${what}, element ${i}: ${found[i]} for torch's ${v}`).toBeLessThanOrEqual(1e-6);
  });
}

describe('as torch', () => {
  test.each(fixture.cases.map(c => [c.name, c] as const))('%s', (name, c) => {
    const inputs = c.inputs.map(({ values, shape }) => fromData(values, shape).requiresGrad_());
    const y = functionFor(name)(inputs[0]!, inputs[1]!);
    expectClose(y.data(), c.output, 'output');
    const factors = Float32Array.from({ length: y.numel() }, (_, i) => i + 1);
    y.mul(fromData(factors, y.shape)).sum().backward();
    inputs.forEach((x, i) => expectClose(x.grad!.data(), c.gradients[i]!, `gradient of input ${i}`));
  });
});
