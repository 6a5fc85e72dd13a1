// What the kernel knows of each model variable: the model itself, the recipe last used, and the graphs of every stage
// reached. Does the work of the requests by the library's public functions.

import {
  ERROR_CODES,
  STAGES,
  type Evaluation,
  type GraphDocument,
  type NodeStats,
  type Recipe,
  type Stage
} from '../protocol';
import { traceWith, TraceError, ShapeProp, type GraphModule, type Scope } from '../fx';
import { traceability } from '../insight';
import { className, type Module } from '../nn/module';
import {
  convertFx,
  makeTracer,
  ObserverBase,
  preparedMeta,
  prepareFx,
  type ConvertCustomConfig,
  type PreparedMeta
} from '../quantization';
import { deepCopy } from '../nn/deepcopy';
import { Tensor } from '../tensor';
import type { KernelAdapter } from './adapter';
import { Cells, locateObstacle } from './cells';
import { batchesOf, describeModel, findModels } from './discovery';
import { graphDocument } from './document';
import { RpcFailure, type RequestContext } from './rpc';
import { customConfigsOf, qconfigMappingOf } from './settings';
import { nodeHistogram, nodeStats } from './stats';

interface ModelState {
  model: Module;
  revision: number;
  cellId: string | undefined;
  documents: Map<Stage, GraphDocument>;
  /** What `prepare` and later stages were made with. */
  recipeKey: string | undefined;
  prepared: GraphModule | undefined;
  meta: PreparedMeta | undefined;
  convertConfig: ConvertCustomConfig | undefined;
  converted: GraphModule | undefined;
  fusion: Map<string, string>;
}

const CALIBRATION_BATCH = 64;
const EVALUATION_BATCH = 90;

export class Session {
  readonly cells = new Cells();
  private readonly states = new Map<string, ModelState>();

  constructor(private readonly adapter: KernelAdapter) {}

  /** Looks at the variables again. True if a model appeared, was replaced or went. */
  refresh(cellId: string | undefined): boolean {
    const found = new Map(findModels(this.adapter.variables()));
    let changed = false;
    for (const [name, model] of found) {
      const known = this.states.get(name);
      if (known?.model !== model) {
        this.states.set(name, newState(model, (known?.revision ?? 0) + 1, cellId));
        changed = true;
      }
    }
    for (const name of this.states.keys()) {
      if (!found.has(name)) {
        this.states.delete(name);
        changed = true;
      }
    }
    return changed;
  }

  models() {
    return [...this.states].map(([name, s]) =>
      describeModel(name, s.model, { stage: stageOf(s), revision: s.revision, cellId: s.cellId })
    );
  }

  variables() {
    return this.adapter.variables();
  }

  trace(recipe: Recipe): GraphDocument {
    const state = this.stateOf(recipe.model);
    const [prepareConfig] = customConfigsOf(recipe, state.model, this.variables());
    const tracer = makeTracer(prepareConfig);
    const isLeaf = (module: Module, path: string) => makeTracer(prepareConfig).isLeafModule(module, path);
    const base = {
      name: recipe.model,
      className: className(state.model),
      stage: 'float',
      model: state.model,
      isLeaf,
      marks: recipe.marks
    } as const;
    let document: GraphDocument;
    try {
      const copy = deepCopy(state.model);
      copy.eval();
      const graph = traceWith(tracer, copy);
      const notice = this.propagate(graph, recipe);
      this.planFusion(state, recipe);
      document = graphDocument(graph, {
        ...base,
        scopes: tracer.nodeNameToScope,
        fusion: state.fusion,
        notices: notice
      });
    } catch (error) {
      if (!(error instanceof TraceError)) {
        throw error;
      }
      document = graphDocument(undefined, {
        ...base,
        scopes: new Map(),
        fusion: new Map(),
        obstacles: this.obstacles(error, state.model, isLeaf)
      });
    }
    state.documents.set('float', document);
    return document;
  }

  prepare(recipe: Recipe): { fused: GraphDocument; prepared: GraphDocument } {
    const state = this.stateOf(recipe.model);
    const key = JSON.stringify({ ...recipe, calibration: null, evaluation: null });
    if (state.recipeKey !== key || !state.prepared) {
      this.prepareAnew(state, recipe);
      state.recipeKey = key;
    }
    const fused = state.documents.get('fused');
    const prepared = state.documents.get('prepared');
    if (!fused || !prepared) {
      throw new RpcFailure(ERROR_CODES.internal, 'prepare left no graph');
    }
    return { fused, prepared };
  }

