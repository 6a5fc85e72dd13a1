// Static custom modules: every step of the contract, and every way to break it (spec 11.2, 11.3).

import { describe, expect, test } from 'vitest';
import {
  ConvertCustomConfig,
  convertFx,
  defaultQConfig,
  MinMaxObserver,
  nn,
  PlaceholderObserver,
  PrepareCustomConfig,
  prepareFx,
  QConfig,
  QConfigMapping,
  type fx,
  type Tensor
} from '../../../src';
import { asPyTorch, maxError, nodeNames, targets, x26 } from '../edges';
import { Alone, Around, Custom, Observed, StaticQuant } from './classes';

const global = () => new QConfigMapping().setGlobal(defaultQConfig);
const prepareConfig = (observed: unknown = Observed) =>
  new PrepareCustomConfig().setFloatToObservedMapping(Custom as never, observed as never);
const convertConfig = (quantized: unknown = StaticQuant, observed: unknown = Observed) =>
  new ConvertCustomConfig().setObservedToQuantizedMapping(observed as never, quantized as never);

function calibrated(model: nn.Module, config = prepareConfig(), mapping = global(), inputs = [x26()]) {
  const prepared = prepareFx(model.eval() as never, mapping, inputs, config);
  prepared(...inputs);
  return prepared;
}

const named = (model: fx.GraphModule, name: string) => [...model.graph.nodes].find(n => n.name === name);

