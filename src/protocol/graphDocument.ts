// The graph document: one FX graph as plain JSON, for the comm, the MIME type
// `application/vnd.fxquant.graph+json`, and files. Described for other readers by
// `schema/graph.schema.json`. It holds what a view needs to draw and explain a graph and
// nothing a view could compute; statistics that change during calibration travel apart (`NodeStats`).

/** Bumped when a reader of the older version would misread the new one. */
export const GRAPH_DOCUMENT_VERSION = 1;

export const GRAPH_MIME_TYPE = 'application/vnd.fxquant.graph+json';

/** The states a model goes through, in order. */
export const STAGES = ['float', 'fused', 'prepared', 'calibrated', 'converted'] as const;
export type Stage = (typeof STAGES)[number];

/** `torch.fx.Node.op`. */
export const OPCODES = [
  'placeholder',
  'get_attr',
  'call_function',
  'call_method',
  'call_module',
  'output'
] as const;
export type Opcode = (typeof OPCODES)[number];

/** Element types by PyTorch's names, without the `torch.` prefix. */
export const DTYPES = [
  'float32',
  'float64',
  'float16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
  'quint8',
  'qint8',
  'qint32',
  'quint4x2'
] as const;
export type DTypeName = (typeof DTYPES)[number];

/** What a node is to the reader of a graph; `op` is what it is to torch.fx. */
export const ROLES = ['input', 'output', 'op', 'attribute', 'observer', 'quantize', 'dequantize'] as const;
export type Role = (typeof ROLES)[number];

/** Operator families, for the glyph tile. `opaque`: a module that is not looked into. */
export const FAMILIES = [
  'conv',
  'linear',
  'norm',
  'activation',
  'arithmetic',
  'pool',
  'io',
  'opaque'
] as const;
export type Family = (typeof FAMILIES)[number];

/** The kinds of mark a module may carry (design: leaf, non-traceable by name / by class, custom). */
export const MARK_KINDS = [
  'leaf',
  'non_traceable_name',
  'non_traceable_class',
  'custom',
  'standalone'
] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/** A value an argument can have: JSON, with tags for what JSON lacks (as in the golden files). */
export type ArgValue =
  | null
  | boolean
  | number
  | string
  | ArgValue[]
  | { node: string }
  | { tuple: ArgValue[] }
  | { slice: [ArgValue, ArgValue, ArgValue] }
  | { dict: { [key: string]: ArgValue } }
  | { enum: string }
  | { ellipsis: true }
  | { float: 'inf' | '-inf' | 'nan' }
  | { repr: string };

/** A place in the user's code. Lines and columns count from 1. */
export interface SourceLocation {
  /** The notebook cell, by its id; absent for code outside the notebook. */
  cellId?: string;
  /** File name where the code is in a file. */
  file?: string;
  line: number;
  column?: number;
  endLine?: number;
  endColumn?: number;
}

/** What is known of the value a node returns. */
export interface ValueInfo {
  kind: 'tensor' | 'size' | 'number' | 'tuple' | 'other';
  /** `[N, C, H, W]` as traced with the example inputs; for `size`, its entries. */
  shape?: number[];
  dtype?: DTypeName;
  bytes?: number;
}

/** Quantization parameters; arrays have one entry per channel of `axis`. */
export interface QParams {
  dtype: DTypeName;
  qscheme: string;
  scale: number | number[];
  zeroPoint: number | number[];
  quantMin: number;
  quantMax: number;
  axis?: number;
}

/** An observer's or fake-quantize's settings. */
export interface ObserverInfo {
  /** Class without its package: `HistogramObserver`. */
  type: string;
  dtype: DTypeName;
  qscheme: string;
  quantMin: number;
  quantMax: number;
  reduceRange: boolean;
  isDynamic: boolean;
}

/** Which setting decided a node's qconfig, and which ones lost to it (most specific first). */
export interface QConfigOrigin {
  /** What the winning qconfig is called, `x86 default`, or `none` where a null won. */
  label: string;
  /** Where it was set: `global`, `object type Conv2d`, `module name layer1.0` … */
  from: string;
  lost: { label: string; from: string; why: string }[];
}