  private prepareAnew(state: ModelState, recipe: Recipe): void {
    const [prepareConfig, convertConfig] = customConfigsOf(recipe, state.model, this.variables());
    const model = deepCopy(state.model);
    model.eval();
    const mapping = qconfigMappingOf(recipe, model);
    let fused: GraphModule | undefined;
    const onStage = (stage: string, graph: GraphModule) => {
      fused = stage === 'fused' ? graph : fused;
    };
    const prepared = prepareFx(model, mapping, this.exampleInputs(recipe), prepareConfig, null, { onStage });
    const meta = preparedMeta.read(prepared);
    if (!meta || !fused) {
      throw new RpcFailure(ERROR_CODES.internal, 'prepare left no notes');
    }
    Object.assign(state, { prepared, meta, convertConfig, converted: undefined });
    state.documents.set('fused', this.document(state, recipe, fused, 'fused'));
    state.documents.set('prepared', this.document(state, recipe, prepared, 'prepared'));
    state.documents.delete('calibrated');
    state.documents.delete('converted');
  }

  async calibrate(recipe: Recipe, context: RequestContext) {
    this.prepare(recipe);
    const state = this.stateOf(recipe.model);
    const { prepared } = state;
    const source = this.variables()[recipe.calibration ?? ''];
    const batches = batchesOf(source, CALIBRATION_BATCH) ?? (isAsyncIterable(source) ? source : undefined);
    if (!prepared || !batches) {
      throw new RpcFailure(
        ERROR_CODES.variableNotFound,
        `'${recipe.calibration ?? ''}' is no tensor and holds no batches`,
        {
          remedy: 'Choose a tensor whose first dimension counts samples, or an array of batches.'
        }
      );
    }
    const total = Array.isArray(batches) ? batches.length : undefined;
    let [samples, done] = [0, 0];
    for await (const item of batches) {
      if (context.isCancelled()) {
        // Half a calibration is none: the next one starts from fresh observers.
        state.recipeKey = undefined;
        throw new RpcFailure(ERROR_CODES.cancelled, `calibration was cancelled after ${done} batches`);
      }
      const batch: readonly unknown[] = Array.isArray(item) ? (item as unknown[]) : [item];
      prepared(...batch);
      done += 1;
      samples += batch[0] instanceof Tensor ? (batch[0].shape[0] ?? 1) : 1;
      const text =
        total === undefined ? `Calibrating, batch ${done}` : `Calibrating, batch ${done} of ${total}`;
      context.progress(done, total, text);
      context.emit('stats.changed', { model: recipe.model, stats: this.stats(recipe.model) });
      await breathe();
    }
    const graph = this.document(state, recipe, prepared, 'calibrated');
    state.documents.set('calibrated', graph);
    state.converted = undefined;
    return { graph, stats: this.stats(recipe.model), batches: done, samples };
  }

  convert(recipe: Recipe): GraphDocument {
    const state = this.stateOf(recipe.model);
    if (!state.prepared || !state.documents.has('calibrated')) {
      throw new RpcFailure(ERROR_CODES.calibration, 'the model is not calibrated yet', {
        remedy: 'Calibrate it first.'
      });
    }
    const converted = convertFx(state.prepared, state.convertConfig);
    const inputs = this.exampleInputs(recipe);
    new ShapeProp(converted as unknown as Module, converted.graph).propagate(...inputs);
    state.converted = converted;
    const document = this.document(state, recipe, converted, 'converted');
    state.documents.set('converted', document);
    return document;
  }

  async evaluate(recipe: Recipe, context: RequestContext): Promise<Evaluation> {
    const state = this.stateOf(recipe.model);
    const { converted } = state;
    const inputs = this.variables()[recipe.evaluation?.inputs ?? ''];
    const labels = this.variables()[recipe.evaluation?.labels ?? ''];
    const batches = batchesOf(inputs, EVALUATION_BATCH);
    if (!converted || !batches) {
      throw new RpcFailure(
        ERROR_CODES.variableNotFound,
        converted
          ? `'${recipe.evaluation?.inputs ?? ''}' is no tensor and no list of batches`
          : 'convert the model first'
      );
    }
    const float = deepCopy(state.model);
    float.eval();
    const totals = {
      samples: 0,
      floatRight: 0,
      quantizedRight: 0,
      signal: 0,
      noise: 0,
      floatTime: 0,
      quantizedTime: 0
    };
    for (const [i, batch] of batches.entries()) {
      if (context.isCancelled()) {
        throw new RpcFailure(ERROR_CODES.cancelled, 'evaluation was cancelled');
      }
      evaluateBatch(float, converted, batch, labels, totals);
      context.progress(i + 1, batches.length, `Evaluating, batch ${i + 1} of ${batches.length}`);
      await breathe();
    }
    const hasLabels = labels instanceof Tensor;
    return {
      samples: totals.samples,
      ...(hasLabels
        ? {
            floatAccuracy: totals.floatRight / totals.samples,
            quantizedAccuracy: totals.quantizedRight / totals.samples
          }
        : {}),
      outputSqnr: totals.noise > 0 ? 10 * Math.log10(totals.signal / totals.noise) : Infinity,
      floatBytes: bytesOf(float),
      quantizedBytes: bytesOf(converted as unknown as Module),
      floatLatency: totals.floatTime / totals.samples,
      quantizedLatency: totals.quantizedTime / totals.samples
    };
  }

