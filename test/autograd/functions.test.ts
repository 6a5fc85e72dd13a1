// Every function and method users can call has a gradient that was compared with PyTorch's (the recorded calls of
// `test/tensor` and `test/nn`) or is checked here, composites through their primitives, or is listed here as having
// none. A new function without an entry fails.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { torch, Tensor } from '../../src';
import { ellipsis, fromData, slice } from '../../src/tensor';
import { callMethod } from '../../src/tensor/methods';
import { bind, definedFunctions, lookupFunction, snakeCase } from '../../src/tensor/function';
import type { RecordedCall } from '../tensor/replay';
import { elementsOf } from './elements';
import { checkGradients, Random, recordedOperators } from './gradcheck';

/** Calls whose gradients are replayed in `test/tensor` and `test/nn`. */
const recorded = new Set(
  ['tensor', 'nn'].flatMap(area => {
    const folder = new URL(`../${area}/fixtures/`, import.meta.url);
    return readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .flatMap(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as RecordedCall[])
      .filter(entry => entry.grads)
      .map(entry => lookupFunction(entry.call)?.target ?? entry.call);
  })
);

const random = new Random(7);
const x = (...shape: number[]) => random.tensor(shape, 0.5, 3.5);
const ints = (...values: number[]) => fromData(values, [values.length], 'int64');
const mask = fromData([1, 0, 1, 0], [4], 'bool');
const image = (dims: number, channels = 2) => x(2, channels, ...[4, 5, 4].slice(0, dims));

/** Positional arguments by target; float64 tensors among them want gradients. */
const calls: Record<string, unknown[]> = {
  'operator.mod': [random.offGrid([3, 4], 0.5, 2), fromData([0.7], [1], 'float64').requiresGrad_()],
  'operator.getitem': [x(3, 4), [slice(0, 2), ellipsis, null, ints(1, 1, 3)]],
  'torch.bmm': [x(2, 3, 4), x(2, 4, 2)],
  'torch.matmul': [x(3, 4), x(4, 2)],
  'operator.matmul': [x(3, 4), x(4, 2)],
  'torch.where': [mask, x(3, 4), x(4)],
  'torch.clamp': [x(3, 4), 1, 2],
  'torch.cat': [[x(2, 3), x(2, 4)], 1],
  'torch.stack': [[x(2, 3), x(2, 3)], -1],
  'torch.chunk': [x(2, 5), 2, 1],
  'torch.split': [x(2, 5), [2, 3], 1],
  'torch.reshape': [x(2, 6), [3, -1]],
  'torch.permute': [x(2, 3, 4), [2, 0, 1]],
  'torch.transpose': [x(2, 3, 4), 0, 2],
  'torch.squeeze': [x(2, 1, 4)],
  'torch.unsqueeze': [x(2, 4), 1],
  'torch.narrow': [x(2, 4), 1, 1, 2],
  'torch.gather': [x(2, 4), 1, fromData([0, 0, 3, 1], [2, 2], 'int64')],
  'torch.repeat_interleave': [x(2, 3), 2, 1],
  'torch.channel_shuffle': [image(2, 4), 2],
  'torch.softmax': [x(2, 4), 1],
  'torch.log_softmax': [x(2, 4), 1],
  'torch.nn.functional.mse_loss': [x(3, 4), x(3, 4)],
  'torch.nn.functional.l1_loss': [x(3, 4), x(3, 4)],
  'torch.nn.functional.binary_cross_entropy_with_logits': [x(3, 4), x(3, 4)],
  'torch.nn.functional.nll_loss': [x(2, 4), ints(3, 0)],
  'torch.nn.functional.cross_entropy': [x(2, 4), ints(3, 0)],
  'torch.prelu': [random.offGrid([2, 3]), x(3)],
  'torch.nn.functional.linear': [x(3, 4), x(2, 4), x(2)],
  'torch.nn.functional.layer_norm': [x(3, 4), [4], x(4), x(4)],
  'torch.nn.functional.group_norm': [image(1, 4), 2, x(4), x(4)],
  'torch.nn.functional.instance_norm': [image(2), null, null, x(2), x(2)],
  'torch.nn.functional.batch_norm': [image(2), null, null, x(2), x(2), true],
  'torch.nn.functional.embedding': [ints(1, 0, 1), x(3, 2)],
  'torch.nn.functional.multi_head_attention_forward': [
    ...[x(3, 2, 4), x(5, 2, 4), x(5, 2, 4), 4, 2, x(12, 4), x(12), x(1, 1, 4), x(1, 1, 4), true, 0],
    ...[x(4, 4), x(4)]
  ],
  'torch.nn.functional.embedding_bag': [fromData([1, 0, 1, 2], [2, 2], 'int64'), x(3, 2)],
  'torch.nn.functional.interpolate': [image(2), null, 2, 'bilinear', false],
  'torch.nn.functional.pad': [image(2), [1, 0, 2, 1], 'replicate'],
  'torch.pixel_shuffle': [image(2, 4), 2],
  'torch.pixel_unshuffle': [x(1, 2, 4, 6), 2]
};
for (const dims of [1, 2, 3]) {
  const kernel = [3, 2, 2].slice(0, dims);
  Object.assign(calls, {
    [`torch.conv${dims}d`]: [image(dims), x(2, 2, ...kernel), x(2)],
    [`torch.conv_transpose${dims}d`]: [image(dims), x(2, 1, ...kernel), x(1)],
    [`torch.nn.functional.max_pool${dims}d`]: [image(dims), 2],
    [`torch.nn.functional.max_pool${dims}d_with_indices`]: [image(dims), 2],
    [`torch.nn.functional.adaptive_max_pool${dims}d_with_indices`]: [image(dims), 2],
    [`torch.nn.functional.avg_pool${dims}d`]: [image(dims), 2],
    [`torch.nn.functional.adaptive_avg_pool${dims}d`]: [image(dims), 2]
  });
}
calls['torch.avg_pool1d'] = calls['torch.nn.functional.avg_pool1d']!;
calls['torch.adaptive_avg_pool1d'] = calls['torch.nn.functional.adaptive_avg_pool1d']!;
delete calls['torch.nn.functional.avg_pool1d'];
delete calls['torch.nn.functional.adaptive_avg_pool1d'];

