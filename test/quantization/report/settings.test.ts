// Every setting that had no effect is told, with what it could have meant.

import { describe, expect, test } from 'vitest';
import type { QConfigMapping } from '../../../src';
import {
  defaultQConfig,
  F,
  getDefaultQConfigMapping,
  nn,
  PrepareCustomConfig,
  prepareFx,
  type SettingEntry,
  type Tensor
} from '../../../src';
import { G, x26 } from '../edges';

class Block extends nn.Module {
  linear = new nn.Linear(6, 6);
  act = new nn.ReLU();
  forward(x: Tensor): Tensor {
    return this.act(this.linear(x));
  }
}

class SubBlock extends Block {}

class Net extends nn.Module {
  linear = new nn.Linear(6, 6);
  block = new Block();
  unused = new nn.Linear(6, 6);
  tag = 'v1';
  forward(x: Tensor): Tensor {
    return F.relu(this.block(this.linear(x)).add(1));
  }
}

class NetOfSub extends Net {
  override block = new SubBlock();
}

const settingsOf = (
  mapping: QConfigMapping,
  custom: PrepareCustomConfig | null = null,
  model: nn.Module = new Net()
): readonly SettingEntry[] => prepareFx(model.eval() as never, mapping, [x26()], custom).report.settings;

/** An entry of this kind; what is left out may be anything. */
const like = (kind: string, setting?: string, about?: string, remedy?: string) =>
  Object.fromEntries(
    Object.entries({ kind, setting, about, remedy }).filter(([, value]) => value !== undefined)
  );

describe('rows of a mapping', () => {
  test('a default mapping has no row that is reported', () => {
    for (const backend of ['fbgemm', 'x86', 'qnnpack', 'onednn'] as const) {
      expect(settingsOf(getDefaultQConfigMapping(backend)), backend).toEqual([]);
    }
  });

  test('rows that decide for something are not reported', () => {
    const mapping = G()
      .setModuleName('block', null)
      .setModuleName('linear', defaultQConfig)
      .setObjectType(F.relu, null)
      .setObjectType(nn.Linear, defaultQConfig)
      .setModuleNameRegex('block\\.', defaultQConfig);
    // The names win over both.
    expect(settingsOf(mapping).map(e => e.setting)).toEqual([
      'setObjectType(Linear)',
      "setModuleNameRegex('block\\.')"
    ]);
  });

  test('a misspelt module name, with its nearest candidates', () => {
    expect(settingsOf(G().setModuleName('linaer', null))).toMatchObject([
      like('unknownName', "setModuleName('linaer')", 'linaer', "Did you mean 'linear'?")
    ]);
    // The last part alone: whoever forgot the path before it.
    expect(settingsOf(G().setModuleName('act', null))[0]?.remedy).toBe("Did you mean 'block.act'?");
    expect(settingsOf(G().setModuleName('somewhere.else', null))[0]?.remedy).toBeUndefined();
  });

  test('a module that is never called, or that stands inside one node', () => {
    expect(settingsOf(G().setModuleName('unused', null))).toMatchObject([
      like('neverCalled', undefined, 'unused')
    ]);
    const inside = new PrepareCustomConfig().setNonTraceableModuleNames(['block']);
    expect(settingsOf(G().setModuleName('block.linear', null), inside)).toMatchObject([
      like('insideLeaf', "setModuleName('block.linear')", 'block.linear', "Make the setting for 'block'")
    ]);
  });

  test('a name whose module became part of another', () => {
    expect(settingsOf(G().setModuleName('block.act', null))).toMatchObject([
      like('fusedAway', undefined, 'block.act', "Make the setting for 'block.linear'")
    ]);
    // The same for both: nothing is lost.
    const both = G().setModuleName('block.act', null).setModuleName('block.linear', null);
    expect(settingsOf(both)).toEqual([]);
  });

  test('a name that more specific settings override everywhere', () => {
    const mapping = G().setModuleName('block', null).setModuleName('block.linear', defaultQConfig);
    expect(settingsOf(mapping)).toMatchObject([like('overridden', "setModuleName('block')", 'block')]);
  });

  test('a regex that matches nothing, or not from the start', () => {
    expect(settingsOf(G().setModuleNameRegex('act', null))).toMatchObject([
      like(
        'unknownName',
        undefined,
        undefined,
        "A regex is matched from the start of the path; '.*act' matches 'block.act'"
      )
    ]);
    expect(settingsOf(G().setModuleNameRegex('blcok.*', null))).toMatchObject([
      like('unknownName', undefined, undefined, "Did you mean 'block'?")
    ]);
  });

  test('of two regexes only the first that matches has an effect', () => {
    const mapping = G().setModuleNameRegex('lin', defaultQConfig).setModuleNameRegex('linear', null);
    expect(settingsOf(mapping)).toMatchObject([like('overridden', "setModuleNameRegex('linear')", 'linear')]);
  });

  test('a class, function or method that does not occur, with the form the model has', () => {
    expect(settingsOf(G().setObjectType(nn.Conv2d, null))).toMatchObject([
      like('unknownClass', 'setObjectType(Conv2d)')
    ]);
    expect(settingsOf(G().setObjectType(F.linear, null))).toMatchObject([
      like(
        'unknownClass',
        undefined,
        undefined,
        'The model has modules of the class Linear; make the setting for the class'
      )
    ]);
    expect(settingsOf(G().setObjectType('add', null))).toMatchObject([
      like(
        'unknownName',
        "setObjectType('add')",
        undefined,
        'The model calls the function operator.add; make the setting for that'
      )
    ]);
  });

  test('a class of which only a subclass occurs', () => {
    expect(settingsOf(G().setObjectType(Block as never, null), null, new NetOfSub())).toMatchObject([
      like('nearMiss', 'setObjectType(Block)', 'block', 'Make the setting for SubBlock')
    ]);
  });

  test('members of a fused module that are configured differently', () => {
    const mapping = G().setObjectType(nn.Linear, defaultQConfig).setObjectType(nn.ReLU, null);
    expect(settingsOf(mapping)).toMatchObject([
      { kind: 'conflict', level: 'warning', setting: 'setObjectType(ReLU)', about: 'block_linear' }
    ]);
  });

  test('order rows: no such module, no such type, an index too many, a method', () => {
    const order = (name: string, type: never, index: number) =>
      settingsOf(G().setModuleNameObjectTypeOrder(name, type, index, null));
    expect(order('', nn.Linear as never, 0)).toEqual([]);
    expect(order('block', nn.Linear as never, 0)).toEqual([]);
    expect(order('', F.relu as never, 0)).toEqual([]);
    expect(order('blok', nn.Linear as never, 0)).toMatchObject([
      like('unknownName', undefined, undefined, "Did you mean 'block'?")
    ]);
    expect(order('block', nn.Linear as never, 1)).toMatchObject([
      like('outOfRange', undefined, undefined, 'Use an index from 0 to 0')
    ]);
    expect(order('block', nn.Conv2d as never, 0)).toMatchObject([like('outOfRange')]);
    expect(order('block', 'add' as never, 0)).toMatchObject([like('notApplicable')]);
  });
});

