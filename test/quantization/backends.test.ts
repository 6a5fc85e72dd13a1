// Backend configs against torch 2.13 (`fixtures/record_backends.py`): every pattern of every backend with observation
// type, dtypes, classes and argument positions, in order.

import { describe, expect, test } from 'vitest';
import {
  BackendConfig,
  BackendPatternConfig,
  DTypeConfig,
  F,
  getExecutorchBackendConfig,
  getFbgemmBackendConfig,
  getFxquantBackendConfig,
  getNativeBackendConfig,
  getOnednnBackendConfig,
  getQnnpackBackendConfig,
  getTensorrtBackendConfig,
  getX86BackendConfig,
  MatchAllNode,
  nn,
  ObservationType,
  torch,
  type ComplexPattern
} from '../../src';
import { lookupModuleClass, moduleTypeName } from '../../src/nn/library';
import { lookupFunction } from '../../src/tensor';
import recorded from './fixtures/backends.json';
import { snake } from './options';

const backends = {
  native: getNativeBackendConfig,
  fbgemm: getFbgemmBackendConfig,
  x86: getX86BackendConfig,
  qnnpack: getQnnpackBackendConfig,
  onednn: getOnednnBackendConfig,
  executorch: getExecutorchBackendConfig,
  tensorrt: getTensorrtBackendConfig
} as const;
type Name = keyof typeof backends;

interface Row {
  readonly pattern?: Recorded;
  readonly complex?: Recorded;
  readonly observation: string;
  readonly dtypes: readonly number[];
  readonly root?: string;
  readonly qat?: string;
  readonly reference?: string;
  readonly fused?: string;
  readonly fuser?: boolean;
  readonly counts?: Readonly<Record<string, string>>;
  readonly types?: Readonly<Record<string, number>>;
}
type Recorded = string | readonly Recorded[];

/** Operators of PyTorch's lists that this library does not have. */
const ABSENT = [
  'torch.nn.functional.hardtanh_',
  'torch.nn.functional.leaky_relu_',
  'torch.nn.modules.padding.ConstantPad2d',
  'torch.permute_copy',
  'torch.concat',
  'torch.concatenate',
  'torch.addmm'
].filter(name => !lookupFunction(name) && !lookupModuleClass(name));

/** Builtins that are the same under both names. */
const plainName = (name: string) => name.replace(/^torch\.nn\.functional\.(pixel_(un)?shuffle)$/, 'torch.$1');

function describeItem(pattern: ComplexPattern): Recorded {
  if (Array.isArray(pattern)) {
    return (pattern as readonly ComplexPattern[]).map(describeItem);
  }
  if (pattern === MatchAllNode) {
    return '*';
  }
  if (typeof pattern === 'string') {
    return `.${pattern}`;
  }
  return plainName(
    'target' in (pattern as object)
      ? (pattern as { target: string }).target
      : moduleTypeName(pattern as object)
  );
}

function describeDType(config: DTypeConfig): Record<string, unknown> {
  const rows = Object.entries(config.toDict()).map(([key, value]) => {
    const row =
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([k, v]) => [snake(k), v as unknown]))
        : value;
    return [key, row];
  });
  return Object.fromEntries(rows) as Record<string, unknown>;
}

function describeConfig(config: BackendPatternConfig): Record<string, unknown> {
  const name = (cls: object | null) => (cls ? moduleTypeName(cls) : undefined);
  const pattern = config.pattern === null ? undefined : describeItem(config.pattern as ComplexPattern);
  return {
    pattern,
    complex: config.pattern === null ? describeItem(config.patternComplexFormat) : undefined,
    observation: config.observationType,
    dtypes: config.dtypeConfigs.map(describeDType),
    root: name(config.rootModule),
    qat: name(config.qatModule),
    reference: name(config.referenceQuantizedModule),
    fused: name(config.fusedModule),
    fuser: config.fuserMethod === null ? undefined : true,
    counts: config.numTensorArgsToObservationType ?? undefined,
    types: Object.keys(config.inputTypeToIndex).length > 0 ? config.inputTypeToIndex : undefined
  };
}

