// State dicts as PyTorch 2.13 has them (fixtures/record.py): the same keys with the same dtypes and shapes at every
// stage, and its files loaded here compute what it computed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  convertFx,
  convertToReferenceFx,
  type fx,
  type nn,
  parseStateDict,
  prepareFx,
  prepareQatFx,
  quantizedBackends,
  saveStateDict,
  Tensor,
  torch
} from '../../src';
import { torchModels } from './torchModels';

interface Numbers {
  readonly shape: number[];
  readonly values: number[];
}
interface Recorded {
  readonly states: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly inputs: readonly Numbers[];
  readonly output: Numbers | readonly Numbers[];
}

const FIXTURES = join(__dirname, 'fixtures');
const read = (file: string) => readFileSync(join(FIXTURES, file));
const recorded = JSON.parse(read('states.json').toString()) as Readonly<Record<string, Recorded>>;
const state = (name: string, stage: string) => parseStateDict(read(`${name}.${stage}.safetensors`));

/** A value of a state dict in the recorder's words. */
function entry(value: nn.StateValue): unknown {
  if (value instanceof Tensor) {
    return { dtype: value.dtype, shape: [...value.shape] };
  }
  if (Array.isArray(value)) {
    return { tuple: (value as nn.StateValue[]).map(entry) };
  }
  if (typeof value === 'object' && value !== null) {
    return { packed: PACKED[value.constructor.name] };
  }
  return { value };
}

const PACKED: Readonly<Record<string, string>> = {
  LinearPackedParams: 'LinearPackedParamsBase',
  LinearPackedParamsFp16: 'LinearPackedParamsBase',
  ConvPackedParams: 'Conv2dPackedParamsBase',
  CellPackedParams: 'CellParamsBase'
};

/** Written here, not there: D41. */
const FORGOTTEN = /^(act\.2|end\.1)\.(scale|zero_point)$/;

function inputsOf(name: string): Tensor[] {
  const dtype = torchModels[name]?.indices ? 'int64' : 'float32';
  return (recorded[name]?.inputs ?? []).map(x => torch.tensor(x.values, { dtype }).reshape(x.shape));
}

const options = { allowUncalibrated: true };

/** The model at a stage, built from scratch. */
function build(name: string, stage: string): nn.TensorModule | fx.GraphModule {
  const { make, mapping, isQat } = torchModels[name] as (typeof torchModels)[string];
  quantizedBackends.engine = 'fbgemm';
  const model = make().train(isQat ?? false);
  if (stage === 'float') {
    return model;
  }
  const prepared = (isQat ? prepareQatFx : prepareFx)(model as never, mapping, inputsOf(name));
  return convertTo(prepared, stage);
}

function convertTo(prepared: fx.GraphModule, stage: string): fx.GraphModule {
  return stage === 'reference'
    ? convertToReferenceFx(prepared, null, null, null, options)
    : stage === 'quantized'
      ? convertFx(prepared, null, null, null, options)
      : prepared;
}

/** Quantized outputs of PyTorch, within one step of what the last bit of a float kernel can do. */
function expectOutput(model: fx.GraphModule, name: string): void {
  const output = model<unknown>(...inputsOf(name));
  const values = (output instanceof Tensor ? [output] : (output as Tensor[])).map(t => [...t.data()]);
  const wanted = recorded[name]?.output as Numbers | Numbers[];
  const expected = (Array.isArray(wanted) ? wanted : [wanted]).map(t => t.values);
  expect(values.map(v => v.length)).toEqual(expected.map(v => v.length));
  values.flat().forEach((value, i) => expect(value).toBeCloseTo(expected.flat()[i] as number, 5));
}

describe.each(Object.keys(torchModels))('%s', name => {
  test.each(['float', 'prepared', 'reference', 'quantized'])(
    'the %s model has PyTorch’s keys, dtypes and shapes',
    stage => {
      let model: nn.TensorModule | fx.GraphModule = build(name, stage === 'float' ? 'float' : 'prepared');
      if (stage !== 'float') {
        (model as fx.GraphModule)(...inputsOf(name));
        model = convertTo(model as fx.GraphModule, stage);
      }
      const own = [...model.stateDict()].filter(([key]) => !FORGOTTEN.test(key));
      const entries = Object.fromEntries(own.map(([key, value]) => [key, entry(value)]));
      expect(entries).toEqual(recorded[name]?.states[stage]);
    }
  );

  test('weights that PyTorch wrote load into the float model, every number', () => {
    const model = build(name, 'float');
    const file = state(name, 'float');
    expect(model.loadStateDict(file)).toEqual({ missing: [], unexpected: [] });
    for (const [key, tensor] of model.stateDict().tensors()) {
      expect([...tensor.data()]).toEqual([...file.tensor(key).data()]);
    }
  });

  test('a quantized model of PyTorch computes the same here', () => {
    const model = build(name, 'quantized') as fx.GraphModule;
    model.loadStateDict(state(name, 'quantized'));
    expectOutput(model, name);
  });

  test('PyTorch’s observers convert to the model PyTorch converts them to', () => {
    const prepared = build(name, 'prepared');
    prepared.loadStateDict(state(name, 'prepared'));
    const quantized = convertFx(prepared as fx.GraphModule);
    const converted = parseStateDict(saveStateDict(quantized));
    const expected = state(name, 'quantized');
    expect([...converted.keys()].sort()).toEqual([...expected.keys()].sort());
    expectOutput(quantized, name);
  });
});
