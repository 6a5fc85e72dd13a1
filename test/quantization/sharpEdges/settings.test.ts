// D3 to D8, D15, D18, D19, D22, D26, D34, D35: settings that PyTorch ignores, refuses or applies to something else.

import { describe, expect, test } from 'vitest';
import {
  convertFx,
  ConvertCustomConfig,
  defaultDynamicQConfig,
  defaultQConfig,
  defaultWeightObserver,
  float16StaticQConfig,
  getDefaultQConfigMapping,
  MinMaxObserver,
  nn,
  PrepareCustomConfig,
  prepareFx,
  QConfig,
  QConfigMapping,
  torch,
  type Tensor
} from '../../../src';
import { asPyTorch, calibrated, G, nodeNames, targets, x26 } from '../edges';

const linear = () => new nn.Linear(6, 6);
const sequential = (...modules: nn.Module[]) => new nn.Sequential(...(modules as never[])).eval();
const prepare = (model: unknown, mapping: QConfigMapping, custom: PrepareCustomConfig | null = null) =>
  prepareFx((model as nn.Module).eval() as never, mapping, [x26()], custom);

test('D3: misspelt names and classes that do not occur are reported, with what was meant', () => {
  class Net extends nn.Module {
    linear = linear();
    forward(x: Tensor): Tensor {
      return this.linear(x);
    }
  }
  const custom = new PrepareCustomConfig()
    .setNonTraceableModuleNames(['liner'])
    .setStandaloneModuleName('linears', null, [])
    .setPreservedAttributes(['lineer']);
  const { settings } = prepare(new Net(), G().setModuleName('linaer', null), custom).report;
  expect(settings.map(e => [e.about, e.remedy])).toEqual(
    ['linaer', 'liner', 'linears', 'lineer'].map(name => [name, "Did you mean 'linear'?"])
  );
});

test('D4: the name of a class, as text, is an error that says what to give instead', () => {
  expect(() => G().setObjectType('Linear', defaultQConfig)).toThrow(
    /no tensor method is called 'Linear'.*setObjectType\(nn\.Linear, …\)/
  );
  expect(() => asPyTorch(() => G().setObjectType('Linear', defaultQConfig))).not.toThrow();
  expect(() => G().setObjectType('sigmoid_', null).setObjectType('reshape', null)).not.toThrow();
});

test('D5: dtypes the backend does not have are reported per operator: asked for, and supported', () => {
  const qint8 = new QConfig(MinMaxObserver.withArgs({ dtype: 'qint8' }), defaultWeightObserver);
  for (const [qconfig, asked] of [
    [qint8, 'qint8 activations, qint8 weights'],
    [float16StaticQConfig, 'float16 activations, float16 weights']
  ] as const) {
    const prepared = prepare(sequential(linear(), linear()), new QConfigMapping().setGlobal(qconfig));
    expect(nodeNames(prepared)).toEqual(['input_1', '_0', '_1', 'output']);
    const { floatOperators } = prepared.report;
    expect(floatOperators.map(e => [e.about, e.kind, e.requested])).toEqual([
      ['_0', 'dtype', asked],
      ['_1', 'dtype', asked]
    ]);
    expect(floatOperators[0]?.supported).toContain('quint8 activations, qint8 weights');
  }
});

test('D6: an observer that does not fit a sigmoid is reported by node and operator', () => {
  const prepared = prepare(
    sequential(linear(), new nn.Sigmoid()),
    new QConfigMapping().setGlobal(defaultQConfig)
  );
  expect(prepared.report.floatOperators).toMatchObject([
    {
      kind: 'fixedQParams',
      level: 'warning',
      about: '_1',
      target: 'Sigmoid',
      remedy: expect.stringContaining('FixedQParamsObserver') as string
    }
  ]);
});

describe('D7: settings for members of a fused module', () => {
  test("by type: the root's counts, and a conflict is reported", () => {
    const prepared = prepare(
      sequential(linear(), new nn.ReLU()),
      new QConfigMapping().setObjectType(nn.Linear, defaultQConfig)
    );
    expect(nodeNames(prepared)).toEqual([
      'input_1',
      'activation_post_process_0',
      '_0',
      'activation_post_process_1',
      'output'
    ]);
    expect(prepared.report.settings).toMatchObject([{ kind: 'conflict', about: '_0' }]);
  });

  test('by name: a setting for the batch norm that is folded is reported', () => {
    torch.manualSeed(0);
    const model = sequential(new nn.Conv2d(3, 4, 1) as never, new nn.BatchNorm2d(4) as never);
    const prepared = prepareFx(model as never, G().setModuleName('1', null), [torch.randn([1, 3, 4, 4])]);
    expect(prepared.report.settings).toMatchObject([
      { kind: 'fusedAway', about: '1', remedy: "Make the setting for '0'" }
    ]);
  });
});

