// The shape of graph documents, row by row as in `../graphDocument`, where the rows are explained.

import {
  DTYPES,
  FAMILIES,
  GRAPH_DOCUMENT_VERSION,
  MARK_KINDS,
  OPCODES,
  ROLES,
  STAGES,
  type ArgValue,
  type GraphDocument,
  type GraphNode,
  type Mark,
  type ModuleInfo,
  type Notice,
  type ObserverInfo,
  type Obstacle,
  type QConfigOrigin,
  type QParams,
  type Remedy,
  type SourceLocation,
  type ValueInfo
} from '../graphDocument';
import { fail, validate, type Path, type Shape } from './shape';
import {
  agreeing,
  constant,
  count,
  dictionary,
  either,
  flag,
  integer,
  list,
  named,
  nothing,
  number,
  object,
  oneOf,
  optional,
  ordinal,
  tagged,
  text,
  tuple
} from './shapes';

/** Deeper arguments than any program has. */
const MAX_ARGUMENT_DEPTH = 64;

export const argValue: Shape<ArgValue> = named(
  'ArgValue',
  () => {
    const tags = tagged<Extract<ArgValue, { node: string }>>({
      node: text,
      tuple: list(argValue),
      slice: tuple<[ArgValue, ArgValue, ArgValue]>(argValue, argValue, argValue),
      dict: dictionary(argValue),
      enum: text,
      ellipsis: constant(true),
      float: oneOf(['inf', '-inf', 'nan']),
      repr: text
    });
    const plain = either(nothing, flag, either(number, text));
    return either(plain, list(argValue), tags) as Shape<unknown> as Shape<ArgValue>;
  },
  MAX_ARGUMENT_DEPTH
);

export const stage = oneOf(STAGES);
const dtype = oneOf(DTYPES);
const markKind = oneOf(MARK_KINDS);
const perChannel = either(number, list(number));

export const sourceLocation = named('SourceLocation', () =>
  object<SourceLocation>({
    cellId: optional(text),
    file: optional(text),
    line: ordinal,
    column: optional(ordinal),
    endLine: optional(ordinal),
    endColumn: optional(ordinal)
  })
);

const valueInfo = named('ValueInfo', () =>
  object<ValueInfo>({
    kind: oneOf(['tensor', 'size', 'number', 'tuple', 'other']),
    shape: optional(list(count)),
    dtype: optional(dtype),
    bytes: optional(count)
  })
);

export const qparams = named('QParams', () =>
  object<QParams>({
    dtype,
    qscheme: text,
    scale: perChannel,
    zeroPoint: perChannel,
    quantMin: integer,
    quantMax: integer,
    axis: optional(count)
  })
);

const observerInfo = named('ObserverInfo', () =>
  object<ObserverInfo>({
    type: text,
    dtype,
    qscheme: text,
    quantMin: integer,
    quantMax: integer,
    reduceRange: flag,
    isDynamic: flag
  })
);

const qconfigOrigin = named('QConfigOrigin', () =>
  object<QConfigOrigin>({
    label: text,
    from: text,
    lost: list(object<QConfigOrigin['lost'][number]>({ label: text, from: text, why: text }))
  })
);

export const mark = named('Mark', () =>
  object<Mark>({
    kind: markKind,
    target: text,
    observedClass: optional(text),
    quantizedClass: optional(text)
  })
);

export const remedy = named('Remedy', () =>
  object<Remedy>({
    kind: oneOf(['non_traceable_class', 'non_traceable_name', 'leaf', 'custom', 'rewrite']),
    title: text,
    detail: text,
    recommended: flag,
    modules: count,
    mark: optional(mark),
    code: optional(text)
  })
);

const graphNode = named('GraphNode', () =>
  object<GraphNode>({
    id: text,
    name: text,
    op: oneOf(OPCODES),
    target: text,
    role: oneOf(ROLES),
    family: oneOf(FAMILIES),
    label: text,
    type: text,
    scope: text,
    args: list(argValue),
    kwargs: dictionary(argValue),
    inputs: list(text),
    value: valueInfo,
    observes: optional(text),
    observer: optional(observerInfo),
    qparams: optional(qparams),
    qconfig: optional(qconfigOrigin),
    quantized: flag,
    covers: list(text, { min: 1 }),
    docksTo: optional(text),
    mark: optional(markKind),
    staysFloat: optional(text),
    parameterBytes: optional(count),
    source: optional(sourceLocation)
  })
);

const moduleInfo = named('ModuleInfo', () =>
  object<ModuleInfo>({
    path: text,
    type: text,
    isLibrary: flag,
    isLeaf: flag,
    mark: optional(markKind),
    becomes: optional(text),
    structureKey: text,
    parameterCount: count,
    source: optional(sourceLocation)
  })
);

const obstacle = named('Obstacle', () =>
  object<Obstacle>({
    modulePath: text,
    className: text,
    kind: text,
    message: text,
    source: optional(sourceLocation),
    frame: optional(
      object<NonNullable<Obstacle['frame']>>({
        firstLine: ordinal,
        lines: list(text),
        line: ordinal,
        column: optional(ordinal),
        endColumn: optional(ordinal)
      })
    ),
    remedies: list(remedy)
  })
);

const notice = named('Notice', () =>
  object<Notice>({ level: oneOf(['info', 'warning']), about: optional(text), text })
);

export const graphDocument = agreeing(
  named('GraphDocument', () =>
    object<GraphDocument>({
      version: constant(GRAPH_DOCUMENT_VERSION),
      modelName: text,
      className: text,
      stage,
      nodes: list(graphNode),
      modules: list(moduleInfo),
      obstacles: optional(list(obstacle)),
      notices: optional(list(notice))
    })
  ),
  agree
);

/** What a view relies on: names that are unique, and references that lead somewhere, backwards only. */
function agree({ nodes, modules }: GraphDocument, path: Path): void {
  const at = (...parts: Path) => [...path, ...parts];
  const paths = new Set<string>();
  for (const [i, module] of modules.entries()) {
    if (paths.has(module.path)) {
      fail(at('modules', i, 'path'), 'a path no other module has', module.path);
    }
    paths.add(module.path);
  }
  const [earlier, names] = [new Set<string>(), new Set<string>()];
  const ids = new Set(nodes.map(node => node.id));
  for (const [i, node] of nodes.entries()) {
    if (earlier.has(node.id)) {
      fail(at('nodes', i, 'id'), 'an id no other node has', node.id);
    }
    if (names.has(node.name)) {
      fail(at('nodes', i, 'name'), 'a name no other node has', node.name);
    }
    if (node.scope !== '' && !paths.has(node.scope)) {
      fail(at('nodes', i, 'scope'), 'the path of a module', node.scope);
    }
    if (node.docksTo !== undefined && !ids.has(node.docksTo)) {
      fail(at('nodes', i, 'docksTo'), 'the id of a node', node.docksTo);
    }
    for (const [j, input] of node.inputs.entries()) {
      if (!earlier.has(input)) {
        fail(at('nodes', i, 'inputs', j), 'the id of an earlier node', input);
      }
    }
    earlier.add(node.id);
    names.add(node.name);
  }
}

/** @throws ValidationError naming the place and what was expected there. */
export function validateGraphDocument(value: unknown): GraphDocument {
  return validate(graphDocument, value);
}