/** Whole numbers, comparisons, conversions to integers, Python values. */
const noGradient = new Set([
  ...['gt', 'lt', 'ge', 'le', 'eq', 'ne', 'floordiv'].map(name => `operator.${name}`),
  ...['gt', 'lt', 'eq', 'argmax', 'dequantize'].map(name => `torch.${name}`),
  'torch.quantize_per_tensor',
  'torch.nn.functional.one_hot',
  'torch.quantize_per_channel',
  'torch.quantize_per_tensor_dynamic',
  'getattr',
  'math.sqrt',
  'torch._assert',
  'torch.fx._symbolic_trace._assert_is_none'
]);
/** Compared with torch's numbers (torch.test.ts) since they are no real derivatives. */
const elsewhere = new Set([
  'torch.fake_quantize_per_tensor_affine',
  'torch.fake_quantize_per_channel_affine'
]);

const targets = [...definedFunctions().keys()].filter(
  target =>
    !target.startsWith('torch.ops.quantized.') &&
    !noGradient.has(target) &&
    !elsewhere.has(target) &&
    !recorded.has(target) &&
    lookupFunction(target)?.spec.differentiable !== false
);

function runs(fn: (...args: unknown[]) => unknown, args: unknown[]): void {
  const inputs = elementsOf(args).filter(v => v.requiresGrad);
  const call = (): Tensor => {
    torch.manualSeed(0);
    const parts = elementsOf([fn(...args)]).filter(v => v.dtype === 'float64');
    return torch.cat(
      parts.map(part => part.reshape(-1)),
      0
    );
  };
  const result = call();
  expect(recordedOperators(result).size).toBeGreaterThan(0);
  // Some of them round to float32 inside: a step of 1e-3 leaves an error of 1e-7 / 1e-3.
  checkGradients({ inputs, fn: call, step: 1e-3, tolerance: 1e-3 }, random);
}

describe('functions', () => {
  test.each(targets)('%s', target => {
    const fn = lookupFunction(target)!;
    const required = fn.spec.parameters
      .filter(p => !('default' in p))
      // Away from zero, where quotients are steep.
      .map(() => random.offGrid([3, 4], 0.5, 2));
    const args = calls[target] ?? required;
    runs((...values) => fn.spec.forward(...(bind(fn.spec, values, {}) as never[])), args);
  });

  test('the entries above are functions', () => {
    for (const name of [...Object.keys(calls), ...noGradient]) {
      expect(lookupFunction(name), name).toBeDefined();
    }
  });
});