describe('what prepare and convert do', () => {
  test('the module is observed around, swapped, and not looked into', () => {
    const prepared = calibrated(new Around());
    expect(nodeNames(prepared)).toEqual([
      'x',
      'activation_post_process_0',
      'before',
      'activation_post_process_1',
      'custom',
      'activation_post_process_2',
      'after',
      'activation_post_process_3',
      'output'
    ]);
    expect(prepared.getSubmodule('custom')).toBeInstanceOf(Observed);
    expect(prepared.report.isEmpty).toBe(true);
  });

  test('quantized in, quantized out; its output has the scale of its observer', () => {
    const model = new Around();
    const prepared = calibrated(model);
    const converted = convertFx(prepared, convertConfig());
    expect(targets(converted)).toEqual([
      'x',
      'before_input_scale_0',
      'before_input_zero_point_0',
      'torch.quantize_per_tensor',
      'Linear',
      'StaticQuant',
      'Linear',
      'dequantize',
      'output'
    ]);
    const { scale } = (
      prepared.getSubmodule('activation_post_process_2') as MinMaxObserver
    ).calculateQParams();
    expect((converted.getSubmodule('custom') as StaticQuant).linear.outputScale).toBe(scale.item());
    expect(maxError(converted(x26()), model(x26()))).toBeLessThan(0.1);
  });

  test('at the input and output of the graph', () => {
    const converted = convertFx(calibrated(new Alone()), convertConfig());
    expect(targets(converted).slice(-4)).toEqual([
      'torch.quantize_per_tensor',
      'StaticQuant',
      'dequantize',
      'output'
    ]);
    const config = prepareConfig().setInputQuantizedIndexes([0]).setOutputQuantizedIndexes([0]);
    const bare = convertFx(calibrated(new Alone(), config), convertConfig());
    expect(targets(bare)).toEqual(['x', 'StaticQuant', 'output']);
  });

  test('called twice: swapped once, converted once for each call', () => {
    class Twice extends nn.Module {
      custom = new Custom();
      forward(x: Tensor): Tensor {
        return this.custom(this.custom(x));
      }
    }
    let made = 0;
    class Counted extends Observed {
      static override fromFloat(float: Custom): Counted {
        made += 1;
        return Object.assign(new Counted(float.linear), { qconfig: float.qconfig ?? null });
      }
    }
    const prepared = calibrated(new Twice(), prepareConfig(Counted));
    expect(made).toBe(1);
    const converted = convertFx(prepared, convertConfig(StaticQuant, Counted));
    const scaleOf = (path: string) => (converted.getSubmodule(path) as StaticQuant).linear.outputScale;
    const observed = (i: number) =>
      (prepared.getSubmodule(`activation_post_process_${i}`) as MinMaxObserver)
        .calculateQParams()
        .scale.item();
    expect([scaleOf('custom'), scaleOf('custom_1')]).toEqual([observed(1), observed(2)]);
    expect(maxError(converted(x26()), prepared(x26()))).toBeLessThan(0.1);
    // PyTorch makes one, with the scale of the first call.
    const theirs = asPyTorch(() => convertFx(prepared, convertConfig(StaticQuant, Counted)));
    expect([...theirs.namedModules()].map(([path]) => path)).not.toContain('custom_1');
    expect((theirs.getSubmodule('custom') as StaticQuant).linear.outputScale).toBe(observed(1));
  });

  test('two inputs: both are observed, the first arrives as integers, the other as floats (D39)', () => {
    class Two extends nn.Module<[Tensor, Tensor]> {
      linear = new nn.Linear(6, 6);
      forward(x: Tensor, y: Tensor): Tensor {
        return this.linear(x).add(y);
      }
    }
    class TwoObserved extends Two {
      static fromFloat(float: Two): TwoObserved {
        return Object.assign(new TwoObserved(), { linear: float.linear, qconfig: float.qconfig ?? null });
      }
    }
    const seen: string[] = [];
    class TwoQuant extends nn.Module<[Tensor, Tensor]> {
      forward(x: Tensor, y: Tensor): Tensor {
        seen.push(x.dtype, y.dtype);
        return x;
      }
      static fromObserved(): TwoQuant {
        return new TwoQuant();
      }
    }
    class Net extends nn.Module {
      a = new nn.Linear(6, 6);
      b = new nn.Linear(6, 6);
      two = new Two();
      forward(x: Tensor): Tensor {
        return this.two(this.a(x), this.b(x));
      }
    }
    const config = new PrepareCustomConfig().setFloatToObservedMapping(Two as never, TwoObserved as never);
    const prepared = calibrated(new Net(), config);
    expect(named(prepared, 'two')?.args.map(String)).toEqual([
      'activation_post_process_1',
      'activation_post_process_2'
    ]);
    const converted = convertFx(prepared, convertConfig(TwoQuant, TwoObserved));
    expect(named(converted, 'two')?.args.map(String)).toEqual(['a', 'dequantize_2']);
    converted(x26());
    expect(seen).toEqual(['quint8', 'float32']);
  });

  test('keyword arguments, the last argument in TypeScript, are observed too', () => {
    class Keyed extends nn.Module<[Tensor, { bias: Tensor }]> {
      forward(x: Tensor, { bias }: { bias: Tensor }): Tensor {
        return x.add(bias);
      }
    }
    class KeyedObserved extends Keyed {
      static fromFloat(float: Keyed): KeyedObserved {
        return Object.assign(new KeyedObserved(), { qconfig: float.qconfig ?? null });
      }
    }
    class Net extends nn.Module<[Tensor, Tensor]> {
      keyed = new Keyed();
      forward(x: Tensor, y: Tensor): Tensor {
        return this.keyed(x, { bias: y });
      }
    }
    const config = new PrepareCustomConfig().setFloatToObservedMapping(
      Keyed as never,
      KeyedObserved as never
    );
    const prepared = calibrated(new Net(), config, global(), [x26(), x26()]);
    const [first, second] = named(prepared, 'keyed')?.args ?? [];
    expect(String(first)).toBe('activation_post_process_0');
    expect(String((second as { bias: unknown }).bias)).toBe('activation_post_process_1');
  });

  test('inside a standalone module', () => {
    class Outer extends nn.Module {
      first = new nn.Linear(6, 6);
      inner = new Around();
      forward(x: Tensor): Tensor {
        return this.inner(this.first(x));
      }
    }
    const config = new PrepareCustomConfig().setStandaloneModuleName('inner', null, [], prepareConfig());
    const prepared = calibrated(new Outer(), config);
    expect(prepared.getSubmodule('inner.custom')).toBeInstanceOf(Observed);
    expect(() => convertFx(prepared)).toThrow(/'custom' is an observed custom module \(Observed\)/);
  });

  test('a null qconfig leaves it float, without an error', () => {
    const prepared = calibrated(new Around(), prepareConfig(), global().setModuleName('custom', null));
    expect(prepared.getSubmodule('custom')).toBeInstanceOf(Custom);
    expect(prepared.report.floatOperators).toMatchObject([{ kind: 'noQConfig', about: 'custom' }]);
    expect(convertFx(prepared, convertConfig()).getSubmodule('custom')).toBeInstanceOf(Custom);
  });

  test('modules inside have the qconfig their names and types are given', () => {
    let inner: unknown;
    class Reading extends Observed {
      static override fromFloat(float: Custom): Reading {
        inner = float.linear.qconfig;
        return Object.assign(new Reading(float.linear), { qconfig: float.qconfig ?? null });
      }
    }
    const other = defaultQConfig.named('other');
    const prepared = calibrated(
      new Around(),
      prepareConfig(Reading),
      global().setModuleName('custom.linear', other)
    );
    expect(inner).toBe(other);
    expect(prepared.report.settings).toEqual([]);
  });
});

