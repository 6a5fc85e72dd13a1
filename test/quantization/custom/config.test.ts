// PrepareCustomConfig and ConvertCustomConfig: setters, the guide's dictionaries, and what they refuse.

import { describe, expect, test } from 'vitest';
import {
  ConvertCustomConfig,
  convertFx,
  defaultDynamicQConfig,
  defaultQConfig,
  nn,
  PrepareCustomConfig,
  prepareFx,
  type ConvertCustomConfigDict,
  type PrepareCustomConfigDict
} from '../../../src';
import { targets, x26 } from '../edges';
import { Alone, Around, Custom, DynamicQuant, Observed, StaticQuant } from './classes';

const cls = <T>(c: T) => c as never;

describe("the guide's dictionaries, as they stand there", () => {
  test('static: classes as a Map or as pairs', () => {
    for (const classes of [new Map([[Custom, Observed]]), [[Custom, Observed]]] as never[]) {
      for (const quantized of [new Map([[Observed, StaticQuant]]), [[Observed, StaticQuant]]] as never[]) {
        const prepared = prepareFx(new Around().eval(), { '': defaultQConfig }, [x26()], {
          float_to_observed_custom_module_class: { static: classes }
        });
        prepared(x26());
        const converted = convertFx(prepared, {
          observed_to_quantized_custom_module_class: { static: quantized }
        });
        expect(targets(converted).filter(t => t === 'StaticQuant')).toHaveLength(1);
      }
    }
  });

  test('non-traceable: a name alone, as the guide has it, names, and classes', () => {
    for (const dict of [
      { non_traceable_module_name: 'custom' },
      { non_traceable_module_name: ['custom'] },
      { non_traceable_module_class: [Custom] }
    ] as never as PrepareCustomConfigDict[]) {
      const prepared = prepareFx(new Around().eval(), { '': defaultQConfig }, [x26()], dict);
      expect(targets(prepared)).toContain('Custom');
      expect(prepared.report.settings).toEqual([]);
    }
  });

  test('dynamic: the float class is marked, and has a quantized version', () => {
    const prepared = prepareFx(new Alone().eval(), { '': defaultDynamicQConfig }, [x26()], {
      non_traceable_module_class: [cls(Custom)]
    });
    const converted = convertFx(prepared, {
      observed_to_quantized_custom_module_class: { dynamic: [[cls(Custom), cls(DynamicQuant)]] }
    });
    expect(targets(converted)).toEqual(['x', 'DynamicQuant', 'output']);
  });

  test('a qconfig dictionary for one module', () => {
    const prepared = prepareFx(new Around().eval(), { '': defaultQConfig, module_name: [['after', null]] }, [
      x26()
    ]);
    expect(prepared.report.floatOperators.map(e => e.about)).toEqual(['after']);
  });
});

describe('to and from dictionaries', () => {
  test('everything comes back', () => {
    const dict: PrepareCustomConfigDict = {
      standalone_module_name: [['block', null, [1], null, null]],
      standalone_module_class: [[cls(Around), null, [], null, null]],
      float_to_observed_custom_module_class: { static: [[cls(Custom), cls(Observed)]] },
      non_traceable_module_name: ['a', 'b'],
      non_traceable_module_class: [cls(Alone)],
      input_quantized_idxs: [0],
      output_quantized_idxs: [1],
      preserved_attributes: ['tag']
    };
    expect(PrepareCustomConfig.fromDict(dict).toDict()).toEqual(dict);
    const convert: ConvertCustomConfigDict = {
      observed_to_quantized_custom_module_class: {
        static: [[cls(Observed), cls(StaticQuant)]],
        dynamic: [[cls(Custom), cls(DynamicQuant)]],
        weight_only: [[cls(Custom), cls(DynamicQuant)]]
      },
      preserved_attributes: ['tag']
    };
    expect(ConvertCustomConfig.fromDict(convert).toDict()).toEqual(convert);
    expect(new PrepareCustomConfig().toDict()).toEqual({});
    expect(new ConvertCustomConfig().toDict()).toEqual({});
  });

  test('standalone entries take dictionaries for their own settings, and need not be complete', () => {
    const config = PrepareCustomConfig.fromDict({
      standalone_module_name: [
        ['block'],
        ['other', { '': defaultQConfig }, null, { input_quantized_idxs: [0] }]
      ]
    });
    expect(config.standaloneModuleNames.get('block')).toEqual({
      qconfigMapping: null,
      exampleInputs: [],
      prepareCustomConfig: null,
      backendConfig: null
    });
    const other = config.standaloneModuleNames.get('other');
    expect(other?.qconfigMapping?.globalQConfig).toBe(defaultQConfig);
    expect(other?.prepareCustomConfig?.inputQuantizedIndexes).toEqual([0]);
  });

  test('an unknown key is an error that lists the known ones', () => {
    expect(() => PrepareCustomConfig.fromDict({ non_traceable_modules: ['a'] } as never)).toThrow(
      /unknown key 'non_traceable_modules'; it knows standalone_module_name/
    );
    expect(() => ConvertCustomConfig.fromDict({ observed_to_quantized: {} } as never)).toThrow(/unknown key/);
  });
});