  stats(name: string, ids?: readonly string[]): NodeStats[] {
    return this.observers(name)
      .filter(([id]) => !ids || ids.includes(id))
      .map(([id, observer]) => nodeStats(id, observer));
  }

  histogram(name: string, id: string) {
    const observer = this.observers(name).find(([other]) => other === id)?.[1];
    const histogram = observer && nodeHistogram(id, observer);
    if (!histogram) {
      throw new RpcFailure(ERROR_CODES.invalidParams, `node '${id}' has no histogram`);
    }
    return histogram;
  }

  graph(name: string, stage: Stage): GraphDocument {
    const document = this.stateOf(name).documents.get(stage);
    if (!document) {
      throw new RpcFailure(ERROR_CODES.invalidParams, `${name} has not reached the stage '${stage}'`);
    }
    return document;
  }

  modelOf(name: string): Module {
    return this.stateOf(name).model;
  }

  private observers(name: string): [string, ObserverBase][] {
    const state = this.stateOf(name);
    const document = state.documents.get('calibrated') ?? state.documents.get('prepared');
    const { prepared } = state;
    return (document?.nodes ?? []).flatMap(node => {
      const module = prepared && node.role === 'observer' ? prepared.getSubmodule(node.target) : undefined;
      return module instanceof ObserverBase ? [[node.id, module] as [string, ObserverBase]] : [];
    });
  }

  private stateOf(name: string): ModelState {
    const state = this.states.get(name);
    if (!state) {
      throw new RpcFailure(ERROR_CODES.modelNotFound, `the notebook has no model called '${name}'`, {
        remedy: 'Run the cell that makes it.'
      });
    }
    return state;
  }

  /** The recipe's variables; else one sample of the data, whichever variable the model runs on. */
  private exampleInputs(recipe: Recipe): unknown[] {
    const variables = this.variables();
    const named = recipe.exampleInputs.map(name => variables[name]).filter(v => v !== undefined);
    if (named.length > 0) {
      return named;
    }
    const { model } = this.stateOf(recipe.model);
    const chosen = [variables[recipe.calibration ?? ''], variables[recipe.evaluation?.inputs ?? '']];
    // A variable named after the model is the likelier one; then the latest.
    const likely = Object.entries(variables).reverse();
    const byName = [...likely.filter(([name]) => name.startsWith(recipe.model)), ...likely];
    for (const value of [...chosen, ...byName.map(([, v]) => v).filter(isBatchLike)]) {
      const sample = batchesOf(value, 1)?.[0];
      if (sample && runs(model, sample)) {
        return sample;
      }
    }
    throw new RpcFailure(
      ERROR_CODES.variableNotFound,
      'no example inputs: the notebook has no tensor the model runs on',
      {
        remedy: 'Choose a calibration variable.'
      }
    );
  }

  private propagate(graph: GraphModule, recipe: Recipe) {
    try {
      new ShapeProp(graph as unknown as Module, graph.graph).propagate(...this.exampleInputs(recipe));
      return [];
    } catch (error) {
      return [
        {
          level: 'info' as const,
          text: `Shapes are not known: ${(error as Error).message.split('\n')[0] ?? ''}`
        }
      ];
    }
  }

  /** Which float nodes will become one, so that they are drawn docked from the start. */
  private planFusion(state: ModelState, recipe: Recipe): void {
    state.fusion = new Map();
    try {
      const [prepareConfig] = customConfigsOf(recipe, state.model, this.variables());
      const model = deepCopy(state.model);
      model.eval();
      const onStage = (stage: string, graph: GraphModule) => {
        for (const node of stage === 'fused' ? graph.graph.nodes : []) {
          const covers = (node.meta.covers as string[] | undefined) ?? [];
          covers.forEach(member => state.fusion.set(member, covers.at(-1) ?? member));
        }
      };
      prepareFx(model, qconfigMappingOf(recipe, model), this.exampleInputs(recipe), prepareConfig, null, {
        onStage
      });
    } catch {
      // Only the drawing would know; prepare says what is wrong when it is asked for.
    }
  }

