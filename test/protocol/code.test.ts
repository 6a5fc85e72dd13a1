// Recipes as cells: whatever stands in a notebook's metadata, the code says that and nothing else.

import fc from 'fast-check';
import { parse } from 'acorn';
import { describe, expect, test } from 'vitest';
import { emptyRecipe, type Recipe } from '../../src/protocol';
import { printRecipe } from '../../src/protocol/code';

/** All string literals of a program. @throws SyntaxError */
function literals(code: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, value } = node as { type?: string; value?: unknown };
    if (type === 'Literal' && typeof value === 'string') found.push(value);
    Object.values(node).forEach(visit);
  };
  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }));
  return found;
}

const bare: Recipe = emptyRecipe('net');

describe('printRecipe', () => {
  test('a recipe without choices', () => {
    expect(printRecipe({ ...bare, calibration: 'calib' })).toBe(
      [
        `import { convertFx, getDefaultQConfigMapping, prepareFx, toBatches } from 'fxquant';`,
        '',
        `const mapping = getDefaultQConfigMapping('x86');`,
        'const calibrationBatches = toBatches(calib, 64);',
        'const prepared = prepareFx(net.eval(), mapping, calibrationBatches[0]);',
        'for (const batch of calibrationBatches) {',
        '  prepared(...batch);',
        '}',
        'const quantized = convertFx(prepared);'
      ].join('\n')
    );
  });

  test('marks, rows and the batch size', () => {
    const code = printRecipe({
      ...bare,
      exampleInputs: ['x', 'y'],
      batchSize: 8,
      qconfigRows: [
        { style: 'module_name', target: 'fc', qconfig: null },
        { style: 'object_type', target: 'Conv2d', qconfig: 'qnnpack' }
      ],
      marks: [
        { kind: 'non_traceable_class', target: 'Gate' },
        { kind: 'custom', target: 'Pool', observedClass: 'ObservedPool', quantizedClass: 'QuantPool' }
      ]
    });
    expect(code).toContain(`.setModuleName('fc', null)`);
    expect(code).toContain(`.setObjectType(Conv2d, namedQConfigs['qnnpack'])`);
    expect(code).toContain('.setNonTraceableModuleClasses([Gate])');
    expect(code).toContain('.setFloatToObservedMapping(Pool, ObservedPool)');
    expect(code).toContain('.setObservedToQuantizedMapping(ObservedPool, QuantPool)');
    expect(code).toContain('toBatches(batches, 8)');
    expect(code).toContain('prepareFx(net.eval(), mapping, [x, y], prepareConfig)');
    expect(code).toContain('convertFx(prepared, convertConfig)');
  });

  test('parameters of fixed value', () => {
    const concreteArgs = { twice: true, mode: "it's", limit: 3, other: null };
    expect(printRecipe({ ...bare, exampleInputs: ['x'], concreteArgs })).toContain(
      "prepareFx(net.eval(), mapping, [x], null, null, { concreteArgs: { twice: true, mode: 'it\\'s', limit: 3, other: null } })"
    );
    const marks = [{ kind: 'leaf' as const, target: 'a' }];
    expect(printRecipe({ ...bare, marks, concreteArgs: { twice: false } })).toContain(
      'prepareConfig, null, { concreteArgs: { twice: false } })'
    );
    expect(printRecipe({ ...bare, concreteArgs: {} })).toBe(printRecipe(bare));
  });

  test('text becomes string literals of the same text, whatever is in it', () => {
    const target = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom("'); process.exit(); ('", '\\', '\r\n', '\u2028', '${x}', '\u0000')
    );
    fc.assert(
      fc.property(target, target, (row, name) => {
        const code = printRecipe({
          ...bare,
          qconfigRows: [{ style: 'module_name_regex', target: row, qconfig: null }],
          marks: [{ kind: 'leaf', target: name }]
        });
        expect(literals(code)).toEqual(['fxquant', 'x86', row, name]);
      }),
      { numRuns: 1000 }
    );
  });

  test('what is no name never becomes code', () => {
    const refuse = (recipe: Partial<Recipe>) =>
      expect(() => printRecipe({ ...bare, ...recipe })).toThrow('is no variable name');
    refuse({ model: 'a.b' });
    refuse({ calibration: 'f()' });
    refuse({ concreteArgs: { 'a: evil(), b': 1 } });
    refuse({ exampleInputs: ['x]; evil(['] });
    refuse({ marks: [{ kind: 'non_traceable_class', target: 'A], evil([' }] });
    refuse({ marks: [{ kind: 'custom', target: 'A', observedClass: 'B' }] });
    refuse({ qconfigRows: [{ style: 'object_type', target: 'x, evil()', qconfig: null }] });
    expect(printRecipe({ ...bare, model: 'модель' })).toContain('prepareFx(модель.eval()');
  });
});