export interface GraphNode {
  /**
   * Identity across stages: the same computation keeps its id from float to converted, and so its place.
   * A float node's id is its name; an observer's is `obs:` + the id of the node it observes (inputs of
   * one consumer only: `obs:` + producer + `>` + consumer); a fused node has the id of its last member.
   */
  id: string;
  /** torch.fx node name, unique in this graph. */
  name: string;
  op: Opcode;
  /** PyTorch's target: `torch.nn.functional.relu`, a method name, a module path. */
  target: string;
  role: Role;
  family: Family;
  /** Short title: last path segment of a module, operator name otherwise. */
  label: string;
  /** Class of a `call_module` without its package (`ConvReLU2d`), kind of operator otherwise. */
  type: string;
  /** Path of the innermost module box this node stands in; '' is the root. A leaf stands in its parent. */
  scope: string;
  args: ArgValue[];
  kwargs: { [name: string]: ArgValue };
  /** Ids of the nodes this one reads, in argument order, each once. */
  inputs: string[];
  value: ValueInfo;
  /** For observers: the id of the node whose value is observed. */
  observes?: string;
  observer?: ObserverInfo;
  /** For quantized values and for calibrated observers. */
  qparams?: QParams;
  qconfig?: QConfigOrigin;
  /** True where the plan (observers on both sides, a supported pattern) makes this node int8 at convert. */
  quantized: boolean;
  /** Float-stage ids this node stands for: conv, bn and relu of a `ConvReLU2d`. At least its own. */
  covers: string[];
  /** Id of the node with which this one becomes one at a later stage; drawn docked to it. */
  docksTo?: string;
  mark?: MarkKind;
  /** Why an op stays float: shown in the inspector and the report. */
  staysFloat?: string;
  /** Bytes of the parameters the node owns. */
  parameterBytes?: number;
  source?: SourceLocation;
}

/** A module that contains nodes (a box), or is one (a leaf). Every module of the model is listed. */
export interface ModuleInfo {
  /** Dotted path; '' is the model itself. */
  path: string;
  /** Class without its package. */
  type: string;
  /** True for classes of the library (`nn.Conv2d`), false for classes of the user. */
  isLibrary: boolean;
  /** True where the tracer does not look inside. */
  isLeaf: boolean;
  mark?: MarkKind;
  /** For a custom mark: what it becomes, `ObservedPool → QuantPool`. */
  becomes?: string;
  /** Modules with equal keys have the same class and inner graph: drawn once, ×N. */
  structureKey: string;
  parameterCount: number;
  source?: SourceLocation;
}

/** Something a person can do about a failure; `action` is what a button would request. */
export interface Remedy {
  kind: 'non_traceable_class' | 'non_traceable_name' | 'leaf' | 'custom' | 'rewrite';
  title: string;
  detail: string;
  recommended: boolean;
  /** How many modules it affects. */
  modules: number;
  /** The mark a click makes; absent for `rewrite` and where a class must be chosen first. */
  mark?: Mark;
  /** For `rewrite`: the line to write instead. */
  code?: string;
}

/** One line of the user's code that cannot be traced. */
export interface Obstacle {
  modulePath: string;
  className: string;
  /** What the language construct is: `control_flow`, `iteration`, `spread`, `length`, `data_access`, `unknown`. */
  kind: string;
  message: string;
  source?: SourceLocation;
  /** Source lines around the place, for the code frame. */
  frame?: { firstLine: number; lines: string[]; line: number; column?: number; endColumn?: number };
  remedies: Remedy[];
}

/** A mark as the recipe stores it. `target` is a module path, or a class name for `non_traceable_class`. */
export interface Mark {
  kind: MarkKind;
  target: string;
  /** For `custom`: names of classes in the notebook's scope. */
  observedClass?: string;
  quantizedClass?: string;
}

export interface GraphDocument {
  version: typeof GRAPH_DOCUMENT_VERSION;
  /** Variable name of the model in the notebook, or a title. */
  modelName: string;
  className: string;
  stage: Stage;
  nodes: GraphNode[];
  modules: ModuleInfo[];
  /** Present where tracing stopped: `nodes` then holds what was recorded before. */
  obstacles?: Obstacle[];
  /** Settings without effect, ops that stayed float: one sentence each. */
  notices?: Notice[];
}

export interface Notice {
  level: 'info' | 'warning';
  /** Module path or node id the sentence is about, where there is one. */
  about?: string;
  text: string;
}
