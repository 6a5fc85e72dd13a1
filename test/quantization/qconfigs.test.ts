// QConfigs and default mappings against torch 2.13 (`fixtures/record_qconfigs.py`), row by row.

import { describe, expect, test } from 'vitest';
import * as fxquant from '../../src';
import {
  F,
  FakeQuantize,
  getDefaultQatQConfig,
  getDefaultQatQConfigMapping,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  getSymmetricQnnpackQatQConfigMapping,
  getSymmetricQnnpackQConfigMapping,
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  nn,
  QConfig,
  qconfigEquals,
  QConfigMapping,
  type MaybeQConfig,
  type ObserverFactory
} from '../../src';
import { moduleTypeName } from '../../src/nn/library';
import recorded from './fixtures/qconfigs.json';
import { describeFactory, ourName } from './options';

const exported = fxquant as unknown as Record<string, unknown>;
type Backend = 'fbgemm' | 'x86' | 'qnnpack' | 'onednn';
const backends = Object.keys(recorded.defaults) as Backend[];

const pair = (q: MaybeQConfig) => q && [describeFactory(q.activation), describeFactory(q.weight)];

function rows(mapping: QConfigMapping) {
  const dict = mapping.toDict();
  const key = (type: fxquant.ObjectType) =>
    typeof type === 'string' ? type : 'target' in type ? type.target : moduleTypeName(type);
  return {
    global: pair(dict[''] ?? null),
    object_type: (dict.object_type ?? []).map(([type, q]) => [key(type), pair(q)])
  };
}

describe('names', () => {
  const constructors = { ...recorded.observers, ...recorded.fakeQuantizers };

  test.each(Object.entries(constructors))('%s', (name, row) => {
    expect(describeFactory(exported[ourName(name)] as ObserverFactory)).toEqual(row);
  });

  test.each(Object.entries(recorded.qconfigs))('%s', (name, row) => {
    expect(pair(exported[ourName(name)] as QConfig)).toEqual(row);
  });
});

describe('defaults of a backend', () => {
  test.each(backends)('qconfig and mapping of %s', backend => {
    expect(pair(getDefaultQConfig(backend))).toEqual(recorded.defaults[backend]);
    expect(rows(getDefaultQConfigMapping(backend))).toEqual(recorded.mappings[backend]);
  });

  test.each(recorded.qatDefaults as [Backend, 0 | 1, unknown][])(
    'QAT qconfig of %s, version %d',
    (b, v, row) => {
      expect(pair(getDefaultQatQConfig(b, v))).toEqual(row);
    }
  );

  test.each(recorded.qatMappings as [Backend, 0 | 1, unknown][])(
    'QAT mapping of %s, version %d',
    (b, v, row) => {
      expect(rows(getDefaultQatQConfigMapping(b, v))).toEqual(row);
    }
  );

  test('symmetric mappings of qnnpack', () => {
    expect(rows(getSymmetricQnnpackQConfigMapping())).toEqual(recorded.symmetricQnnpack);
    expect(rows(getSymmetricQnnpackQatQConfigMapping())).toEqual(recorded.symmetricQnnpackQat);
  });

  test('unknown backends and versions are refused', () => {
    expect(() => getDefaultQConfig('tensorrt' as never)).toThrow(
      "'tensorrt' is not supported; one of fbgemm"
    );
    expect(() => getDefaultQConfig('x86', 1 as never)).toThrow('version 1 does not exist');
    expect(() => getDefaultQatQConfig('x86', 2 as never)).toThrow('version 2 does not exist');
  });
});

describe('QConfig', () => {
  test('takes classes and factories, not observers', () => {
    const q = new QConfig(HistogramObserver, MinMaxObserver.withArgs({ dtype: 'qint8' }));
    expect(q.activation.create()).toBeInstanceOf(HistogramObserver);
    expect(() => new QConfig(new MinMaxObserver() as never, MinMaxObserver)).toThrow(
      /activation: got a MinMaxObserver, expected its class or Class.withArgs/
    );
  });

  test('equality is of settings, inner observers too; null only equals null', () => {
    const fake = (eps: number) =>
      FakeQuantize.withArgs({
        observer: MovingAverageMinMaxObserver.withArgs({ eps }),
        quantMin: 0,
        quantMax: 255
      });
    const q = (eps: number) => new QConfig(fake(eps), MinMaxObserver);
    expect(qconfigEquals(q(0.5), q(0.5))).toBe(true);
    expect(qconfigEquals(q(0.5), q(0.25))).toBe(false);
    expect(qconfigEquals(null, null)).toBe(true);
    expect(qconfigEquals(q(0.5), null)).toBe(false);
    const args = MinMaxObserver.withArgs({ dtype: 'qint8' });
    expect(qconfigEquals(new QConfig(args, args), new QConfig(args, args.withArgs({ eps: 1 })))).toBe(false);
    expect(
      qconfigEquals(new QConfig(args, args), new QConfig(args, MinMaxObserver.withArgs({ dtype: 'qint8' })))
    ).toBe(true);
  });
});

describe('QConfigMapping', () => {
  const [a, b] = [getDefaultQConfig('fbgemm'), getDefaultQConfig('qnnpack')];

  test('a key set again keeps its place', () => {
    const mapping = new QConfigMapping()
      .setModuleNameRegex('x.*', a)
      .setModuleNameRegex('x', b)
      .setModuleNameRegex('x.*', null);
    expect(mapping.toDict().module_name_regex).toEqual([
      ['x.*', null],
      ['x', b]
    ]);
  });

  test('goes through plain data and back', () => {
    const mapping = new QConfigMapping()
      .setGlobal(a)
      .setObjectType(nn.Linear, b)
      .setObjectType(F.relu, null)
      .setModuleNameRegex('layer[0-9]+', a)
      .setModuleName('head', null)
      .setModuleNameObjectTypeOrder('block', F.linear, 2, b);
    const dict = mapping.toDict();
    expect(dict.module_name_object_type_order).toEqual([['block', F.linear, 2, b]]);
    expect(QConfigMapping.fromDict(dict).toDict()).toEqual(dict);
    expect(QConfigMapping.fromDict({}).toDict()['']).toBeNull();
  });

  test('a key that is no style is refused', () => {
    expect(() => QConfigMapping.fromDict({ object_types: [] } as object)).toThrow(
      /unknown key 'object_types'; the keys are '', 'object_type'/
    );
  });
});
