// One notebook's panel: state, and everything that changes it. No DOM; views listen to `changed`.

import { Signal, type ISignal } from '@lumino/signaling';
import type { Kernel } from '@jupyterlab/services';
import {
  ERROR_CODES,
  PROTOCOL_VERSION,
  type Events,
  type EventName,
  type Mark,
  type MethodName,
  type Methods,
  type Recipe,
  type Stage
} from '../../protocol';
import { defaultCollapsed, type OverlayName } from '../graph';
import { KernelLink, type LinkState } from '../connection/kernelLink';
import { RpcFailure } from '../connection/rpcClient';
import {
  defaultRecipe,
  readRecipes,
  withMark,
  withoutMarks,
  writeRecipe,
  type MetadataHolder
} from './recipes';
import { defaultSettings, type PanelSettings } from './settings';
import { emptyState, type PanelState } from './state';

/** What the model asks of the notebook it belongs to. */
export interface NotebookHost {
  readonly metadata: MetadataHolder;
  /** Puts code below the active cell, or in the cell put there before. */
  insertCode(code: string): void;
}

const LOG_LINES = 5;

/** Milliseconds without an answer from a kernel just found. */
const PATIENCE = 5000;

export class PanelModel {
  private current: PanelState = emptyState;
  private readonly link: KernelLink;
  private readonly history = new Map<string, { undo: Recipe[]; redo: Recipe[] }>();
  private readonly changedSignal = new Signal<this, PanelState>(this);
  private running: number | null = null;
  /** What the kernel cannot do, as it said. */
  private limits: string | null = null;
  private tracing = 0;
  private traced: Promise<void> = Promise.resolve();

  constructor(
    private readonly host: NotebookHost,
    private readonly trans: { __(text: string, ...args: (string | number)[]): string },
    private readonly settings: () => PanelSettings = () => defaultSettings
  ) {
    this.link = new KernelLink({
      onState: (state, name) => this.onLink(state, name),
      onEvent: (event, params) => this.onEvent(event, params)
    });
  }

  get state(): PanelState {
    return this.current;
  }

  get changed(): ISignal<this, PanelState> {
    return this.changedSignal;
  }

  update(change: Partial<PanelState>): void {
    this.current = { ...this.current, ...change };
    this.changedSignal.emit(this.current);
  }

  attachKernel(kernel: Kernel.IKernelConnection | null): Promise<void> {
    return this.link.attach(kernel);
  }

  onKernelStatus(status: string): void {
    if (status === 'restarting' || status === 'autorestarting') {
      this.link.kernelRestarted();
    } else if (status === 'dead') {
      this.link.kernelDied();
    }
  }

  dispose(): void {
    this.link.dispose();
    Signal.clearData(this);
  }

  // Choosing.

  /** Shows a model; its recipe comes from the notebook. */
  async selectModel(name: string): Promise<void> {
    const { recipes, problem } = readRecipes(this.host.metadata);
    const { backend, batchSize } = this.settings();
    const recipe = recipes.get(name) ?? defaultRecipe(name, { backend, batchSize });
    this.update({
      current: name,
      recipe,
      graphs: {},
      stage: 'float',
      stats: new Map(),
      selection: [],
      histogram: null,
      evaluation: null,
      error: null,
      notice: problem ?? this.limits,
      ...this.historyFlags(name)
    });
    await this.trace();
  }

  /** The active cell changed: its model, if it made one, is shown. */
  async activateCell(cellId: string | null): Promise<void> {
    if (!this.settings().followActiveCell) {
      return;
    }
    const model = this.current.models.find(m => m.cellId !== undefined && m.cellId === cellId);
    if (model && model.name !== this.current.current) {
      await this.selectModel(model.name);
    }
  }

  /** The settings changed: what was nobody's choice follows them. */
  async applySettings(): Promise<void> {
    const { current, recipe } = this.current;
    const { backend, batchSize } = this.settings();
    const isSame = recipe?.backend === backend && recipe.batchSize === batchSize;
    if (current !== null && !isSame && !readRecipes(this.host.metadata).recipes.has(current)) {
      await this.selectModel(current);
    }
  }

