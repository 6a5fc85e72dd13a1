// One remark of a settings report: what it is about, what is so, and what to do about it.

/** What made a setting do nothing, or something else than it says. */
export type SettingKind =
  /** No module, attribute or method has the name. */
  | 'unknownName'
  /** The model has no module of exactly this class, or no call of this function. */
  | 'unknownClass'
  /** A subclass of the class is there, and settings hold for the exact class only. */
  | 'nearMiss'
  /** The module is there, but `forward` never calls it. */
  | 'neverCalled'
  /** The module stands inside one that is a single node. */
  | 'insideLeaf'
  /** The mark makes a library module a single node, which it is anyway. */
  | 'builtinLeaf'
  /** The module became part of another one, whose setting counts. */
  | 'fusedAway'
  /** More specific settings won everywhere. */
  | 'overridden'
  /** Members of one fused module are configured differently. */
  | 'conflict'
  /** An index nothing stands at. */
  | 'outOfRange'
  /** The module's qconfig makes it nothing that the setting speaks of. */
  | 'notApplicable'
  /** A second name of a module; the setting was taken for the first. */
  | 'alias';

/** Why an operator computes with floats. */
export type OperatorKind =
  /** Its setting says so, or there is none. */
  | 'noQConfig'
  /** The backend config has no pattern for it. */
  | 'unsupported'
  /** The backend has it, but not with the dtypes that were asked for. */
  | 'dtype'
  /** The dtypes fit; the range or the smallest scale does not. */
  | 'constraint'
  /** Its output grid is fixed, and the observer's is another. */
  | 'fixedQParams'
  /** A mark keeps the tracer out. */
  | 'nonTraceable'
  /** Its input is float, and it takes over the grid of its input. */
  | 'floatInput'
  /** The same module is called elsewhere, quantized there. */
  | 'shared'
  /** Observed, but no integer kernel takes it in these surroundings: it computes between dequantize and quantize. */
  | 'notLowered';

/** What else a person should know of the model. */
export type ModelKind =
  /** A submodule nothing calls: the prepared model does not have it. */
  | 'droppedModule'
  /** `training=True` was recorded as a constant. */
  | 'frozenTraining'
  /** An observer saw nothing but zeros. */
  | 'onlyZeros'
  /** The engine decides over `reduceRange` of dynamic quantization, and decides otherwise. */
  | 'reduceRange';

/** What a remark is about. */
export type ReportKind = SettingKind | OperatorKind | ModelKind;

interface EntryBase {
  readonly level: 'info' | 'warning';
  /** Module path, node name, or whatever the setting names; '' for the model as a whole. */
  readonly about: string;
  /** What is so, as a sentence without a full stop. */
  readonly text: string;
  /** What to do about it, as a sentence without a full stop. */
  readonly remedy?: string;
}

/** A remark on a setting: that it had no effect, for one. */
export interface SettingEntry extends EntryBase {
  readonly subject: 'setting';
  readonly kind: SettingKind;
  /** The call that made the setting: `setModuleName('linaer')`. */
  readonly setting: string;
}

/** A remark on one operator: why it stayed float, for one. */
export interface OperatorEntry extends EntryBase {
  readonly subject: 'operator';
  readonly kind: OperatorKind;
  /** What the node calls, by PyTorch's name: `torch.nn.functional.gelu`, `Softmax`. */
  readonly target: string;
  /** Path of the module whose `forward` calls it. */
  readonly module: string;
  /** For `dtype`, `constraint` and `fixedQParams`: what was asked for, and what the backend has. */
  readonly requested?: string;
  readonly supported?: readonly string[];
}

/** A remark on the model as a whole. */
export interface ModelEntry extends EntryBase {
  readonly subject: 'model';
  readonly kind: ModelKind;
}

/** One remark of a report. */
export type ReportEntry = SettingEntry | OperatorEntry | ModelEntry;

/** Why one operator stays float, before it is known which one. */
export type FloatReason = Pick<OperatorEntry, 'kind' | 'text' | 'remedy' | 'requested' | 'supported'>;

/** As a view shows it that has one line. */
export function sentence({ text, remedy }: Pick<ReportEntry, 'text' | 'remedy'>): string {
  return remedy === undefined ? text : `${text}. ${remedy}`;
}
