import { describe, expect, test } from 'vitest';
import {
  convertFx,
  defaultQConfig,
  F,
  fromData,
  HistogramObserver,
  nn,
  parseSafetensors,
  parseStateDict,
  PerChannelMinMaxObserver,
  prepareFx,
  QConfigMapping,
  saveStateDict,
  Tensor,
  torch,
  writeSafetensors
} from '../../src';
import { plain } from '../values';

class Net extends nn.Module {
  fc = new nn.Linear(2, 3);
  bn = new nn.BatchNorm1d(3);
  override forward(x: Tensor): Tensor {
    return this.bn(this.fc(x));
  }
}

const stateOf = (model: nn.TensorModule) => new Map(model.stateDict());
const numbersOf = (model: nn.TensorModule) =>
  [...model.stateDict().tensors()].map(([key, t]) => [key, [...t.data()]]);

/** What loading `state` throws. */
function failure(model: nn.TensorModule, state: ReadonlyMap<string, nn.StateValue>): nn.StateDictError {
  const before = numbersOf(model);
  try {
    model.loadStateDict(state);
  } catch (error) {
    expect(error).toBeInstanceOf(nn.StateDictError);
    expect(numbersOf(model)).toEqual(before);
    return error as nn.StateDictError;
  }
  throw new Error('it loaded');
}

describe('loadStateDict', () => {
  test('copies the numbers, so that later changes of one model do not reach the other', () => {
    const [from, to] = [new Net(), new Net()];
    expect(to.loadStateDict(from.stateDict())).toEqual({ missing: [], unexpected: [] });
    expect(numbersOf(to)).toEqual(numbersOf(from));
    from.fc.weight.copyFrom(torch.ones([3, 2]));
    expect(numbersOf(to)).not.toEqual(numbersOf(from));
  });

  test('lists every missing and every unexpected key, and loads nothing', () => {
    const state = stateOf(new Net());
    state.set('fc2.weight', torch.zeros([3]));
    state.delete('fc.bias');
    state.delete('bn.running_var');
    const error = failure(new Net(), state);
    expect(error.missing).toEqual(['fc.bias', 'bn.running_var']);
    expect(error.unexpected).toEqual(['fc2.weight']);
    expect(error.message).toBe(
      'loadStateDict for Net: missing keys: fc.bias, bn.running_var; unexpected keys: fc2.weight. ' +
        'Pass { strict: false } to load what matches.'
    );
  });

  test('with strict: false loads what matches and returns the rest', () => {
    const [from, to] = [new Net(), new Net()];
    const state = stateOf(from);
    state.set('head', torch.zeros([1]));
    state.delete('bn.weight');
    expect(to.loadStateDict(state, { strict: false })).toEqual({
      missing: ['bn.weight'],
      unexpected: ['head']
    });
    expect([...to.fc.weight.data()]).toEqual([...from.fc.weight.data()]);
  });

  test.each([true, false])('a wrong shape is an error that names it, strict or not (%s)', strict => {
    const state = stateOf(new Net()).set('fc.weight', torch.zeros([3, 4]));
    const model = new Net();
    const before = numbersOf(model);
    expect(() => model.loadStateDict(state, { strict })).toThrow(
      /values that do not fit: fc\.weight: expected shape \[3, 2\], got \[3, 4\].*sizes of the one that was saved/
    );
    expect(numbersOf(model)).toEqual(before);
  });

  test('finds a prefix that all keys have, as wrappers write it', () => {
    const state = new Map([...new Net().stateDict()].map(([key, value]) => [`module.${key}`, value]));
    expect(failure(new Net(), state).message).toContain("The keys given start with 'module.': remove it");
  });

  test('says how to read a file of a quantized model', () => {
    const quantized = quantizedLinear();
    const state = parseSafetensors(saveStateDict(quantized));
    expect(failure(quantized as never, state).message).toContain('read it with parseStateDict');
  });

  test('converts dtypes: float64 to float32, float32 to float16, whole numbers to floats', () => {
    const half = new nn.Sequential();
    half.registerBuffer('a', fromData([0], [1], 'float16'));
    half.registerBuffer('b', torch.zeros([1]));
    half.loadStateDict(
      new Map([
        ['a', fromData([0.1], [1])],
        ['b', fromData(Float64Array.from([0.1]), [1], 'float64')]
      ])
    );
    expect(half.stateDict().tensor('a').item()).toBe(0.0999755859375);
    expect(half.stateDict().tensor('b').item()).toBe(Math.fround(0.1));
    half.loadStateDict(new Map([['b', fromData([3], [1], 'int64')]]), { strict: false });
    expect(half.stateDict().tensor('b').item()).toBe(3);
  });

  test('accepts files of older versions: no num_batches_tracked, one element for no dimensions', () => {
    const state = stateOf(new Net());
    state.delete('bn.num_batches_tracked');
    expect(new Net().loadStateDict(state)).toEqual({ missing: [], unexpected: [] });
    state.set('bn.num_batches_tracked', fromData([5], [1], 'int64'));
    const model = new Net();
    model.loadStateDict(state);
    expect(model.bn.num_batches_tracked?.item()).toBe(5);
  });

  test('refuses integers for floats and floats for integers', () => {
    const quantized = quantizedLinear();
    const packed = quantized.stateDict().get('0._packed_params._packed_params') as readonly nn.StateValue[];
    const float = new nn.Sequential(new nn.Linear(2, 2));
    const mixed = stateOf(float).set('0.weight', packed[0] as Tensor);
    expect(failure(float, mixed).message).toContain(
      '0.weight: expected a plain tensor [2, 2] of float32, got a quantized tensor [2, 2] of qint8'
    );
    const state = stateOf(quantized as never).set('0._packed_params._packed_params', [
      torch.zeros([2, 2]),
      null
    ]);
    expect(failure(quantized as never, state).message).toContain('expected qint8, got float32');
  });

  test('a name that objects have anyway is a key like any other', () => {
    const state = stateOf(new Net())
      .set('__proto__', torch.zeros([1]))
      .set('constructor', torch.zeros([1]));
    expect(failure(new Net(), state).unexpected).toEqual(['__proto__', 'constructor']);
    const again = parseStateDict(saveStateDict(state));
    expect([...again.keys()].sort()).toEqual([...state.keys()].sort());
  });
});