test('D8: fusion takes no notice of qconfigs, as in PyTorch', () => {
  torch.manualSeed(0);
  const model = sequential(new nn.Conv2d(3, 4, 1) as never, new nn.BatchNorm2d(4) as never);
  const prepared = prepareFx(model as never, new QConfigMapping(), [torch.randn([1, 3, 4, 4])]);
  expect(nodeNames(prepared)).toEqual(['input_1', '_0', 'output']);
});

describe('D15: a module with two names', () => {
  class Aliased extends nn.Module {
    a = linear();
    b = this.a;
    forward(x: Tensor): Tensor {
      return this.b(this.a(x));
    }
  }
  const quantizedCalls = (mapping: QConfigMapping) =>
    nodeNames(prepare(new Aliased(), mapping)).filter(n => n.startsWith('activation')).length;

  test('a setting for the second name is one for the module', () => {
    expect(quantizedCalls(G())).toBe(3);
    expect(quantizedCalls(G().setModuleName('b', null))).toBe(0);
    expect(prepare(new Aliased(), G().setModuleName('b', null)).report.settings).toMatchObject([
      {
        kind: 'alias',
        level: 'info',
        about: 'b',
        text: expect.stringContaining("the same module as 'a'") as string
      }
    ]);
  });

  test('of settings for both names the first counts, and that is reported', () => {
    const both = G().setModuleName('b', null).setModuleName('a', defaultQConfig);
    expect(quantizedCalls(both)).toBe(3);
    expect(prepare(new Aliased(), both).report.settings).toMatchObject([{ kind: 'alias', level: 'warning' }]);
  });

  test('marks too; and PyTorch ignores them', () => {
    class Outer extends nn.Module {
      first = new Aliased();
      second = this.first;
      forward(x: Tensor): Tensor {
        return this.second(x);
      }
    }
    const custom = new PrepareCustomConfig().setNonTraceableModuleNames(['second']);
    expect(targets(prepare(new Outer(), G(), custom))).toContain('Aliased');
    expect(custom.nonTraceableModuleNames).toEqual(['second']);
    expect(targets(asPyTorch(() => prepare(new Outer(), G(), custom)))).not.toContain('Aliased');
    expect(asPyTorch(() => quantizedCalls(G().setModuleName('b', null)))).toBe(3);
  });
});

describe('D18, D19: custom and marked classes', () => {
  class Custom extends nn.Module {
    linear = linear();
    forward(x: Tensor): Tensor {
      return this.linear(x);
    }
  }
  class CustomSub extends Custom {}
  class Observed extends Custom {
    static fromFloat(float: Custom): Observed {
      const observed = new Observed();
      observed.qconfig = float.qconfig ?? null;
      return observed;
    }
  }
  class Net extends nn.Module {
    custom: Custom;
    constructor(cls: typeof Custom) {
      super();
      this.custom = new cls();
    }
    forward(x: Tensor): Tensor {
      return this.custom(x);
    }
  }
  const mapping = new QConfigMapping().setGlobal(defaultDynamicQConfig);
  const custom = new PrepareCustomConfig().setFloatToObservedMapping(Custom as never, Observed as never);

  test('D18: a static custom module under a dynamic qconfig is an error with both ways out', () => {
    expect(() => prepare(new Net(Custom), mapping, custom)).toThrow(
      /'custom' \(Custom\) has a dynamic qconfig \(global\).*static qconfig.*setNonTraceableModuleClasses.*setObservedToQuantizedMapping\(Custom, …, 'dynamic'\)/
    );
  });

  test('D18: PyTorch quantizes its input for nothing', () => {
    const converted = asPyTorch(() => convertFx(prepare(new Net(Custom), mapping, custom)));
    expect(targets(converted)).toEqual([
      'x',
      'torch.quantize_per_tensor_dynamic',
      'dequantize',
      'Custom',
      'output'
    ]);
  });

  test('D19: a subclass of a marked class is traced through, and reported', () => {
    const marks = new PrepareCustomConfig().setNonTraceableModuleClasses([Custom as never]);
    const prepared = prepare(new Net(CustomSub), G(), marks);
    expect(targets(prepared)).toContain('Linear');
    expect(prepared.report.settings).toMatchObject([
      { kind: 'nearMiss', about: 'custom', remedy: 'Mark CustomSub too' },
      { kind: 'unknownClass' }
    ]);
  });
});