describe('setters', () => {
  test('lists replace, mappings and standalone entries add', () => {
    const config = new PrepareCustomConfig()
      .setNonTraceableModuleNames(['a'])
      .setNonTraceableModuleNames(['b'])
      .setStandaloneModuleName('a')
      .setStandaloneModuleName('b')
      .setFloatToObservedMapping(cls(Custom), cls(Observed))
      .setFloatToObservedMapping(cls(Around), cls(Observed));
    expect(config.nonTraceableModuleNames).toEqual(['b']);
    expect([...config.standaloneModuleNames.keys()]).toEqual(['a', 'b']);
    expect(config.customFloatClasses).toEqual([Custom, Around]);
  });

  test('do not keep what they were given', () => {
    const names = ['a'];
    const config = new PrepareCustomConfig().setNonTraceableModuleNames(names);
    names.push('b');
    expect(config.nonTraceableModuleNames).toEqual(['a']);
  });

  test('refuse what is no class, name or index, and say which setter', () => {
    const config = () => new PrepareCustomConfig();
    expect(() => config().setNonTraceableModuleClasses(['Custom'] as never)).toThrow(
      /setNonTraceableModuleClasses: expected a class of modules, got 'Custom', a text/
    );
    expect(() => config().setStandaloneModuleClass({} as never)).toThrow(/setStandaloneModuleClass/);
    expect(() => config().setNonTraceableModuleNames([1] as never)).toThrow(/expected a list of names/);
    expect(() => config().setInputQuantizedIndexes(0 as never)).toThrow(/expected a list of indexes/);
    expect(() =>
      PrepareCustomConfig.fromDict({
        float_to_observed_custom_module_class: { static: { Custom: Observed } }
      } as never)
    ).toThrow(/a plain object cannot have classes as keys/);
    expect(() =>
      PrepareCustomConfig.fromDict({ float_to_observed_custom_module_class: { statical: [] } } as never)
    ).toThrow(/'statical' is no quant type; one of static, dynamic, weight_only/);
  });

  test('only static quantization has observed modules', () => {
    expect(() =>
      new PrepareCustomConfig().setFloatToObservedMapping(cls(Custom), cls(Observed), 'dynamic')
    ).toThrow(/only static quantization has observed modules, not 'dynamic'.*setObservedToQuantizedMapping/);
  });

  test('a class without the factory is refused where it is registered', () => {
    expect(() => new PrepareCustomConfig().setFloatToObservedMapping(cls(Custom), cls(Custom))).toThrow(
      /Custom has no static fromFloat\(module\)/
    );
    expect(() =>
      new ConvertCustomConfig().setObservedToQuantizedMapping(cls(Observed), cls(Observed))
    ).toThrow(/Observed has no static fromObserved\(module\)/);
    expect(nn.Linear).toBeDefined();
  });
});