  private document(state: ModelState, recipe: Recipe, graph: GraphModule, stage: Stage): GraphDocument {
    const { meta } = state;
    const [prepareConfig] = customConfigsOf(recipe, state.model, this.variables());
    const scopes: ReadonlyMap<string, Scope> = meta?.scopes ?? new Map<string, Scope>();
    return graphDocument(graph, {
      name: recipe.model,
      className: className(state.model),
      stage,
      model: state.model,
      isLeaf: (module, path) => makeTracer(prepareConfig).isLeafModule(module, path),
      scopes,
      marks: recipe.marks,
      fusion: state.fusion,
      ...(meta ? { qconfigs: meta.qconfigs, staysFloat: meta.staysFloat, notices: meta.notices } : {})
    });
  }

  private obstacles(error: TraceError, model: Module, isLeaf: (m: Module, path: string) => boolean) {
    const report = traceability(model, { isLeaf, resolve: name => this.resolve(name) });
    const found = report.obstacles.map((o, i) => locateObstacle(o, this.cells, model, i === 0));
    if (found.length > 0) {
      return found;
    }
    const { modulePath, className: type, kind, source } = error.details;
    const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
    const text = source ?? '';
    const only = {
      modulePath,
      className: type,
      functionName: 'forward',
      kind: 'data_access' as const,
      message: error.reason,
      range: place,
      places: [place],
      source: text,
      code: 'forward'
    };
    return [{ ...locateObstacle(only, this.cells, model, true), kind }];
  }

  private resolve(name: string): { value: unknown } | undefined {
    const variables = this.variables();
    return name in variables ? { value: variables[name] } : undefined;
  }
}

function newState(model: Module, revision: number, cellId: string | undefined): ModelState {
  return {
    model,
    revision,
    cellId,
    documents: new Map(),
    recipeKey: undefined,
    prepared: undefined,
    meta: undefined,
    convertConfig: undefined,
    converted: undefined,
    fusion: new Map()
  };
}

function stageOf(state: ModelState): Stage {
  return [...STAGES].reverse().find(stage => state.documents.has(stage)) ?? 'float';
}

/** Does the model run on these inputs? On a copy, so that nothing of the user's moves. */
function runs(model: Module, inputs: readonly unknown[]): boolean {
  try {
    const copy = deepCopy(model);
    copy.eval();
    copy(...(inputs as never[]));
    return true;
  } catch {
    return false;
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isBatchLike(value: unknown): boolean {
  return (
    (value instanceof Tensor && value.ndim > 1 && value.dtype === 'float32') ||
    batchesOf(value, 1) !== undefined
  );
}

/** Lets messages in between two batches, so that a cancellation is heard. */
function breathe(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

function bytesOf(module: Module): number {
  return [...module.stateDict().values()].reduce((sum, t) => sum + t.numel() * (t.quantizer ? 1 : 4), 0);
}

interface Totals {
  samples: number;
  floatRight: number;
  quantizedRight: number;
  signal: number;
  noise: number;
  floatTime: number;
  quantizedTime: number;
}

function evaluateBatch(
  float: Module,
  quantized: GraphModule,
  batch: readonly unknown[],
  labels: unknown,
  totals: Totals
): void {
  const start = performance.now();
  const want = float(...(batch as never[])) as Tensor;
  const middle = performance.now();
  const got = quantized(...batch) as Tensor;
  totals.floatTime += middle - start;
  totals.quantizedTime += performance.now() - middle;
  const n = want.shape[0] ?? 1;
  const [a, b] = [want.data(), got.data()];
  for (let i = 0; i < a.length; i++) {
    totals.signal += (a[i] as number) ** 2;
    totals.noise += ((a[i] as number) - (b[i] as number)) ** 2;
  }
  if (labels instanceof Tensor && want.ndim === 2) {
    const [p, q] = [want.argmax(1).data(), got.argmax(1).data()];
    const y = labels.data();
    for (let i = 0; i < n; i++) {
      totals.floatRight += Number(p[i] === y[totals.samples + i]);
      totals.quantizedRight += Number(q[i] === y[totals.samples + i]);
    }
  }
  totals.samples += n;
}
