// D21, D36, D37, D41: models that are changed behind their owner's back, and state.

import { describe, expect, test } from 'vitest';
import {
  convertFx,
  defaultQConfig,
  F,
  FakeQuantizeBase,
  getDefaultQatQConfigMapping,
  nn,
  optim,
  PrepareCustomConfig,
  prepareFx,
  prepareQatFx,
  QConfigMapping,
  torch,
  type MinMaxObserver,
  type QConfig,
  type Tensor
} from '../../../src';
import type { Module } from '../../../src/nn/module';
import { plain } from '../../values';
import { asPyTorch, calibrated, G, maxError, quantized, x26 } from '../edges';

class Net extends nn.Module {
  block = new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.BatchNorm2d(4), new nn.ReLU());
  head = new nn.Linear(4, 2);
  tag = { deep: [1, 2] };
  forward(x: Tensor): Tensor {
    return this.head(torch.flatten(F.adaptiveAvgPool2d(this.block(x), [1, 1]), 1));
  }
}
const image = (): Tensor => {
  torch.manualSeed(5);
  return torch.randn([2, 3, 6, 6]);
};

/** Everything that can be read of a model: classes, modes, fields, parameters, buffers, qconfigs. */
function snapshot(model: Module): unknown {
  return [...model.namedModules('', false)].map(([path, module]) => ({
    path,
    cls: module.constructor.name,
    training: module.training,
    qconfig: Object.hasOwn(module, 'qconfig'),
    keys: Reflect.ownKeys(module).map(String),
    fields: Object.entries(module)
      .filter(([, value]) => typeof value !== 'function')
      .map(([key, value]) => [key, plain(value)])
  }));
}

describe("D21: the caller's model", () => {
  test.each([
    ['prepareFx', (model: Net) => prepareFx(model.eval(), G(), [image()])],
    [
      'prepareQatFx',
      (model: Net) => prepareQatFx(model.eval(), getDefaultQatQConfigMapping('fbgemm'), [image()])
    ]
  ] as const)(
    '%s changes nothing of it, and the result shares no module and no tensor with it',
    (_, prepare) => {
      const model = new Net();
      model.eval();
      const before = snapshot(model);
      const modules = [...model.modules()];
      const prepared = prepare(model);
      expect(snapshot(model)).toEqual(before);
      expect([...model.modules()]).toEqual(modules);
      const theirs = new Set<unknown>([...model.modules(), ...model.parameters(), ...model.buffers()]);
      const ours = [...prepared.modules(), ...prepared.parameters(), ...prepared.buffers()];
      expect(ours.filter(part => theirs.has(part))).toEqual([]);
      prepared(image());
      convertFx(prepared);
      expect(snapshot(model)).toEqual(before);
    }
  );

  test('training the prepared model does not train it', () => {
    const model = new Net();
    const before = [...model.parameters()].map(p => plain(p.detach()));
    const prepared = prepareQatFx(model.train(), getDefaultQatQConfigMapping('fbgemm'), [image()]);
    const sgd = new optim.SGD([...prepared.parameters()], { lr: 0.5 });
    prepared(image()).pow(2).mean().backward();
    sgd.step();
    expect([...model.parameters()].map(p => plain(p.detach()))).toEqual(before);
    expect([...model.parameters()].every(p => p.grad === null)).toBe(true);
  });

  test('nor does a forward that counts its calls see those of prepare', () => {
    class Counting extends nn.Module {
      calls = 0;
      linear = new nn.Linear(6, 6);
      forward(x: Tensor): Tensor {
        this.calls += 1;
        return this.linear(x);
      }
    }
    class Holder extends nn.Module {
      counting = new Counting();
      forward(x: Tensor): Tensor {
        return this.counting(x);
      }
    }
    const model = new Holder();
    const custom = new PrepareCustomConfig().setNonTraceableModuleNames(['counting']);
    const prepared = prepareFx(model.eval(), G(), [x26()], custom);
    expect(model.counting.calls).toBe(0);
    expect((prepared.getSubmodule('counting') as Counting).calls).toBe(0);
  });

  test('{ inplace: true } uses its modules as they are', () => {
    const model = new Net();
    model.eval();
    const prepared = prepareFx(model, G(), [image()], null, null, { inplace: true });
    expect(prepared.getSubmodule('head')).toBe(model.head);
    expect(model.head.qconfig).toBeDefined();
  });
});