function expected(index: number): Record<string, unknown> {
  const row = recorded.rows[index] as Row;
  const dtypes = row.dtypes.map(i => {
    const dtype = recorded.dtypeConfigs[i] as Record<string, { dtype: string | null } | string | boolean>;
    return Object.fromEntries(
      Object.entries(dtype).filter(([, v]) => typeof v !== 'object' || v.dtype !== null)
    );
  });
  return { ...row, dtypes };
}

const without = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

describe('patterns', () => {
  test.each(Object.keys(backends) as Name[])('%s has those of PyTorch, in its order', name => {
    const wanted = recorded.backends[name]
      .map(expected)
      .filter(row => !ABSENT.includes(row.pattern as string));
    const ours = backends[name]().configs.map(config => without(describeConfig(config)));
    expect(ours.map(row => row.pattern ?? row.complex)).toEqual(
      wanted.map(row => row.pattern ?? row.complex)
    );
    ours.forEach((row, i) => {
      expect(row).toEqual(wanted[i]);
    });
  });

  test('the operators left out are few, and none of the default backend but hardtanh_', () => {
    expect(ABSENT.length).toBeLessThanOrEqual(7);
    const missing = recorded.backends.native.length - getNativeBackendConfig().configs.length;
    expect(missing).toBe(ABSENT.includes('torch.nn.functional.hardtanh_') ? 1 : 0);
  });

  test("fxquant's own has every pattern of PyTorch's, and more", () => {
    const [ours, native] = [getFxquantBackendConfig(), getNativeBackendConfig()];
    expect(native.configs.every(({ pattern }) => pattern !== null && ours.find(pattern) !== undefined)).toBe(
      true
    );
    expect(ours.find(nn.Flatten as never)?.observationType).toBe(
      ObservationType.OUTPUT_SHARE_OBSERVER_WITH_INPUT
    );
    expect(ours.configs.length).toBeGreaterThan(native.configs.length);
  });

  test('each call gives a backend of its own', () => {
    getNativeBackendConfig().setBackendPatternConfig(new BackendPatternConfig(torch.relu));
    expect(getNativeBackendConfig().find(torch.relu)).toBeUndefined();
  });
});

describe('BackendConfig', () => {
  const dtype = new DTypeConfig({
    inputDtype: 'quint8',
    outputDtype: { dtype: 'quint8', quantMaxUpperBound: 127 }
  });

  test('a pattern set again is replaced where it stands', () => {
    const backend = new BackendConfig('mine')
      .setBackendPatternConfig(new BackendPatternConfig(F.relu))
      .setBackendPatternConfig(new BackendPatternConfig([F.linear, F.relu]))
      .setBackendPatternConfig(new BackendPatternConfig(F.relu).addDTypeConfig(dtype));
    expect(backend.configs.map(c => c.pattern)).toEqual([F.relu, [F.linear, F.relu]]);
    expect(backend.find(F.relu)?.dtypeConfigs).toEqual([dtype]);
    expect(backend.find([F.relu, F.linear])).toBeUndefined();
  });

  test('goes through plain data and back', () => {
    const native = getOnednnBackendConfig();
    const dict = native.toDict();
    const back = BackendConfig.fromDict(dict);
    expect(back.name).toBe('onednn');
    expect(back.toDict()).toEqual(dict);
    expect(dict.configs?.[0]).toMatchObject({
      pattern: nn.Conv1d,
      observation_type: 'output_use_different_observer_as_input'
    });
  });

  test('mistakes are named', () => {
    expect(() => BackendPatternConfig.fromDict({ patern: F.relu })).toThrow(
      /unknown key 'patern'; one of pattern/
    );
    expect(() => new DTypeConfig({ inputDtype: 'quint9' as never })).toThrow('inputDtype quint9 is no dtype');
    expect(() => DTypeConfig.fromDict({ input: 'quint8' })).toThrow(
      /unknown key 'input'; one of input_dtype/
    );
    expect(() => new BackendConfig().setBackendPatternConfig(new BackendPatternConfig())).toThrow(
      'no pattern'
    );
    expect(() => new BackendPatternConfig(F.relu).setPatternComplexFormat([F.relu, MatchAllNode])).toThrow(
      'only one of'
    );
  });
});