  setStage(stage: Stage): void {
    if (this.current.graphs[stage]) {
      this.update({ stage });
    }
  }

  setOverlay(overlay: OverlayName): void {
    this.update({ overlay });
  }

  async select(ids: readonly string[]): Promise<void> {
    this.update({ selection: ids, histogram: null });
    const { current, stats } = this.current;
    const id = observerOf(this.current, ids[0]);
    if (current !== null && id !== undefined && (stats.get(id)?.batches ?? 0) > 0) {
      const answer = await this.ask('node.histogram', { model: current, id }, true);
      if (answer && this.current.selection[0] === ids[0]) {
        this.update({ histogram: answer.histogram });
      }
    }
  }

  // Marks.

  async mark(mark: Mark): Promise<void> {
    const { recipe } = this.current;
    if (recipe) {
      await this.setRecipe(withMark(recipe, mark));
      this.announce(this.trans.__('Marked %1 %2.', mark.target, mark.kind.replaceAll('_', ' ')));
    }
  }

  async unmark(path: string, className: string): Promise<void> {
    const { recipe } = this.current;
    if (recipe) {
      await this.setRecipe(withoutMarks(recipe, path, className));
    }
  }

  async askCustom(path: string, className: string): Promise<void> {
    await this.loadVariables();
    this.update({ custom: { path, className } });
  }

  /** Changes what a person decided; what follows from it is made anew. */
  async setRecipe(recipe: Recipe, options: { retrace?: boolean } = {}): Promise<void> {
    const before = this.current.recipe;
    const history = this.historyOf(recipe.model);
    if (before && options.retrace !== false) {
      history.undo.push(before);
      history.redo = [];
    }
    await this.applyRecipe(recipe, options.retrace !== false);
  }

  async undo(): Promise<void> {
    await this.travel('undo', 'redo');
  }

  async redo(): Promise<void> {
    await this.travel('redo', 'undo');
  }

  private async travel(from: 'undo' | 'redo', to: 'undo' | 'redo'): Promise<void> {
    const { recipe } = this.current;
    const history = recipe ? this.historyOf(recipe.model) : undefined;
    const target = history?.[from].pop();
    if (recipe && history && target) {
      history[to].push(recipe);
      // Data sources are no decisions about the model: they stay as they are.
      const { calibration, batchSize, evaluation } = recipe;
      await this.applyRecipe(
        {
          ...target,
          ...(calibration === undefined ? {} : { calibration }),
          ...(batchSize === undefined ? {} : { batchSize }),
          ...(evaluation ? { evaluation } : {})
        },
        true
      );
    }
  }

  private async applyRecipe(recipe: Recipe, retrace: boolean): Promise<void> {
    writeRecipe(this.host.metadata, recipe);
    this.update({ recipe, custom: null, error: null, ...this.historyFlags(recipe.model) });
    if (retrace) {
      await this.trace();
    }
  }

  // Stages.

  trace(): Promise<void> {
    this.traced = this.traceNow();
    return this.traced;
  }

  private async traceNow(): Promise<void> {
    const { recipe } = this.current;
    if (!recipe || !this.link.rpc) {
      return;
    }
    const turn = ++this.tracing;
    const answer = await this.ask('model.trace', { recipe });
    if (!answer || turn !== this.tracing) {
      return;
    }
    const known = this.current.graphs.float;
    const collapsed = known
      ? this.current.collapsed
      : defaultCollapsed(answer.graph, this.settings().openNodes);
    this.update({
      graphs: { float: answer.graph },
      stage: 'float',
      stats: new Map(),
      evaluation: null,
      collapsed,
      error: null
    });
    await this.loadVariables();
  }

  async calibrate(): Promise<void> {
    const { recipe } = this.current;
    if (!recipe || this.current.busy) {
      return;
    }
    this.update({ busy: true, error: null, evaluation: null });
    const turn = this.tracing;
    try {
      const prepared = await this.ask('model.prepare', { recipe });
      if (!prepared || turn !== this.tracing) {
        return;
      }
      this.update({
        graphs: { ...this.current.graphs, fused: prepared.fused, prepared: prepared.prepared },
        stage: 'prepared'
      });
      const done = await this.askLong('model.calibrate', { recipe });
      if (done && turn === this.tracing) {
        const { calibrated: _old, converted: _gone, ...graphs } = this.current.graphs;
        this.update({
          graphs: { ...graphs, calibrated: done.graph },
          stage: 'calibrated',
          samples: done.samples,
          stats: new Map(done.stats.map(s => [s.id, s]))
        });
        const observers = done.stats.length;
        this.announce(this.trans.__('Calibrated, %1 observers, %2 images.', observers, done.samples));
      }
    } finally {
      this.update({ busy: false, progress: null });
    }
  }

