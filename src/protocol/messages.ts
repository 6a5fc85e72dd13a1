// The conversation between the panel and the kernel: JSON-RPC 2.0 over a Jupyter comm.
// One table row per method; adding a method is one row here and one handler in `src/kernel/handlers`.

import type { GraphDocument, Mark, Remedy, SourceLocation, Stage } from './graphDocument';
import type { Evaluation, NodeHistogram, NodeStats, WeightStats } from './stats';
import type { Recipe } from './recipe';

export const PROTOCOL_VERSION = 1;
export const COMM_TARGET = 'fxquant';

/** A model the kernel found among the notebook's variables. */
export interface ModelInfo {
  /** Variable name. */
  name: string;
  className: string;
  /** Cell that defined it last. */
  cellId?: string;
  parameterCount: number;
  /** Furthest stage the kernel holds for this model. */
  stage: Stage;
  /** Changes whenever the variable is assigned a new object. */
  revision: number;
}

/** A variable a person may choose for calibration, example inputs or labels. */
export interface VariableInfo {
  name: string;
  kind: 'tensor' | 'batches' | 'async_batches' | 'class' | 'labels' | 'other';
  /** For a person: `float32 [360, 1, 8, 8]`, `4 batches of float32 [64, 1, 8, 8]`, `class extends nn.Module`. */
  summary: string;
  /** Tensor shape, or that of the first batch. */
  shape?: number[];
  batches?: number;
  /** For classes: which of the custom module functions it has. */
  hasFromFloat?: boolean;
  hasFromObserved?: boolean;
}

/** request → result, by method. */
export interface Methods {
  hello: {
    params: { protocol: number };
    result: { protocol: number; library: string; kernel: string; limited?: string };
  };
  'models.list': { params: Record<string, never>; result: { models: ModelInfo[] } };
  /** Traces with the recipe's marks. A model that cannot be traced is a result (`obstacles`), not an error. */
  'model.trace': { params: { recipe: Recipe }; result: { graph: GraphDocument } };
  /** The graph of a stage the kernel already holds. */
  'model.graph': { params: { model: string; stage: Stage }; result: { graph: GraphDocument } };
  'model.prepare': {
    params: { recipe: Recipe };
    result: { fused: GraphDocument; prepared: GraphDocument };
  };
  /** Prepares first where needed. Sends `progress` and `stats.changed`; `cancel` ends it with `cancelled`. */
  'model.calibrate': {
    params: { recipe: Recipe };
    result: { graph: GraphDocument; stats: NodeStats[]; batches: number; samples: number };
  };
  'model.convert': { params: { recipe: Recipe }; result: { graph: GraphDocument } };
  'model.evaluate': { params: { recipe: Recipe }; result: Evaluation };
  'node.stats': { params: { model: string; ids?: string[] }; result: { stats: NodeStats[] } };
  /** One observer in full; buffer 0 holds the counts as float32. */
  'node.histogram': { params: { model: string; id: string }; result: { histogram: NodeHistogram } };
  'node.weights': { params: { model: string; path: string }; result: { weights: WeightStats } };
  'variables.list': { params: Record<string, never>; result: { variables: VariableInfo[] } };
  /** The cell that does without the panel what the panel did. */
  'recipe.code': { params: { recipe: Recipe }; result: { code: string } };
  /** Ends the running calibrate or evaluate; `id` is that request's id. */
  cancel: { params: { id: number }; result: { cancelled: boolean } };
}

export type MethodName = keyof Methods;

/** Kernel → panel, unasked. */
export interface Events {
  'models.changed': { models: ModelInfo[]; cellId?: string };
  progress: { request: number; done: number; total?: number; text: string };
  'stats.changed': { model: string; stats: NodeStats[] };
  /** A cell has run: variables may be others. */
  'variables.changed': Record<string, never>;
  /** A cell ran the library itself: the panel shows what the code did. */
  'stage.changed': { model: string; stages: Stage[] };
  log: { level: 'info' | 'warning' | 'error'; text: string };
}

export type EventName = keyof Events;

/** JSON-RPC's own codes, and ours from −32000 down. */
export const ERROR_CODES = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  cancelled: -32000,
  modelNotFound: -32001,
  variableNotFound: -32002,
  notTraceable: -32003,
  calibration: -32004,
  conversion: -32005,
  customModule: -32006,
  tooLarge: -32007,
  busy: -32008
} as const;
export type ErrorCode = (typeof ERROR_CODES)[keyof typeof ERROR_CODES];

/** What the panel needs to show an error and offer a way on. */
export interface ErrorData {
  modulePath?: string;
  node?: string;
  /** What to do next, one sentence. */
  remedy?: string;
  remedies?: Remedy[];
  mark?: Mark;
  source?: SourceLocation;
}

export interface RpcRequest<M extends MethodName = MethodName> {
  jsonrpc: '2.0';
  id: number;
  method: M;
  params: Methods[M]['params'];
}
export interface RpcResult<M extends MethodName = MethodName> {
  jsonrpc: '2.0';
  id: number;
  result: Methods[M]['result'];
}
export interface RpcError {
  jsonrpc: '2.0';
  id: number | null;
  error: { code: ErrorCode; message: string; data?: ErrorData };
}
export interface RpcEvent<E extends EventName = EventName> {
  jsonrpc: '2.0';
  method: E;
  params: Events[E];
}
export type RpcMessage = RpcRequest | RpcResult | RpcError | RpcEvent;