describe('errors', () => {
  const failing = (fromFloat: (float: Custom) => unknown) => {
    class Bad extends nn.Module {
      forward(x: Tensor): Tensor {
        return x;
      }
      static fromFloat = fromFloat;
    }
    return () => calibrated(new Around(), prepareConfig(Bad));
  };

  test('fromFloat that does not copy the qconfig', () => {
    expect(failing(float => new Observed(float.linear))).toThrow(
      /Bad\.fromFloat: the observed module for 'custom' has no qconfig; add observed\.qconfig = float\.qconfig/
    );
  });

  test('fromFloat that throws, or returns no module', () => {
    expect(
      failing(() => {
        throw new Error('no weights');
      })
    ).toThrow("Bad.fromFloat failed for 'custom': no weights");
    expect(failing(() => undefined)).toThrow(/Bad\.fromFloat for 'custom' returned undefined, not a module/);
    expect(failing(() => null)).toThrow(/returned null, not a module/);
  });

  test('a qconfig that is no kind of quantization', () => {
    const odd = new QConfig(MinMaxObserver, PlaceholderObserver);
    expect(() => calibrated(new Alone(), prepareConfig(), new QConfigMapping().setGlobal(odd))).toThrow(
      /The qconfig of 'custom' has quint8 activations and float32 weights, which is neither static, dynamic nor weight-only/
    );
  });

  test('D17: no quantized class for convert', () => {
    expect(() => convertFx(calibrated(new Around()))).toThrow(
      /'custom' is an observed custom module \(Observed\) without a quantized class\. Give convertFx a ConvertCustomConfig with setObservedToQuantizedMapping\(Observed, …\)/
    );
    const theirs = asPyTorch(() => convertFx(calibrated(new Around())));
    expect(theirs.getSubmodule('custom')).toBeInstanceOf(Observed);
  });

  test('a class registered for another kind of quantization', () => {
    const dynamic = new ConvertCustomConfig().setObservedToQuantizedMapping(
      Observed as never,
      StaticQuant as never,
      'dynamic'
    );
    expect(() => convertFx(calibrated(new Around()), dynamic)).toThrow(
      /'custom' is configured for static quantization, but Observed has no static quantized class\. Register it with setObservedToQuantizedMapping\(Observed, …, 'static'\)/
    );
  });

  test('an observed module whose qconfig went missing', () => {
    const prepared = calibrated(new Around());
    Reflect.deleteProperty(prepared.getSubmodule('custom'), 'qconfig');
    expect(() => convertFx(prepared, convertConfig())).toThrow(
      /'custom' \(Observed\) has no qconfig; copy it in fromFloat/
    );
  });

  test('fromObserved that throws, or returns no module', () => {
    const bad = (fromObserved: () => unknown) => {
      class Bad extends nn.Module {
        forward(x: Tensor): Tensor {
          return x;
        }
        static fromObserved = fromObserved;
      }
      return () => convertFx(calibrated(new Around()), convertConfig(Bad));
    };
    expect(
      bad(() => {
        throw new Error('too late');
      })
    ).toThrow("Bad.fromObserved failed for 'custom': too late");
    expect(bad(() => 3)).toThrow(/returned number, not a module/);
  });

  test('a float class registered as observed and static', () => {
    const prepared = calibrated(
      new Alone(),
      new PrepareCustomConfig().setNonTraceableModuleClasses([Custom as never])
    );
    expect(() => convertFx(prepared, convertConfig(StaticQuant, Custom))).toThrow(
      /the output of custom module 'custom' is not observed; prepareFx must know its float class by setFloatToObservedMapping/
    );
  });
});
