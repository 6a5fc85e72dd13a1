// What the kernel knows of each model variable: the model itself, the recipe last used, and the graphs of every stage
// reached. Does the work of the requests by the library's public functions.

import {
  emptyRecipe,
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
  PrepareCustomConfig,
  preparedMeta,
  prepareFx
} from '../quantization';
import { deepCopy } from '../nn/deepcopy';
import type { KernelAdapter } from './adapter';
import { calibrateWith, calibrationBatches } from './calibration';
import { Cells, locateObstacle } from './cells';
import { batchesOf, describeModel, findModels } from './discovery';
import { graphDocument } from './document';
import { evaluateModels } from './evaluation';
import { completed, concretePositions, findExampleInputs } from './exampleInputs';
import { partialGraph } from './partial';
import { followCells, marksOf, type Followed } from './follow';
import { newState, stageOf, type ModelState } from './modelState';
import { remarksOf } from './remarks';
import { RpcFailure, type RequestContext } from './rpc';
import { customConfigsOf, qconfigMappingOf } from './settings';
import { nodeHistogram, nodeStats } from './stats';

const EVALUATION_BATCH = 90;

export interface PanelModels {
  readonly prepared: GraphModule;
  /** Throws where the model is not converted yet. */
  readonly converted: GraphModule;
}

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

  /**
   * Takes over what a cell has made of the models by calling the library itself.
   * @returns the models whose graphs are new.
   */
  follow(): string[] {
    const followed = followCells(this.variables());
    return [...this.states].flatMap(([name, state]) => {
      const made = followed.get(state.model);
      return made && this.takeOver(name, state, made) ? [name] : [];
    });
  }

  private takeOver(name: string, state: ModelState, { prepared, converted }: Followed): boolean {
    const meta = preparedMeta.read(prepared);
    if (!meta || (state.prepared === prepared && state.converted === converted)) {
      return false;
    }
    // Made with a cell's settings, so the panel's own next step prepares anew.
    Object.assign(state, { prepared, meta, converted, convertConfig: undefined, recipeKey: undefined });
    // The settings of a cell are in the models it made.
    const recipe = { ...emptyRecipe(name), marks: marksOf(meta.custom) };
    const { documents } = state;
    (['fused', 'prepared', 'calibrated', 'converted'] as const).forEach(stage => documents.delete(stage));
    documents.set('prepared', this.document(state, recipe, prepared, 'prepared'));
    const isCalibrated = this.observers(name).every(([, observer]) => observer.isCalibrated);
    if (isCalibrated) {
      documents.set('calibrated', this.document(state, recipe, prepared, 'calibrated'));
    }
    if (converted) {
      this.propagate(converted, recipe);
      documents.set('converted', this.document(state, recipe, converted, 'converted'));
    }
    return true;
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
    completed(state.model, recipe, []);
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
    const copy = deepCopy(state.model);
    copy.eval();
    try {
      const graph = traceWith(tracer, copy, concreteOf(recipe));
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
      const obstacles = this.obstacles(error, state.model, isLeaf, recipe);
      const stoppedAt = obstacles[0]?.modulePath ?? error.details.modulePath;
      const partial = partialGraph(tracer, copy, stoppedAt);
      if (partial) {
        this.propagate(partial, recipe);
      }
      document = graphDocument(partial, {
        ...base,
        scopes: tracer.nodeNameToScope,
        fusion: new Map(),
        obstacles
      });
    }
    state.documents.set('float', document);
    return document;
  }

  prepare(recipe: Recipe): { fused: GraphDocument; prepared: GraphDocument } {
    const state = this.stateOf(recipe.model);
    const key = JSON.stringify({ ...recipe, calibration: null, batchSize: null, evaluation: null });
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
    const prepared = prepareFx(model, mapping, this.exampleInputs(recipe), prepareConfig, null, {
      onStage,
      ...concreteOf(recipe)
    });
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
    const batches = calibrationBatches(recipe, this.variables());
    this.prepare(recipe);
    const state = this.stateOf(recipe.model);
    const { prepared } = state;
    if (!prepared) {
      throw new RpcFailure(ERROR_CODES.internal, 'prepare left no graph');
    }
    // What was made of the observers as they were is of the past as soon as they see more.
    state.documents.delete('calibrated');
    state.documents.delete('converted');
    state.converted = undefined;
    try {
      const tell = () =>
        context.emit('stats.changed', { model: recipe.model, stats: this.stats(recipe.model) });
      const complete = (batch: readonly unknown[]) => completed(state.model, recipe, batch);
      const seen = await calibrateWith(prepared, batches, context, tell, complete);
      const graph = this.document(state, recipe, prepared, 'calibrated');
      state.documents.set('calibrated', graph);
      return { graph, stats: this.stats(recipe.model), ...seen };
    } catch (error) {
      // Half a calibration is none: the next one starts from fresh observers.
      state.recipeKey = undefined;
      throw error;
    }
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
    if (!converted) {
      throw new RpcFailure(ERROR_CODES.conversion, 'the model is not converted yet', {
        remedy: 'Convert it first.'
      });
    }
    if (!batches) {
      throw new RpcFailure(
        ERROR_CODES.variableNotFound,
        `'${recipe.evaluation?.inputs ?? ''}' is no tensor and no list of batches`,
        { remedy: 'Choose a tensor whose first dimension counts samples, or an array of batches.' }
      );
    }
    const float = deepCopy(state.model);
    float.eval();
    const complete = batches.map(batch => completed(float, recipe, batch));
    return evaluateModels(float, converted, complete, labels, context);
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

  /** Stages there is a graph of. */
  stages(name: string): Stage[] {
    const { documents } = this.stateOf(name);
    return STAGES.filter(stage => documents.has(stage));
  }

  modelOf(name: string): Module {
    return this.stateOf(name).model;
  }

  /** The graph modules behind what the panel shows. @throws Error where there are none yet. */
  panelModels(name: string): PanelModels {
    const { prepared, converted } = this.stateOf(name);
    if (!prepared) {
      throw new Error(`panelModel: '${name}' is not prepared yet; calibrate it in the panel first.`);
    }
    return {
      prepared,
      get converted() {
        if (!converted) {
          throw new Error(`panelModel: '${name}' is not converted yet; convert it in the panel first.`);
        }
        return converted;
      }
    };
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

  private exampleInputs(recipe: Recipe): unknown[] {
    return findExampleInputs(this.stateOf(recipe.model).model, recipe, this.variables());
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
        onStage,
        ...concreteOf(recipe)
      });
    } catch {
      // Only the drawing would know; prepare says what is wrong when it is asked for.
    }
  }

  private document(state: ModelState, recipe: Recipe, graph: GraphModule, stage: Stage): GraphDocument {
    const { meta } = state;
    const prepareConfig = meta?.custom ?? new PrepareCustomConfig();
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
      ...(meta ? { qconfigs: meta.qconfigs, ...remarksOf(graph, stage, meta) } : {})
    });
  }

  private obstacles(
    error: TraceError,
    model: Module,
    isLeaf: (m: Module, path: string) => boolean,
    recipe: Recipe
  ) {
    const concreteArgs = concretePositions(model, recipe.concreteArgs ?? {});
    const report = traceability(model, { isLeaf, resolve: name => this.resolve(name), concreteArgs });
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
      remedy: '',
      range: place,
      places: [place],
      source: text,
      code: 'forward'
    };
    return [{ ...locateObstacle(only, this.cells, model, true), kind }];
  }

  private resolve(name: string): { value: unknown } | undefined {
    const variables = this.variables();
    return Object.hasOwn(variables, name) ? { value: variables[name] } : undefined;
  }
}

const concreteOf = ({ concreteArgs }: Recipe) => (concreteArgs ? { concreteArgs } : {});
