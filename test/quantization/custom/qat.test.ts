// Quantization aware training at its edges: what freezing and disabling do, converting at once, embeddings.

import { describe, expect, test } from 'vitest';
import type { FakeQuantizeBase } from '../../../src';
import {
  convertFx,
  defaultEmbeddingQatQConfig,
  disableFakeQuant,
  disableObserver,
  enableFakeQuant,
  enableObserver,
  getDefaultQatQConfigMapping,
  nn,
  optim,
  prepareQatFx,
  QConfigMapping,
  torch,
  type fx,
  type Tensor
} from '../../../src';
import { maxError, targets } from '../edges';

const mapping = () => getDefaultQatQConfigMapping('fbgemm');
const image = (seed = 1): Tensor => {
  torch.manualSeed(seed);
  return torch.randn([4, 3, 5, 5]);
};

function prepared(bias = true): fx.GraphModule {
  torch.manualSeed(0);
  const model = new nn.Sequential(new nn.Conv2d(3, 4, 3, { bias }), new nn.BatchNorm2d(4), new nn.ReLU());
  return prepareQatFx(model.train() as never, mapping(), [image()]);
}

type ConvBn = nn.Module & { bn: nn.BatchNorm2d; weight_fake_quant: FakeQuantizeBase; weight: Tensor };
const convBn = (model: fx.GraphModule) => model.getSubmodule('0') as unknown as ConvBn;
const fakeQuant = (model: fx.GraphModule, i: number) =>
  model.getSubmodule(`activation_post_process_${i}`) as unknown as FakeQuantizeBase;
const extrema = (fake: FakeQuantizeBase) =>
  (fake.activation_post_process as unknown as { max_val: Tensor }).max_val.tolist();

describe('batch statistics', () => {
  test('freezing keeps running statistics, and gamma and beta are still trained', () => {
    const model = prepared();
    model(image());
    model.apply(nn.intrinsicQat.freezeBnStats as never);
    const { bn } = convBn(model);
    const before = bn.running_mean?.tolist();
    model.train();
    expect(bn.training).toBe(false);
    model(image(2)).sum().backward();
    expect(bn.running_mean?.tolist()).toEqual(before);
    expect((bn as unknown as { weight: nn.Parameter }).weight.grad).not.toBeNull();
    model.apply(nn.intrinsicQat.updateBnStats as never);
    expect(bn.training).toBe(true);
    model(image(3));
    expect(bn.running_mean?.tolist()).not.toEqual(before);
  });

  test('a convolution without bias is trained and folded', () => {
    const model = prepared(false);
    const sgd = new optim.SGD([...model.parameters()], { lr: 0.01 });
    model(image()).pow(2).mean().backward();
    sgd.step();
    model.eval();
    expect(maxError(convertFx(model)(image()), model(image()))).toBeLessThan(0.1);
  });
});

describe('observing and rounding', () => {
  test('evaluation mode goes on observing; a disabled observer does not', () => {
    const model = prepared().eval();
    model(image());
    const first = extrema(fakeQuant(model, 0));
    model(image().mul(10));
    const second = extrema(fakeQuant(model, 0));
    expect(second).not.toEqual(first);
    model.apply(disableObserver);
    model(image().mul(100));
    expect(extrema(fakeQuant(model, 0))).toEqual(second);
    model.apply(enableObserver);
    model(image().mul(100));
    expect(extrema(fakeQuant(model, 0))).not.toEqual(second);
  });

  test('without fake-quantize the model computes with floats', () => {
    const model = prepared().eval();
    model(image());
    model.apply(disableObserver);
    const rounded = model(image());
    model.apply(disableFakeQuant);
    const plain = model(image());
    expect(maxError(rounded, plain)).toBeGreaterThan(0);
    const values = (x: Tensor) => new Set((x.reshape(-1).tolist() as number[]).map(v => v.toFixed(6))).size;
    expect(values(plain)).toBeGreaterThan(values(rounded));
    model.apply(enableFakeQuant);
    expect(maxError(model(image()), rounded)).toBe(0);
  });
});

describe('converting', () => {
  test('right after prepare, without training', () => {
    const model = prepared().eval();
    const quantized = convertFx(model);
    expect(targets(quantized)).toContain('ConvReLU2d');
    expect(quantized(image()).shape).toEqual([4, 4, 3, 3]);
  });

  test('a gamma of zero does not make NaN of the converted model', () => {
    const model = prepared();
    const { bn } = convBn(model);
    (bn as unknown as { weight: Tensor }).weight.detach().copyFrom(torch.tensor([0, 1, 1, 1]).to('float32'));
    model.eval();
    const output = convertFx(model)(image());
    expect((output.reshape(-1).tolist() as number[]).every(Number.isFinite)).toBe(true);
  });

  test('the prepared model can be trained on afterwards', () => {
    const model = prepared();
    model(image());
    const first = convertFx(model);
    const before = first(image()).tolist();
    const sgd = new optim.SGD([...model.parameters()], { lr: 0.5 });
    model(image()).pow(2).mean().backward();
    sgd.step();
    expect(first(image()).tolist()).toEqual(before);
    expect(convertFx(model)(image()).tolist()).not.toEqual(before);
  });
});

test('embeddings are trained with rounded rows, and become integer rows', () => {
  class Net extends nn.Module {
    embedding = new nn.Embedding(10, 12);
    forward(t: Tensor): Tensor {
      return this.embedding(t);
    }
  }
  const t = torch.tensor([1, 4, 9], { dtype: 'int64' });
  const rows = new QConfigMapping().setObjectType(nn.Embedding as never, defaultEmbeddingQatQConfig);
  const model = prepareQatFx(new Net().train(), rows, [t]);
  expect(model.getSubmodule('embedding')).toBeInstanceOf(nn.qat.Embedding);
  const sgd = new optim.SGD([...model.parameters()], { lr: 0.1 });
  model(t).pow(2).mean().backward();
  sgd.step();
  model.eval();
  const quantized = convertFx(model);
  expect(quantized.getSubmodule('embedding')).toBeInstanceOf(nn.quantized.Embedding);
  expect(maxError(quantized(t), model(t))).toBeLessThan(0.02);
});
