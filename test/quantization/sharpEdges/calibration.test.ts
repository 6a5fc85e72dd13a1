// D10, D11, D13, D28, D29, D31, D32: converting twice or too early, training mode, odd data, ranges.

import { afterEach, describe, expect, test } from 'vitest';
import {
  convertFx,
  convertToReferenceFx,
  defaultQConfig,
  defaultDynamicQConfig,
  F,
  HistogramObserver,
  MinMaxObserver,
  nn,
  prepareFx,
  prepareQatFx,
  QConfigMapping,
  quantizedBackends,
  torch,
  type Tensor
} from '../../../src';
import { plain } from '../../values';
import { asPyTorch, calibrated, G, maxError, nodeNames, x26 } from '../edges';

const linear = () => new nn.Linear(6, 6);
const sequential = (...modules: unknown[]) => new nn.Sequential(...(modules as never[])).eval() as never;

const plainState = (model: { stateDict(): ReadonlyMap<string, unknown> }) =>
  [...model.stateDict()].map(([key, value]) => [key, plain(value)]);

afterEach(() => {
  quantizedBackends.engine = 'x86';
});

describe('D10: converting twice', () => {
  test('gives the same model twice, and leaves the prepared one as it was', () => {
    const x = x26();
    const prepared = calibrated(sequential(linear(), new nn.ReLU()), [x]);
    const before = { nodes: nodeNames(prepared), state: plainState(prepared) };
    const [first, second] = [convertFx(prepared), convertFx(prepared)];
    expect(nodeNames(second)).toEqual(nodeNames(first));
    expect(second.getSubmodule('0')).toBeInstanceOf(nn.quantized.LinearReLU);
    expect(maxError(first(x), second(x))).toBe(0);
    expect(nodeNames(prepared)).toEqual(before.nodes);
    expect(plainState(prepared)).toEqual(before.state);
  });

  test('as a reference model and as integers, in either order', () => {
    const x = x26();
    const prepared = calibrated(sequential(linear()), [x]);
    const reference = convertToReferenceFx(prepared);
    const quantized = convertFx(prepared);
    expect(maxError(reference(x), quantized(x))).toBeLessThan(1e-6);
    expect(nodeNames(convertToReferenceFx(prepared))).toEqual(nodeNames(reference));
  });

  test('converting what is converted, or was never prepared, is an error', () => {
    const converted = convertFx(calibrated(sequential(linear()), [x26()]));
    expect(() => convertFx(converted)).toThrow(/not made by prepareFx, or is already converted/);
    expect(() => convertFx(linear() as never)).toThrow(
      /expected the GraphModule that prepareFx made, got Linear/
    );
  });
});

describe('D11: converting without calibration', () => {
  test('is an error that lists the observers and what they observe', () => {
    const prepared = prepareFx(sequential(linear()), G(), [x26()]);
    expect(() => convertFx(prepared)).toThrow(
      /not calibrated: activation_post_process_0 \(after input_1\), activation_post_process_1 \(after _0\)/
    );
  });

  test('an empty batch is no calibration', () => {
    const prepared = prepareFx(sequential(linear()), G(), [x26()]);
    prepared(torch.zeros([0, 6]));
    expect(() => convertFx(prepared)).toThrow(/not calibrated/);
  });

  test('dynamic quantization needs none', () => {
    const prepared = prepareFx(sequential(linear()), new QConfigMapping().setGlobal(defaultDynamicQConfig), [
      x26()
    ]);
    expect(convertFx(prepared)(x26()).shape).toEqual([2, 6]);
  });
});

describe('D13: models in training mode', () => {
  test('prepareFx names the first module in training mode, and both ways out', () => {
    const model = new nn.Sequential(linear(), new nn.Dropout());
    expect(() => prepareFx(model as never, G(), [x26()])).toThrow(
      /the model \(Sequential\) is in training mode.*Call model\.eval\(\) first, or use prepareQatFx/
    );
    model.eval();
    model.at(1).train();
    expect(() => prepareFx(model as never, G(), [x26()])).toThrow(/'1' \(Dropout\) is in training mode/);
  });

  test('prepareQatFx takes it, and warns of flags that became constants', () => {
    class Net extends nn.Module {
      l = linear();
      forward(x: Tensor): Tensor {
        return F.dropout(this.l(x), { training: this.training });
      }
    }
    const prepared = prepareQatFx(new Net(), G(), [x26()]);
    expect(prepared.training).toBe(true);
    expect(prepared.report.model).toMatchObject([{ kind: 'frozenTraining', about: 'dropout' }]);
  });
});

describe('D28: NaN and infinities while calibrating', () => {
  const nan = () => torch.tensor([[NaN, 1, 2, 3, 4, 5]]);
  const infinite = () => torch.tensor([[Infinity, 1, 2, 3, 4, 5]]);

  test('NaN is an error that names the observer', () => {
    for (const mapping of [G(), new QConfigMapping().setGlobal(defaultQConfig)]) {
      const prepared = prepareFx(sequential(linear()), mapping, [x26()]);
      expect(() => prepared(nan())).toThrow(/contain NaN[\s\S]*activation_post_process_0/);
    }
  });

  test('infinity: an error, but a histogram leaves it out', () => {
    const prepared = prepareFx(sequential(linear()), new QConfigMapping().setGlobal(defaultQConfig), [x26()]);
    expect(() => prepared(infinite())).toThrow(/contain an infinity[\s\S]*activation_post_process_0/);
    const observer = new HistogramObserver();
    observer(infinite());
    expect(observer.max_val.item()).toBe(5);
  });

  test('PyTorch keeps them', () => {
    const observer = new MinMaxObserver();
    asPyTorch(() => observer(nan()));
    expect(observer.min_val.item()).toBeNaN();
  });
});

test('D29: an observer that saw nothing but zeros is reported after convert', () => {
  const model = sequential(new nn.ReLU(), linear());
  const prepared = prepareFx(model, G(), [x26()]);
  prepared(torch.full([2, 6], -1).add(1));
  const { report } = convertFx(prepared);
  expect(report.model.filter(e => e.kind === 'onlyZeros').map(e => e.about)).toContain('input_1');
  expect(report.model[0]?.text).toMatch(/nothing but zeros/);
  const { scale } = (
    prepared.getSubmodule('activation_post_process_0') as HistogramObserver
  ).calculateQParams();
  expect(scale.item()).toBe(2 ** -23);
});

test('D31: a histogram searches for 256 levels though half of them are used, as PyTorch', () => {
  torch.manualSeed(3);
  const x = torch.randn([1000]);
  const [full, half] = [new HistogramObserver(), new HistogramObserver({ reduceRange: true })];
  [full, half].forEach(observer => observer(x));
  const [wide, narrow] = [full, half].map(o => o.calculateQParams().scale.item()) as [number, number];
  // The same interval, cut into 127 steps instead of 255.
  expect(narrow / wide).toBeCloseTo(255 / 127, 4);
});

test('D32: the engine decides over the range of dynamic quantization, and the graph says how', () => {
  const mapping = () => new QConfigMapping().setGlobal(defaultDynamicQConfig);
  const reduced = (engine: 'fbgemm' | 'qnnpack') => {
    quantizedBackends.engine = engine;
    const reference = convertToReferenceFx(prepareFx(sequential(linear()), mapping(), [x26()]));
    const node = [...reference.graph.nodes].find(n => n.name === 'quantize_per_tensor_dynamic');
    return node?.args[2];
  };
  expect(reduced('fbgemm')).toBe(true);
  expect(reduced('qnnpack')).toBe(false);
});
