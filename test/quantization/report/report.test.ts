// The report as a whole: as data, as text, on copies, and after convert.

import { describe, expect, test } from 'vitest';
import {
  ConvertCustomConfig,
  convertFx,
  convertToReferenceFx,
  F,
  fx,
  nn,
  PrepareCustomConfig,
  prepareFx,
  prepareQatFx,
  preparationNotices,
  QuantizationReport,
  reportOf,
  torch,
  type Tensor
} from '../../../src';
import { deepCopy } from '../../../src/nn/deepcopy';
import { calibrated, G, x26 } from '../edges';

class Net extends nn.Module {
  linear = new nn.Linear(6, 6);
  spare = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return F.gelu(this.linear(x));
  }
}

const prepared = () => calibrated(new Net(), [x26()], G().setModuleName('linaer', null));

describe('text and data', () => {
  test('as text: sections, what was asked for, and what to do', () => {
    expect(String(prepared().report)).toBe(
      [
        'Settings (1)',
        "  ! setModuleName('linaer'): the model has no module of this name",
        "    → Did you mean 'linear'?",
        '',
        'Operators that stay float (1)',
        '  · gelu (torch.nn.functional.gelu): the backend config has no pattern for it',
        '    → Nothing to do if it costs little; else add a pattern to the backend config',
        '',
        'Also (1)',
        '  · spare: forward never calls this Linear; the result does not have it, nor its parameters',
        "    → List 'spare' in setPreservedAttributes to keep it"
      ].join('\n')
    );
  });

  test('as data: plain, frozen, and found by what it is about', () => {
    const { report } = prepared();
    expect(JSON.parse(JSON.stringify(report))).toEqual([...report]);
    expect(report.about('gelu')).toEqual(report.floatOperators);
    expect(report.warnings).toEqual(report.settings);
    expect(Object.isFrozen(report.entries)).toBe(true);
  });

  test('the panel gets settings and remarks as one line each, and reasons at their nodes', () => {
    expect(preparationNotices(prepared())).toEqual([
      {
        level: 'warning',
        about: 'linaer',
        text: "setModuleName('linaer'): the model has no module of this name. Did you mean 'linear'?"
      },
      { level: 'info', about: 'spare', text: expect.stringContaining('forward never calls') as string }
    ]);
  });
});

describe('where it is', () => {
  test('copies of the model have it, and a model that was never prepared has an empty one', () => {
    const model = prepared();
    expect((deepCopy(model as never) as typeof model).report).toBe(model.report);
    expect(reportOf(fx.symbolicTrace(new Net())).entries).toEqual([]);
  });

  test('it is not among the state, the modules or the fields of the model', () => {
    const model = prepared();
    expect(Object.keys(model)).not.toContain('report');
    expect([...model.stateDict().keys()].filter(key => key.includes('report'))).toEqual([]);
  });

  test("a model's own submodule of this name is left alone", () => {
    class Reporting extends nn.Module {
      report = new nn.Linear(6, 6);
      forward(x: Tensor): Tensor {
        return this.report(x);
      }
    }
    const model = calibrated(new Reporting(), [x26()], G().setModuleName('nowhere', null));
    expect(model.getSubmodule('report')).toBeInstanceOf(nn.Linear);
    expect(reportOf(model)).toBeInstanceOf(QuantizationReport);
    expect(reportOf(model).settings).toHaveLength(1);
    expect(reportOf(convertFx(model)).settings).toHaveLength(1);
  });
});

describe('after convert', () => {
  test('all that prepare said, and what convert was told in vain', () => {
    const model = prepared();
    class Observed extends nn.Module {
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    class Quantized extends Observed {
      static fromObserved(): Quantized {
        return new Quantized();
      }
    }
    const config = new ConvertCustomConfig()
      .setObservedToQuantizedMapping(Observed as never, Quantized as never)
      .setPreservedAttributes(['nowhere']);
    const { report } = convertFx(model, config);
    expect(report.entries.slice(0, 3)).toEqual(model.report.entries);
    expect(report.settings.slice(1)).toMatchObject([
      { kind: 'unknownClass', setting: 'setObservedToQuantizedMapping(Observed)' },
      { kind: 'unknownName', setting: "setPreservedAttributes(['nowhere'])" }
    ]);
  });

  test('an operator that was observed and that no integer kernel takes', () => {
    class Grouped extends nn.Module {
      forward(x: Tensor): Tensor {
        return F.groupNorm(x, 2);
      }
    }
    torch.manualSeed(0);
    const model = calibrated(new Grouped(), [torch.randn([1, 4, 3, 3])]);
    expect(model.report.floatOperators).toEqual([]);
    expect(convertFx(model).report.floatOperators).toMatchObject([
      { kind: 'notLowered', target: 'torch.nn.functional.group_norm' }
    ]);
    // A reference model is meant to compute with floats.
    expect(convertToReferenceFx(model).report.floatOperators).toEqual([]);
  });

  test('quantized operators of every form are not among them', () => {
    class All extends nn.Module {
      conv = new nn.Conv2d(3, 4, 1);
      bn = new nn.BatchNorm2d(4);
      pool = new nn.MaxPool2d(2);
      linear = new nn.Linear(4, 4);
      w = new nn.Parameter(torch.ones([4, 4]));
      forward(x: Tensor): Tensor {
        const y = this.pool(F.relu(this.bn(this.conv(x))));
        const z = torch.flatten(F.adaptiveAvgPool2d(y, [1, 1]), 1);
        return F.linear(this.linear(z).add(z), this.w).sigmoid();
      }
    }
    torch.manualSeed(0);
    const { report } = convertFx(calibrated(new All(), [torch.randn([2, 3, 6, 6])]));
    expect(report.floatOperators).toEqual([]);
  });

  test('a mapping for convert that takes an operator away', () => {
    const mapping = G().setModuleName('linear', G().globalQConfig);
    const model = calibrated(new Net(), [x26()], mapping);
    const { report } = convertFx(model, null, G().setModuleName('linear', null));
    expect(report.about('linear')).toMatchObject([
      { kind: 'noQConfig', text: 'the mapping given to convertFx has null for it' }
    ]);
  });
});

test('training flags that were recorded as constants', () => {
  class Dropping extends nn.Module {
    linear = new nn.Linear(6, 6);
    forward(x: Tensor): Tensor {
      return F.dropout(this.linear(x), { p: 0.5, training: this.training });
    }
  }
  const trained = prepareQatFx(new Dropping(), G(), [x26()]);
  expect(trained.report.model).toMatchObject([
    { kind: 'frozenTraining', about: 'dropout', level: 'warning' }
  ]);
  expect(prepareFx(new Dropping().eval(), G(), [x26()]).report.model).toEqual([]);
});

test('a preserved module is not among those that are left out', () => {
  const custom = new PrepareCustomConfig().setPreservedAttributes(['spare']);
  expect(prepareFx(new Net().eval(), G(), [x26()], custom).report.model).toEqual([]);
});
