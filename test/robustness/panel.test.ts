// The panel's requests about random models: every document is what its schema says (`ask` validates it), goes through
// JSON unchanged, and is refused by name when it is damaged.

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Tensor } from '../../src';
import {
  emptyRecipe,
  validateGraphDocument,
  ValidationError,
  type BackendName,
  type GraphDocument,
  type QConfigRow,
  type Recipe
} from '../../src/protocol';
import { FakeKernel } from '../kernel/kernel';
import { damage, damages } from './malformed';
import { buildModel, gene, modelPlan, pick } from './model';
import { check, checkAsync, timeout } from './run';

const BACKENDS: readonly BackendName[] = ['x86', 'fbgemm', 'onednn', 'qnnpack'];
const MODES = ['static', 'dynamic', 'weight_only'] as const;
const QCONFIGS = [null, 'default', 'defaultPerChannel', 'defaultDynamic', 'qnnpack'] as const;

const panelPlan = fc.record({
  model: modelPlan(2, 25),
  settings: gene,
  rows: fc.array(gene, { maxLength: 2 })
});

/** What a person could have chosen for the model. */
function recipeFor(
  paths: readonly string[],
  settings: { kind: number; from: number },
  rows: QConfigRow[]
): Recipe {
  const blocks = paths.filter(path => path !== '');
  return {
    ...emptyRecipe('net'),
    backend: pick(BACKENDS, settings.kind),
    mode: pick(MODES, settings.from),
    qconfigRows: rows,
    marks:
      blocks.length > 0 && settings.kind % 3 === 0
        ? [{ kind: 'non_traceable_name', target: pick(blocks, settings.from) }]
        : [],
    calibration: 'batches'
  };
}

afterEach(() => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

describe('the panel and random models', () => {
  it(
    'every stage has a valid document that goes through JSON unchanged',
    async () => {
      await checkAsync(panelPlan, 25, async plan => {
        const { model, inputs, moreInputs } = buildModel(plan.model);
        fc.pre(inputs.length === 1);
        const kernel = new FakeKernel({ net: model, batches: moreInputs(2).map(([x]) => x as Tensor) });
        kernel.runCell('', 'c');
        const paths = [...model.namedModules()].map(([path]) => path);
        const rows = plan.rows.map(({ kind, a }): QConfigRow => ({
          style: 'module_name',
          target: pick(paths, kind),
          qconfig: pick(QCONFIGS, a)
        }));
        const recipe = recipeFor(paths, plan.settings, rows);
        const documents: GraphDocument[] = [(await kernel.ask('model.trace', { recipe })).graph];
        const prepared = await kernel.begin('model.prepare', { recipe }).answer;
        if (prepared.error) {
          // What the settings ask for cannot be: the panel is told which module it is about.
          expect(prepared.error.message).toMatch(/which no kernel of transposed convolutions has/);
          return;
        }
        documents.push((await kernel.ask('model.calibrate', { recipe })).graph);
        documents.push((await kernel.ask('model.convert', { recipe })).graph);
        for (const document of documents) {
          const parsed = validateGraphDocument(JSON.parse(JSON.stringify(document)));
          expect(isDeepStrictEqual(parsed, document)).toBe(true);
        }
      });
    },
    timeout
  );

  it(
    'a damaged document is valid, or refused by the place of the damage',
    async () => {
      const { model, inputs } = buildModel({ input: 1, genes: GENES, output: 3, seed: 4 });
      const kernel = new FakeKernel({ net: model, batches: inputs });
      kernel.runCell('', 'c');
      const recipe = { ...emptyRecipe('net'), calibration: 'batches' };
      const { graph } = await kernel.ask('model.calibrate', { recipe });
      check(damages, 500, list => {
        try {
          validateGraphDocument(damage(graph, list));
        } catch (error) {
          expect(error).toBeInstanceOf(ValidationError);
          expect((error as ValidationError).message).toMatch(/expected .+, got /);
        }
      });
    },
    timeout
  );

  it(
    'a damaged request is answered, and the next one too',
    async () => {
      const { model, inputs } = buildModel({ input: 1, genes: GENES, output: 0, seed: 4 });
      const kernel = new FakeKernel({ net: model, batches: inputs });
      kernel.runCell('', 'c');
      const recipe = { ...emptyRecipe('net'), calibration: 'batches' };
      const request = fc.constantFrom(
        'model.trace',
        'model.prepare',
        'model.calibrate',
        'model.convert',
        'recipe.code'
      );
      await checkAsync(fc.tuple(request, damages), 150, async ([method, list]) => {
        const params = damage({ recipe: { ...recipe, marks: [], qconfigRows: [] } }, list);
        const { answer } = kernel.begin(method as 'model.trace', params as never);
        const { error } = await answer;
        if (error) {
          expect(error.message.length).toBeGreaterThan(10);
        }
        expect((await kernel.ask('models.list', {})).models).toHaveLength(1);
      });
    },
    timeout
  );
});

/** A model with a block, a convolution and a join. */
const GENES = Array.from({ length: 12 }, (_, i) => ({ kind: 37 * i, from: i, a: 3 * i, b: 5 * i }));
