// Recipes in notebook metadata: whatever is there is read as far as it goes, and what is not understood survives.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyRecipe, validateRecipe, validateRecipeBook, type Recipe } from '../../../src/protocol';
import {
  defaultRecipe,
  readRecipes,
  withMark,
  withoutMarks,
  writeRecipe,
  type MetadataHolder
} from '../../../src/lab/model/recipes';

function holder(metadata?: unknown): MetadataHolder & { value: unknown } {
  return {
    value: metadata,
    getMetadata(key) {
      return key === 'fxquant' ? this.value : undefined;
    },
    setMetadata(key, value) {
      expect(key).toBe('fxquant');
      this.value = value;
    }
  };
}

const recipe: Recipe = {
  ...emptyRecipe('net'),
  marks: [{ kind: 'leaf', target: 'a' }],
  calibration: 'calib'
};

describe('recipes', () => {
  test('are read as they were written, model by model', () => {
    const notebook = holder();
    writeRecipe(notebook, recipe);
    writeRecipe(notebook, emptyRecipe('other'));
    writeRecipe(notebook, { ...recipe, backend: 'qnnpack' });
    const { recipes, problem } = readRecipes(notebook);
    expect(problem).toBeUndefined();
    expect([...recipes]).toEqual([
      ['net', { ...recipe, backend: 'qnnpack' }],
      ['other', emptyRecipe('other')]
    ]);
    expect(validateRecipeBook(notebook.value)).toBe(notebook.value);
  });

  test('a notebook without any has none', () => {
    expect(readRecipes(holder())).toEqual({ recipes: new Map() });
    expect(readRecipes(holder(null)).problem).toBeUndefined();
  });

  test('a model named as a property of objects has no recipe it was not given', () => {
    expect(readRecipes(holder({ version: 1, recipes: {} })).recipes.get('constructor')).toBeUndefined();
    const notebook = holder();
    writeRecipe(notebook, { ...recipe, model: '__proto__' });
    expect(readRecipes(notebook).recipes.get('__proto__')).toMatchObject({ marks: recipe.marks });
  });

  test.each([
    ['text', 'cannot be read'],
    [{ recipes: [] }, 'cannot be read'],
    [{ version: 2, recipes: {} }, 'version 2'],
    [{ version: { a: 1 }, recipes: {} }, 'version unknown']
  ])('%j is left alone', (metadata, says) => {
    const notebook = holder(metadata);
    expect(readRecipes(notebook)).toMatchObject({
      isForeign: true,
      problem: expect.stringContaining(says) as string
    });
    writeRecipe(notebook, recipe);
    expect(notebook.value).toBe(metadata);
  });

  test('a damaged recipe keeps what can be read, and so do its neighbours', () => {
    const marks = [{ kind: 'leaf', target: 'a' }, { kind: 'leaf' }];
    const notebook = holder({
      version: 1,
      recipes: { net: { ...recipe, marks }, other: emptyRecipe('other') }
    });
    const { recipes, problem } = readRecipes(notebook);
    expect(recipes.get('net')).toEqual(recipe);
    expect(recipes.get('other')).toEqual(emptyRecipe('other'));
    expect(problem).toBe(
      'Not all choices kept in this notebook can be read: net.marks[1].target: expected a string.'
    );
  });

  test('writing one model leaves what cannot be read of the others, and what else is kept', () => {
    const damaged = { marks: 'none', mine: true };
    const notebook = holder({ version: 1, note: 'x', recipes: { other: damaged } });
    writeRecipe(notebook, recipe);
    expect(notebook.value).toEqual({ version: 1, note: 'x', recipes: { other: damaged, net: recipe } });
  });

  test('the name a recipe is kept under is its model', () => {
    const notebook = holder({ version: 1, recipes: { renamed: recipe } });
    expect(readRecipes(notebook).recipes.get('renamed')?.model).toBe('renamed');
  });

  test('any metadata is read without an exception, to recipes the kernel takes', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record({
        version: fc.constant(1),
        recipes: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.jsonValue())
      })
    );
    fc.assert(
      fc.property(value, metadata => {
        const notebook = holder(metadata);
        for (const found of readRecipes(notebook).recipes.values()) validateRecipe(found);
        writeRecipe(notebook, recipe);
        const { recipes, isForeign } = readRecipes(notebook);
        expect(isForeign === true || recipes.get('net')).toEqual(isForeign === true || recipe);
      }),
      { numRuns: 500 }
    );
  });
});

describe('marks and defaults', () => {
  test('one mark for one target', () => {
    const marked = withMark(recipe, { kind: 'non_traceable_name', target: 'a' });
    expect(marked.marks).toEqual([{ kind: 'non_traceable_name', target: 'a' }]);
    expect(recipe.marks[0]?.kind).toBe('leaf');
    expect(
      withoutMarks(withMark(marked, { kind: 'non_traceable_class', target: 'Net' }), 'a', 'Net').marks
    ).toEqual([]);
  });

  test('defaults are those of the settings', () => {
    expect(defaultRecipe('net', { backend: 'qnnpack', batchSize: 8 })).toEqual({
      ...emptyRecipe('net'),
      backend: 'qnnpack',
      batchSize: 8
    });
  });
});