const a = x(3, 4);
const methods: { readonly [name: string]: () => unknown } = {
  at: () => a.at(1, slice(null, null, 2)),
  view: () => a.view(2, 6),
  reshape: () => a.reshape(-1),
  flatten: () => a.flatten(),
  unflatten: () => a.unflatten(1, [2, 2]),
  permute: () => a.permute(1, 0),
  transpose: () => a.transpose(0, 1),
  t: () => a.t(),
  contiguous: () => a.t().contiguous(),
  squeeze: () => a.unsqueeze(0).squeeze(0),
  unsqueeze: () => a.unsqueeze(-1),
  expand: () => a.expand(2, 3, 4),
  expandAs: () => a.expandAs(torch.zeros([2, 3, 4])),
  repeat: () => a.repeat(2, 1, 2),
  repeatInterleave: () => a.repeatInterleave(2),
  narrow: () => a.narrow(0, 1, 2),
  select: () => a.select(1, 2),
  gather: () => a.gather(0, ints(2, 0).unsqueeze(0)),
  indexSelect: () => a.indexSelect(1, ints(3, 3, 0)),
  chunk: () => a.chunk(2, 1),
  split: () => a.split(2),
  unbind: () => a.unbind(1),
  flip: () => a.flip(0, 1),
  roll: () => a.roll(1, 1),
  clone: () => a.clone(),
  to: () => a.to('float32').to('float64'),
  float: () => a.float().double(),
  double: () => a.mul(1).double(),
  half: () => a.half().double(),
  softmax: () => a.softmax(0),
  logSoftmax: () => a.logSoftmax(0),
  clamp: () => a.clamp(1, 3),
  maskedFill: () => a.maskedFill(mask, 0),
  mm: () => callMethod('mm', [a, a.t()]),
  swapaxes: () => callMethod('swapaxes', [a, 0, 1]),
  prelu: () => callMethod('prelu', [a.sub(2), fromData([0.3], [1], 'float64')]),
  sgn: () => a.sgn(),
  cuda: () => callMethod('cuda', [a.mul(1)]),
  typeAs: () => callMethod('type_as', [a.mul(1), a]),
  bmm: () => a.unsqueeze(0).bmm(a.t().unsqueeze(0)),
  matmul: () => a.matmul(a.t()),
  sum: () => a.sum(0, { keepdim: true }),
  mean: () => a.mean([0, 1]),
  var: () => a.var(1),
  amax: () => a.amax(1),
  amin: () => a.amin(1),
  max: () => a.max(),
  min: () => a.min()
};
const twoOperands = ['add', 'sub', 'mul', 'div', 'pow'] as const;
const plain = [
  'neg',
  'relu',
  'sigmoid',
  'tanh',
  'hardsigmoid',
  'abs',
  'exp',
  'log',
  'sqrt',
  'rsqrt',
  'square'
] as const;
const methodsWithout = new Set([
  ...[
    'constructor',
    'dtype',
    'ndim',
    'isLeaf',
    'numel',
    'isContiguous',
    'data',
    'copyFrom',
    'item',
    'tolist'
  ],
  ...['toString', 'qscheme', 'qScale', 'qZeroPoint', 'intRepr', 'dequantize', 'quantized', 'size', 'dim'],
  ...['requiresGrad_', 'backward', 'retainGrad', 'detach', 'floorDivide', 'int', 'long', 'bool'],
  ...[
    'gt',
    'lt',
    'ge',
    'le',
    'eq',
    'ne',
    'argmax',
    'any',
    'all',
    'stride',
    'ndimension',
    'nelement',
    'setAt'
  ],
  ...['isFloatingPoint', 'elementSize', 'type', 'short', 'char', 'byte', 'newZeros', 'newOnes', 'newEmpty'],
  ...['newFull', 'newTensor']
]);

/** Recorded as a method, or the function of the same name, whose forward it shares, is checked. */
const isRecorded = (name: string): boolean =>
  recorded.has(`Tensor.${name}`) ||
  recorded.has(`torch.${name}`) ||
  lookupFunction(`torch.${name}`)?.spec.differentiable === false;

describe('methods', () => {
  // Spellings in place are the same operators.
  const names = Object.getOwnPropertyNames(Tensor.prototype).filter(
    name => !methodsWithout.has(name) && !name.endsWith('_') && !isRecorded(snakeCase(name))
  );
  test.each(names)('%s', name => {
    const run =
      methods[name] ??
      (plain.find(n => n === name) ? () => a[name as 'neg']() : undefined) ??
      (twoOperands.find(n => n === name) ? () => a[name as 'add'](a.select(0, 1)) : undefined);
    expect(run, `no entry for the method ${name}`).toBeDefined();
    a.grad = null;
    const roundsTo = { half: 2e-2, to: 1e-3, float: 1e-3 }[name];
    const call = () =>
      torch.cat(
        elementsOf([run!()]).map(part => part.reshape(-1)),
        0
      );
    expect(recordedOperators(call()).size).toBeGreaterThan(0);
    const step = roundsTo === undefined ? 1e-3 : 0.1;
    checkGradients({ inputs: [a], fn: call, step, tolerance: roundsTo ?? 1e-3 }, random);
  });
});