  async convert(): Promise<void> {
    const { recipe } = this.current;
    if (!recipe || this.current.busy) {
      return;
    }
    this.update({ busy: true, error: null });
    const turn = this.tracing;
    const answer = await this.ask('model.convert', { recipe });
    this.update({ busy: false });
    if (answer && turn === this.tracing) {
      this.update({ graphs: { ...this.current.graphs, converted: answer.graph }, stage: 'converted' });
      this.announce(this.trans.__('Converted.'));
    }
  }

  async evaluate(): Promise<void> {
    const { recipe } = this.current;
    if (!recipe || this.current.busy) {
      return;
    }
    this.update({ busy: true, error: null });
    const turn = this.tracing;
    try {
      const evaluation = await this.askLong('model.evaluate', { recipe });
      if (evaluation && turn === this.tracing) {
        this.update({ evaluation });
        this.announce(this.trans.__('Evaluated on %1 images.', evaluation.samples));
      }
    } finally {
      this.update({ busy: false, progress: null });
    }
  }

  async cancel(): Promise<void> {
    if (this.running !== null) {
      await this.ask('cancel', { id: this.running });
    }
  }

  async insertCode(): Promise<void> {
    const { recipe } = this.current;
    const answer = recipe ? await this.ask('recipe.code', { recipe }) : undefined;
    if (answer) {
      this.host.insertCode(answer.code);
    }
  }

  async loadVariables(): Promise<void> {
    const answer = await this.ask('variables.list', {}, true);
    if (answer) {
      this.update({ variables: answer.variables });
    }
  }

  /** Adds to what a screen reader is told; a log keeps its last lines. */
  announce(text: string): void {
    const lines = [...this.current.announcement.split('\n').filter(line => line !== ''), text];
    this.update({ announcement: lines.slice(-LOG_LINES).join('\n') });
  }

  // The kernel's side.

  private onLink(link: LinkState, kernelName: string): void {
    if (link !== 'connected') {
      const { collapsed, overlay, showsTree, sideHeight } = this.current;
      this.update({
        ...emptyState,
        link,
        kernelName,
        collapsed,
        overlay,
        showsTree,
        sideHeight,
        announcement: this.current.announcement
      });
      return;
    }
    this.update({ link, kernelName });
    void this.connect();
  }

  private async connect(): Promise<void> {
    // A kernel answers when its cell lets it, so there is no time limit; but a person is told why nothing happens.
    const waiting = setTimeout(() => {
      this.update({
        notice: this.trans.__('The kernel is busy; the panel shows its models when it answers.')
      });
    }, PATIENCE);
    const hello = await this.ask('hello', { protocol: PROTOCOL_VERSION });
    clearTimeout(waiting);
    const answer = await this.ask('models.list', {});
    if (hello && answer) {
      this.limits = hello.limited ?? null;
      this.update({ notice: this.limits });
      await this.setModels(answer.models, undefined);
    }
  }

  private onEvent<E extends EventName>(event: E, params: Events[E]): void {
    if (event === 'models.changed') {
      const { models, cellId } = params as Events['models.changed'];
      void this.setModels(models, cellId);
    } else if (event === 'progress') {
      const progress = params as Events['progress'];
      if (progress.request === this.running) {
        this.update({ progress });
      }
    } else if (event === 'stats.changed') {
      const { model, stats } = params as Events['stats.changed'];
      if (model === this.current.current) {
        this.update({ stats: new Map(stats.map(s => [s.id, s])) });
      }
    } else if (event === 'variables.changed') {
      if (this.current.current !== null) {
        void this.loadVariables();
      }
    } else if (event === 'stage.changed') {
      const { model, stages } = params as Events['stage.changed'];
      if (model === this.current.current) {
        void this.followCell(model, stages);
      }
    }
  }