test('D22: submodules that are left out are reported', () => {
  class Net extends nn.Module {
    used = linear();
    spare = linear();
    activation = new nn.ReLU();
    forward(x: Tensor): Tensor {
      return this.used(x);
    }
  }
  const prepared = prepare(new Net(), G());
  expect([...prepared.stateDict().keys()].filter(k => k.startsWith('spare'))).toEqual([]);
  // A ReLU has nothing to lose.
  expect(prepared.report.model.map(e => [e.kind, e.about])).toEqual([['droppedModule', 'spare']]);
});

describe('D26: regexes are matched at the start of the path', () => {
  class Net extends nn.Module {
    layer1 = linear();
    layer10 = linear();
    forward(x: Tensor): Tensor {
      return this.layer10(this.layer1(x));
    }
  }
  const floats = (regex: string) =>
    prepare(new Net(), G().setModuleNameRegex(regex, null)).report.floatOperators.map(e => e.about);

  test('not to the end, unless they say so', () => {
    expect(floats('layer1')).toEqual(['layer1', 'layer10']);
    expect(floats('layer1$')).toEqual(['layer1']);
    expect(floats('')).toEqual(['layer1', 'layer10']);
    expect(floats('ayer1')).toEqual([]);
  });

  test('what is no regular expression is an error that names it', () => {
    expect(() => G().setModuleNameRegex('layer(', null)).toThrow(/'layer\(' is no regular expression/);
  });
});

describe('D34: indexes of quantized inputs and outputs', () => {
  class Two extends nn.Module<[Tensor], [Tensor, Tensor]> {
    l = linear();
    forward(x: Tensor): [Tensor, Tensor] {
      const y = this.l(x);
      return [y, y.add(1)];
    }
  }
  const indexes = (input: number[], output: number[]) =>
    new PrepareCustomConfig().setInputQuantizedIndexes(input).setOutputQuantizedIndexes(output);

  test('are reported by prepare where nothing stands there', () => {
    const { settings } = prepare(new Two(), G(), indexes([2], [5])).report;
    expect(settings.map(e => [e.kind, e.text])).toEqual([
      ['outOfRange', 'the model takes one value, index 0'],
      ['outOfRange', 'the model returns 2 values, indexes 0 to 1']
    ]);
  });

  test('and refused by convert, with what the model returns', () => {
    expect(() => convertFx(calibrated(new Two(), [x26()], G(), indexes([], [5])))).toThrow(
      'outputQuantizedIndexes names 5, the model returns 2 values'
    );
    expect(() => convertFx(calibrated(sequential(linear()), [x26()], G(), indexes([], [1])))).toThrow(
      /outputQuantizedIndexes is \[1\], but the model returns one value, index 0/
    );
  });

  test('an element of a tuple stays quantized, the others are float', () => {
    const [first, second] = convertFx(calibrated(new Two(), [x26()], G(), indexes([], [0])))<
      [Tensor, Tensor]
    >(x26());
    expect([first.dtype, second.dtype]).toEqual(['quint8', 'float32']);
  });
});

test('D35: rows by order that count nothing are reported', () => {
  const mapping = G()
    .setModuleNameObjectTypeOrder('', nn.Linear as never, 2, null)
    .setModuleNameObjectTypeOrder('', 'relu', 0, null);
  expect(prepare(sequential(linear(), linear()), mapping).report.settings).toMatchObject([
    { kind: 'outOfRange', remedy: 'Use an index from 0 to 1' },
    { kind: 'notApplicable', text: 'calls of tensor methods are not counted' }
  ]);
});

test('settings and marks that are used are not reported', () => {
  expect(prepare(sequential(linear()), getDefaultQConfigMapping('qnnpack')).report.settings).toEqual([]);
  expect(new ConvertCustomConfig().customObservedClasses).toEqual([]);
});