describe('D37: preparing one model twice', () => {
  test('the second time finds nothing of the first', () => {
    const model = new nn.Sequential(new nn.Linear(6, 6));
    prepareFx(model.eval() as never, G(), [x26()]);
    const trained = prepareQatFx(model.train() as never, getDefaultQatQConfigMapping('fbgemm'), [x26()]);
    const { weight_fake_quant: weight } = trained.getSubmodule('0') as unknown as nn.qat.Linear;
    expect(weight).toBeInstanceOf(FakeQuantizeBase);
  });

  test('a qconfig a person left on a module is not read', () => {
    const model = new nn.Sequential(new nn.Linear(6, 6));
    model.at(0).qconfig = null;
    expect(prepareFx(model.eval() as never, G(), [x26()]).report.isEmpty).toBe(true);
  });
});

describe('D36: observers that are shared', () => {
  class Cat extends nn.Module {
    a = new nn.Linear(6, 6);
    b = new nn.Linear(6, 6);
    forward(x: Tensor): Tensor {
      return torch.cat([this.a(x), this.b(x)], 1);
    }
  }
  const observer = (model: { getSubmodule(path: string): unknown }, i: number) =>
    model.getSubmodule(`activation_post_process_${i}`) as MinMaxObserver;

  test('are one object under several names, and come back as one', () => {
    const mapping = () => new QConfigMapping().setGlobal(defaultQConfig);
    const prepared = calibrated(new Cat(), [x26()], mapping());
    expect(observer(prepared, 1)).toBe(observer(prepared, 2));
    expect(observer(prepared, 1)).toBe(observer(prepared, 3));
    const other = prepareFx(new Cat().eval(), mapping(), [x26()]);
    other.loadStateDict(prepared.stateDict());
    expect(observer(other, 1)).toBe(observer(other, 3));
    expect(plain(observer(other, 1).max_val)).toEqual(plain(observer(prepared, 1).max_val));
  });

  test('a state with different values for one observer is an error that names both keys', () => {
    const prepared = calibrated(new Cat(), [x26()], new QConfigMapping().setGlobal(defaultQConfig));
    const state = prepared.stateDict();
    state.set('activation_post_process_3.max_val', torch.tensor(99).to('float32'));
    expect(() => prepared.loadStateDict(state)).toThrow(
      /activation_post_process_1\.max_val|activation_post_process_3\.max_val/
    );
  });
});

test('D41: what PyTorch forgets in state dicts is in ours, and files without it load', () => {
  for (const make of [() => new nn.ELU(), () => new nn.Softmax({ dim: 1 } as never), () => new nn.PReLU()]) {
    const model = () => new nn.Sequential(new nn.Linear(6, 6), make() as never);
    torch.manualSeed(2);
    const first = quantized(model(), [x26()]);
    torch.manualSeed(3);
    const second = quantized(model(), [x26().mul(5)]);
    const own = [...first.stateDict().keys()].filter(key => key.startsWith('1.'));
    expect(own).toEqual(expect.arrayContaining(['1.scale', '1.zero_point']));
    second.loadStateDict(first.stateDict());
    expect(maxError(second(x26()), first(x26()))).toBe(0);
    const theirs = new Map([...first.stateDict()].filter(([key]) => !key.startsWith('1.')));
    expect(() => second.loadStateDict(theirs)).not.toThrow();
  }
});

test('prepared models are copied with all that convert needs', async () => {
  const { deepCopy } = await import('../../../src/nn/deepcopy');
  const prepared = calibrated(new Net(), [image()]);
  const copy = deepCopy(prepared as never) as typeof prepared;
  expect(maxError(convertFx(copy)(image()), convertFx(prepared)(image()))).toBe(0);
  expect(copy.getSubmodule('activation_post_process_0')).not.toBe(
    prepared.getSubmodule('activation_post_process_0')
  );
  expect(asPyTorch(() => (G().globalQConfig as QConfig).label)).toBe('fbgemm default');
});