describe('marks', () => {
  const marks = () => new PrepareCustomConfig();

  test('names: unknown, inside a node, never called, and on a module of the library', () => {
    const named = (name: string) => settingsOf(G(), marks().setNonTraceableModuleNames([name]));
    expect(named('block')).toEqual([]);
    expect(named('blok')).toMatchObject([like('unknownName', undefined, undefined, "Did you mean 'block'?")]);
    expect(named('unused')).toMatchObject([like('neverCalled')]);
    expect(named('linear')).toMatchObject([
      like('builtinLeaf', undefined, 'linear', "To keep it float, setModuleName('linear', null)")
    ]);
    const both = marks().setNonTraceableModuleNames(['block', 'block.linear']);
    expect(settingsOf(G(), both)).toMatchObject([
      like('insideLeaf', undefined, 'block.linear', "Make the setting for 'block'")
    ]);
  });

  test('classes: absent, and a subclass of a marked one', () => {
    const ofClass = (cls: unknown, model: nn.Module = new Net()) =>
      settingsOf(G(), marks().setNonTraceableModuleClasses([cls as never]), model);
    expect(ofClass(Block)).toEqual([]);
    expect(ofClass(SubBlock)).toMatchObject([
      like(
        'unknownClass',
        undefined,
        undefined,
        'The model has modules of its base class Block; make the setting for that'
      )
    ]);
    expect(ofClass(Block, new NetOfSub())).toMatchObject([
      like('nearMiss', 'setNonTraceableModuleClasses([Block])', 'block', 'Mark SubBlock too'),
      like('unknownClass')
    ]);
    expect(ofClass(nn.Linear)).toMatchObject([like('builtinLeaf')]);
  });

  test('leaves and standalone modules', () => {
    expect(settingsOf(G(), marks().setLeafModuleNames(['blockk']))).toMatchObject([
      like('unknownName', "setLeafModuleNames(['blockk'])")
    ]);
    expect(settingsOf(G(), marks().setStandaloneModuleName('blokc', null, []))).toMatchObject([
      like('unknownName', "setStandaloneModuleName('blokc')", 'blokc', "Did you mean 'block'?")
    ]);
    expect(settingsOf(G(), marks().setStandaloneModuleClass(SubBlock as never, null, []))).toMatchObject([
      like('unknownClass', 'setStandaloneModuleClass(SubBlock)')
    ]);
  });

  test('a custom class no qconfig applies to', () => {
    class Observed extends Block {
      static fromFloat(): Observed {
        return new Observed();
      }
    }
    const custom = marks().setFloatToObservedMapping(Block as never, Observed as never);
    expect(settingsOf(G().setModuleName('block', null), custom)).toMatchObject([
      like('notApplicable', 'setFloatToObservedMapping(Block)', 'block')
    ]);
  });

  test('attributes that are absent', () => {
    expect(settingsOf(G(), marks().setPreservedAttributes(['tag']))).toEqual([]);
    expect(settingsOf(G(), marks().setPreservedAttributes(['tga']))).toMatchObject([
      like('unknownName', "setPreservedAttributes(['tga'])", 'tga', "Did you mean 'tag'?")
    ]);
  });

  test('indexes nothing stands at', () => {
    expect(settingsOf(G(), marks().setInputQuantizedIndexes([0]).setOutputQuantizedIndexes([0]))).toEqual([]);
    expect(
      settingsOf(G(), marks().setInputQuantizedIndexes([1]).setOutputQuantizedIndexes([-1, 2]))
    ).toMatchObject([
      {
        kind: 'outOfRange',
        setting: 'setInputQuantizedIndexes([1])',
        text: 'the model takes one value, index 0'
      },
      { kind: 'outOfRange', setting: 'setOutputQuantizedIndexes([-1])' },
      {
        kind: 'outOfRange',
        setting: 'setOutputQuantizedIndexes([2])',
        text: 'the model returns one value, index 0'
      }
    ]);
  });
});

test('a mapping that is used twice reports the same each time, and is not changed', () => {
  const mapping = G().setModuleName('nowhere', null);
  const [first, second] = [settingsOf(mapping), settingsOf(mapping)];
  expect(first).toEqual(second);
  expect(first).toHaveLength(1);
  expect(mapping.used.size).toBe(0);
});
