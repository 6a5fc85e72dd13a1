// The shape of what panel and kernel say to each other: one row per method and per event.

import {
  ERROR_CODES,
  type ErrorData,
  type EventName,
  type Events,
  type MethodName,
  type Methods,
  type ModelInfo,
  type RpcError,
  type RpcEvent,
  type RpcRequest,
  type VariableInfo
} from '../messages';
import type { Evaluation, NodeHistogram, NodeStats, WeightStats } from '../stats';
import { graphDocument, mark, qparams, remedy, sourceLocation, stage } from './graphDocument';
import { recipe } from './recipe';
import { fail, isObject, problemOf, validate, type Shape } from './shape';
import {
  count,
  empty,
  flag,
  integer,
  list,
  named,
  number,
  object,
  oneOf,
  optional,
  share,
  text
} from './shapes';

const modelInfo = named('ModelInfo', () =>
  object<ModelInfo>({
    name: text,
    className: text,
    cellId: optional(text),
    parameterCount: count,
    stage,
    revision: count
  })
);

const variableInfo = named('VariableInfo', () =>
  object<VariableInfo>({
    name: text,
    kind: oneOf(['tensor', 'batches', 'async_batches', 'class', 'labels', 'other']),
    summary: text,
    shape: optional(list(count)),
    batches: optional(count),
    hasFromFloat: optional(flag),
    hasFromObserved: optional(flag)
  })
);

const nodeStats = named('NodeStats', () =>
  object<NodeStats>({
    id: text,
    count,
    batches: count,
    min: optional(number),
    max: optional(number),
    spark: list(share),
    zeroAt: optional(share),
    qparams: optional(qparams),
    clipped: optional(share),
    sqnr: optional(number)
  })
);

const nodeHistogram = named('NodeHistogram', () =>
  object<NodeHistogram>({
    id: text,
    min: number,
    max: number,
    counts: list(number),
    qparams: optional(qparams),
    clippedBelow: share,
    clippedAbove: share
  })
);

const weightStats = named('WeightStats', () =>
  object<WeightStats>({ path: text, axis: count, min: list(number), max: list(number) })
);

const evaluation = named('Evaluation', () =>
  object<Evaluation>({
    samples: count,
    floatAccuracy: optional(share),
    quantizedAccuracy: optional(share),
    outputSqnr: optional(number),
    floatBytes: count,
    quantizedBytes: count,
    floatLatency: number,
    quantizedLatency: number
  })
);

const ofRecipe = object<{ recipe: Methods['model.trace']['params']['recipe'] }>({ recipe });

export const methods: {
  readonly [M in MethodName]: {
    readonly params: Shape<Methods[M]['params']>;
    readonly result: Shape<Methods[M]['result']>;
  };
} = {
  hello: {
    params: object<Methods['hello']['params']>({ protocol: integer }),
    result: object<Methods['hello']['result']>({
      protocol: integer,
      library: text,
      kernel: text,
      limited: optional(text)
    })
  },
  'models.list': {
    params: empty,
    result: object<Methods['models.list']['result']>({ models: list(modelInfo) })
  },
  'model.trace': {
    params: ofRecipe,
    result: object<Methods['model.trace']['result']>({ graph: graphDocument })
  },
  'model.graph': {
    params: object<Methods['model.graph']['params']>({ model: text, stage }),
    result: object<Methods['model.graph']['result']>({ graph: graphDocument })
  },
  'model.prepare': {
    params: ofRecipe,
    result: object<Methods['model.prepare']['result']>({ fused: graphDocument, prepared: graphDocument })
  },
  'model.calibrate': {
    params: ofRecipe,
    result: object<Methods['model.calibrate']['result']>({
      graph: graphDocument,
      stats: list(nodeStats),
      batches: count,
      samples: count
    })
  },
  'model.convert': {
    params: ofRecipe,
    result: object<Methods['model.convert']['result']>({ graph: graphDocument })
  },
  'model.evaluate': { params: ofRecipe, result: evaluation },
  'node.stats': {
    params: object<Methods['node.stats']['params']>({ model: text, ids: optional(list(text)) }),
    result: object<Methods['node.stats']['result']>({ stats: list(nodeStats) })
  },
  'node.histogram': {
    params: object<Methods['node.histogram']['params']>({ model: text, id: text }),
    result: object<Methods['node.histogram']['result']>({ histogram: nodeHistogram })
  },
  'node.weights': {
    params: object<Methods['node.weights']['params']>({ model: text, path: text }),
    result: object<Methods['node.weights']['result']>({ weights: weightStats })
  },
  'variables.list': {
    params: empty,
    result: object<Methods['variables.list']['result']>({ variables: list(variableInfo) })
  },
  'recipe.code': {
    params: ofRecipe,
    result: object<Methods['recipe.code']['result']>({ code: text })
  },
  cancel: {
    params: object<Methods['cancel']['params']>({ id: integer }),
    result: object<Methods['cancel']['result']>({ cancelled: flag })
  }
};