describe('values that are one under several keys', () => {
  class Tied extends nn.Module {
    a = new nn.Linear(2, 2, { bias: false });
    b = new nn.Linear(2, 2, { bias: false });
    constructor() {
      super();
      Reflect.set(this.b, 'weight', this.a.weight);
    }
    override forward(x: Tensor): Tensor {
      return this.b(this.a(x));
    }
  }

  test('one of the keys is enough: safetensors writers drop the others', () => {
    const model = new Tied();
    expect(model.loadStateDict(new Map([['b.weight', fromData([1, 2, 3, 4], [2, 2])]]))).toEqual({
      missing: [],
      unexpected: []
    });
    expect([...model.a.weight.data()]).toEqual([1, 2, 3, 4]);
  });

  test('different values for it are an error that names both keys', () => {
    const state = new Map([
      ['a.weight', torch.zeros([2, 2])],
      ['b.weight', fromData([1, 2, 3, 4], [2, 2])]
    ]);
    expect(failure(new Tied(), state).message).toContain(
      "b.weight: is one value with 'a.weight' in this model"
    );
    const model = new Tied();
    model.loadStateDict(state, { strict: false });
    expect([...model.a.weight.data()]).toEqual([1, 2, 3, 4]);
  });

  test('shared observers are written under every name and come back as one', () => {
    class Cat extends nn.Module {
      fc = new nn.Linear(2, 2);
      override forward(x: Tensor): Tensor {
        return torch.cat([this.fc(x), x]);
      }
    }
    const mapping = new QConfigMapping().setGlobal(defaultQConfig);
    const x = fromData([1, -2, 3, 4], [2, 2]);
    const [calibrated, fresh] = [0, 1].map(() => prepareFx(new Cat().eval(), mapping, [x]));
    calibrated?.(x);
    const state = calibrated?.stateDict() as nn.StateDict;
    const names = [...state.keys()].filter(key => key.endsWith('min_val'));
    expect(new Set(names.map(key => state.get(key))).size).toBeLessThan(names.length);
    fresh?.loadStateDict(parseStateDict(saveStateDict(state)));
    expect(numbersOf(fresh as never)).toEqual(numbersOf(calibrated as never));
  });
});

