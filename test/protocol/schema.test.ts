// The published schemas: made of the validators' shapes, true to the types, and fitting what the library makes.
// After a change of the types: `npx vitest run test/protocol/schema.test.ts -u`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { emptyRecipe, validateGraphDocument, validateRecipeBook, type RecipeBook } from '../../src/protocol';
import { graphSchema, recipeSchema } from '../../src/protocol/validate/schema';
import { goldenDocument } from '../lab/graph/fixtures';
import { documentsOf, plans, recipeOf } from './models';
import { SCHEMAS, schemaText, typeComments } from './schemaFiles';

const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8')) as Record<string, unknown>;

/** The schema with every object closed: what the library itself writes has no row of its own. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const parts = Object.entries(schema).map(([key, part]) => [key, closed(part)]);
  const isObject = 'properties' in schema && 'type' in schema && schema.type === 'object';
  return { ...Object.fromEntries(parts), ...(isObject ? { additionalProperties: false } : {}) };
}

const compile = (schema: unknown) => new Ajv2020({ allErrors: false }).compile(schema as object);

describe.each([
  ['graph.schema.json', graphSchema()],
  ['recipe.schema.json', recipeSchema()]
])('schema/%s', (name, schema) => {
  test('is what the shapes say', async () => {
    const file = join(SCHEMAS, name);
    await expect(await schemaText(schema, file)).toMatchFileSnapshot(file);
  });

  test('has the properties of the TypeScript types, and no others', () => {
    const { properties } = typeComments();
    const defs = read(name).$defs as Record<string, { properties?: object }>;
    const described = Object.entries(defs).filter(([, def]) => def.properties !== undefined);
    expect(described.length).toBeGreaterThan(3);
    for (const [type, def] of described) {
      expect([type, Object.keys(def.properties ?? {})]).toEqual([type, properties.get(type)]);
    }
  });

  test('is a valid schema of draft 2020-12', () => {
    expect(read(name).$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(() => compile(read(name))).not.toThrow();
  });
});

describe('documents the library makes', () => {
  let fits: ValidateFunction;
  let recipeFits: ValidateFunction;
  beforeAll(() => {
    fits = compile(closed(read('graph.schema.json')));
    recipeFits = compile(closed(read('recipe.schema.json')));
  });

  test('of random models at every stage, validate under both and survive a file', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async plan => {
        for (const document of await documentsOf(plan)) {
          const copy: unknown = JSON.parse(JSON.stringify(document));
          expect(copy).toStrictEqual(document);
          expect(validateGraphDocument(copy)).toBe(copy);
          expect(fits(copy), JSON.stringify(fits.errors)).toBe(true);
        }
      }),
      { numRuns: 25 }
    );
  });

  test('as the tests of the drawing make them validate as well', () => {
    for (const stage of ['float', 'prepared', 'converted'] as const) {
      const document = goldenDocument('mobile_block', stage);
      expect(() => validateGraphDocument(document)).not.toThrow();
      expect(fits(document), JSON.stringify(fits.errors)).toBe(true);
    }
  });

  test('recipe books validate under both', () => {
    fc.assert(
      fc.property(plans, plan => {
        const book: RecipeBook = {
          version: 1,
          recipes: { net: recipeOf(plan), other: emptyRecipe('other') }
        };
        expect(validateRecipeBook(book)).toBe(book);
        expect(recipeFits(book), JSON.stringify(recipeFits.errors)).toBe(true);
      })
    );
  });
});

describe('schema and validator agree', () => {
  let fits: ValidateFunction;
  beforeAll(() => {
    fits = compile(read('graph.schema.json'));
  });
  const document = goldenDocument('mlp', 'prepared');

  /** Every place in a value, as paths. */
  function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
    const inside =
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, part]) =>
            places(part, [...path, Array.isArray(value) ? Number(key) : key])
          )
        : [];
    return path.length > 0 ? [path, ...inside] : inside;
  }

  test('on documents with one value replaced or removed', () => {
    const paths = places(document);
    const refused: boolean[] = [];
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.oneof(fc.constant(undefined), fc.constantFrom(null, -1, 1.5, '', 'x', true, [], {})),
        (path, replacement) => {
          const copy = structuredClone(document) as unknown;
          const parent = path.slice(0, -1).reduce((at, key) => (at as never)[key], copy) as Record<
            string | number,
            unknown
          >;
          const key = path.at(-1) as string | number;
          if (replacement === undefined && !Array.isArray(parent)) delete parent[key];
          else parent[key] = replacement ?? null;
          const byShape = accepts(copy);
          refused.push(!fits(copy));
          // The validator also looks at what JSON Schema cannot: references between nodes.
          if (byShape) expect(fits(copy), JSON.stringify([path, replacement, fits.errors])).toBe(true);
          if (!fits(copy)) expect(byShape).toBe(false);
        }
      ),
      { numRuns: 2000 }
    );
    expect(refused.filter(Boolean).length).toBeGreaterThan(100);
  });
});

function accepts(value: unknown): boolean {
  try {
    validateGraphDocument(value);
    return true;
  } catch {
    return false;
  }
}