  /** A cell has called the library itself: its graphs are shown in place of the panel's. */
  private async followCell(model: string, stages: readonly Stage[]): Promise<void> {
    await this.traced;
    const turn = ++this.tracing;
    const { float } = this.current.graphs;
    const answers = await Promise.all(stages.map(stage => this.ask('model.graph', { model, stage }, true)));
    const answer = await this.ask('node.stats', { model }, true);
    if (turn !== this.tracing || model !== this.current.current) {
      return;
    }
    const known = stages.flatMap((stage, i) => {
      const graph = answers[i]?.graph;
      return graph ? [[stage, graph] as const] : [];
    });
    const stats = answer?.stats ?? [];
    this.update({
      graphs: { ...(float ? { float } : {}), ...Object.fromEntries(known) },
      stage: known.at(-1)?.[0] ?? 'float',
      stats: new Map(stats.map(s => [s.id, s])),
      samples: 0,
      evaluation: null,
      error: null
    });
    this.announce(this.trans.__('A cell has taken %1 to another stage; the panel shows it.', model));
    await this.loadVariables();
  }

  /** Shows the model a cell has just made, or the one shown before if it is a new object. */
  private async setModels(
    models: Events['models.changed']['models'],
    cellId: string | undefined
  ): Promise<void> {
    const known = new Map(this.current.models.map(m => [m.name, m.revision]));
    const fresh = models.filter(m => known.get(m.name) !== m.revision);
    this.update({ models });
    const fromCell = fresh.filter(m => cellId !== undefined && m.cellId === cellId).at(-1);
    const next = fromCell ?? fresh.at(-1);
    const gone = !models.some(m => m.name === this.current.current);
    if (next) {
      await this.selectModel(next.name);
    } else if (gone) {
      this.update({ current: null, recipe: null, graphs: {} });
    }
  }

  private async askLong<M extends 'model.calibrate' | 'model.evaluate'>(
    method: M,
    params: Methods[M]['params']
  ): Promise<Methods[M]['result'] | undefined> {
    const handle = this.link.rpc?.request(method, params);
    this.running = handle?.id ?? null;
    try {
      return await handle?.result;
    } catch (error) {
      this.fail(error);
      return undefined;
    } finally {
      this.running = null;
    }
  }

  /** The answer, or undefined after the error has been shown; `quiet` for what a person did not ask for. */
  private async ask<M extends MethodName>(
    method: M,
    params: Methods[M]['params'],
    quiet = false
  ): Promise<Methods[M]['result'] | undefined> {
    try {
      return await this.link.rpc?.request(method, params).result;
    } catch (error) {
      if (!quiet) {
        this.fail(error);
      }
      return undefined;
    }
  }

  private fail(error: unknown): void {
    if (error instanceof RpcFailure && error.code === ERROR_CODES.cancelled) {
      this.announce(this.trans.__('Cancelled.'));
      return;
    }
    const data = error instanceof RpcFailure ? error.data : undefined;
    const { remedy, remedies } = data ?? { remedy: undefined, remedies: undefined };
    const message = error instanceof Error ? error.message : String(error);
    this.update({
      error: { message, ...(remedy === undefined ? {} : { remedy }), ...(remedies ? { remedies } : {}) }
    });
    this.announce(message);
  }

  private historyOf(model: string): { undo: Recipe[]; redo: Recipe[] } {
    const history = this.history.get(model) ?? { undo: [], redo: [] };
    this.history.set(model, history);
    return history;
  }

  private historyFlags(model: string): Pick<PanelState, 'canUndo' | 'canRedo'> {
    const { undo, redo } = this.historyOf(model);
    return { canUndo: undo.length > 0, canRedo: redo.length > 0 };
  }
}

/** The observer of what is selected: itself, or the one after the node. */
export function observerOf(state: PanelState, id: string | undefined): string | undefined {
  if (id === undefined) {
    return undefined;
  }
  const observer = id.startsWith('obs:') ? id : `obs:${id}`;
  return state.stats.has(observer) ? observer : undefined;
}