describe('observers', () => {
  test('per channel take the size of what is loaded', () => {
    const [seen, fresh] = [0, 1].map(
      () => new PerChannelMinMaxObserver({ dtype: 'qint8', qscheme: 'per_channel_symmetric' })
    ) as [PerChannelMinMaxObserver, PerChannelMinMaxObserver];
    seen(torch.randn([4, 3]));
    fresh.loadStateDict(parseStateDict(saveStateDict(seen)));
    expect(fresh.isCalibrated).toBe(true);
    expect(plain(fresh.calculateQParams())).toEqual(plain(seen.calculateQParams()));
  });

  test('a histogram of other bins is refused', () => {
    const state = new HistogramObserver({ bins: 16 }).stateDict();
    expect(() => new HistogramObserver({ bins: 32 }).loadStateDict(state)).toThrow(
      /histogram: expected shape \[32\], got \[16\]/
    );
  });
});

describe('quantized modules whose state PyTorch forgets (D41)', () => {
  const mapping = new QConfigMapping().setGlobal(defaultQConfig);
  const make = (scale: number) => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.PReLU(), new nn.ELU()).eval();
    const prepared = prepareFx(model, mapping, [torch.zeros([1, 2])]);
    prepared(fromData([1 * scale, -2 * scale], [1, 2]));
    return convertFx(prepared);
  };

  test('write scale, zero point and weight, and get them back', () => {
    const [saved, fresh] = [make(1), make(5)];
    expect([...saved.stateDict().keys()]).toEqual(
      expect.arrayContaining(['1.scale', '1.zero_point', '1.weight', '2.scale', '2.zero_point'])
    );
    fresh.loadStateDict(parseStateDict(saveStateDict(saved)));
    const x = fromData([0.5, -0.25], [1, 2]);
    expect([...fresh(x).data()]).toEqual([...saved(x).data()]);
  });

  test('load files that lack them, as PyTorch writes them', () => {
    const state = stateOf(make(1) as never);
    for (const key of [...state.keys()].filter(k => /^[12]\./.test(k))) {
      state.delete(key);
    }
    expect(make(5).loadStateDict(state)).toEqual({ missing: [], unexpected: [] });
  });
});

describe('saveStateDict', () => {
  test('of a float model is a file any reader reads, with the metadata given', () => {
    const model = new Net();
    const bytes = saveStateDict(model, { format: 'pt' });
    expect(bytes).toEqual(writeSafetensors(model.stateDict().tensors(), { format: 'pt' }));
  });

  test('keeps keys in order, and every kind of value', () => {
    const state = new nn.StateDict([
      ['b', torch.zeros([2])],
      ['a', [1, [null, 'text', true], torch.zeros([])]],
      ['empty', []]
    ]);
    const again = parseStateDict(saveStateDict(state));
    expect([...again.keys()]).toEqual(['b', 'a', 'empty']);
    expect(again.get('a')).toEqual([1, [null, 'text', true], expect.any(Tensor)]);
    expect(again.get('empty')).toEqual([]);
  });

  test('names the key of what no file can hold', () => {
    const state = new nn.StateDict([['x', F as never]]);
    expect(() => saveStateDict(state)).toThrow(/'x'/);
  });
});

function quantizedLinear() {
  const model = new nn.Sequential(new nn.Linear(2, 2)).eval();
  const prepared = prepareFx(model, new QConfigMapping().setGlobal(defaultQConfig), [torch.zeros([1, 2])]);
  prepared(fromData([1, -2], [1, 2]));
  return convertFx(prepared);
}