export const events: { readonly [E in EventName]: Shape<Events[E]> } = {
  'models.changed': object<Events['models.changed']>({ models: list(modelInfo), cellId: optional(text) }),
  progress: object<Events['progress']>({ request: integer, done: count, total: optional(count), text }),
  'stats.changed': object<Events['stats.changed']>({ model: text, stats: list(nodeStats) }),
  'variables.changed': empty,
  'stage.changed': object<Events['stage.changed']>({ model: text, stages: list(stage) }),
  log: object<Events['log']>({ level: oneOf(['info', 'warning', 'error']), text })
};

const errorRows = {
  modulePath: optional(text),
  node: optional(text),
  remedy: optional(text),
  remedies: optional(list(remedy)),
  mark: optional(mark),
  source: optional(sourceLocation)
} as const;

export const rpcError = object<RpcError['error']>({
  code: oneOf(Object.values(ERROR_CODES)),
  message: text,
  data: optional(object<ErrorData>(errorRows))
});

const isMethod = (name: unknown): name is MethodName =>
  typeof name === 'string' && Object.hasOwn(methods, name);

const isEvent = (name: unknown): name is EventName => typeof name === 'string' && Object.hasOwn(events, name);

/** @throws ValidationError */
export function validateRequest(value: unknown): RpcRequest {
  const { method } = envelope(value);
  if (!isMethod(method)) {
    fail(['method'], 'a method of the protocol', method);
  }
  integer.check((value as RpcRequest).id, ['id']);
  methods[method].params.check((value as RpcRequest).params, ['params']);
  return value as RpcRequest;
}

/** @throws ValidationError */
export function validateEvent(value: unknown): RpcEvent {
  const { method } = envelope(value);
  if (!isEvent(method)) {
    fail(['method'], 'an event of the protocol', method);
  }
  events[method].check((value as RpcEvent).params, ['params']);
  return value as RpcEvent;
}

/** @throws ValidationError */
export function validateParams<M extends MethodName>(method: M, value: unknown): Methods[M]['params'] {
  return validate<Methods[M]['params']>(methods[method].params, value);
}

/** @throws ValidationError */
export function validateResult<M extends MethodName>(method: M, value: unknown): Methods[M]['result'] {
  return validate<Methods[M]['result']>(methods[method].result, value);
}

/** @throws ValidationError */
export function validateError(value: unknown): RpcError['error'] {
  return validate(rpcError, value);
}

/** An error as far as it can be read: whatever went wrong is to be shown, not hidden by another error. */
export function salvageError(value: unknown): { code: number; message: string; data: ErrorData } {
  const { code, message, data }: Record<string, unknown> = isObject(value) ? value : {};
  const parts = Object.entries(errorRows).filter(
    ([key, row]) => isObject(data) && Object.hasOwn(data, key) && !problemOf(row.optional, data[key])
  );
  return {
    code: Number.isSafeInteger(code) ? (code as number) : ERROR_CODES.internal,
    message: typeof message === 'string' ? message : 'the kernel answered with an error it did not explain',
    data: Object.fromEntries(parts.map(([key]) => [key, (data as Record<string, unknown>)[key]]))
  };
}

function envelope(value: unknown): Record<string, unknown> {
  if (!isObject(value)) {
    fail([], 'a JSON-RPC 2.0 object', value);
  }
  if (value.jsonrpc !== '2.0') {
    fail(['jsonrpc'], '"2.0"', value.jsonrpc);
  }
  return value;
}
