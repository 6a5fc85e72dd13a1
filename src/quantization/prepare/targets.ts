// What each node's inputs and output are to be observed with: decided here for the whole graph, applied by
// `insert.ts`. Spec 6.3; where PyTorch guesses which values are tensors, the types the example inputs gave
// are used instead (D1, D2).

import { Node, valueOf, type GraphModule } from '../../fx';
import { isFloatingDType, isQuantizedDType, type DType } from '../../tensor/dtype';
import type { BackendPatternConfig, DTypeConfig, DTypeWithConstraints } from '../backendConfig';
import {
  factory,
  FixedQParamsObserver,
  PlaceholderObserver,
  ReuseInputObserver,
  type ObserverBase,
  type ObserverFactory
} from '../observers';
import { lastOf, rootOf, type PatternMatch } from '../match';
import type { PrepareCustomConfig } from '../customConfig';
import { FakeQuantizeBase } from '../fakeQuantize';
import type { QConfig } from '../qconfig';
import { compatibility } from '../../tensor/compatibility';
import type { QConfigExplanation } from '../qconfigMapping';

/** Observers a node asks for; null where its value is no tensor to observe. */
export interface NodeTargets {
  readonly input: ObserverFactory | null;
  readonly output: ObserverFactory | null;
  readonly weight: ObserverFactory | null;
  readonly bias: ObserverFactory | null;
  readonly reuseInput: boolean;
  readonly share: boolean;
}

/** The decision for a graph. */
export interface Plan {
  readonly matches: ReadonlyMap<Node, PatternMatch>;
  /** Nodes without a pattern that are custom modules. */
  readonly custom: ReadonlySet<Node>;
  /** Modules prepared on their own, with their settings. */
  readonly standalone: ReadonlyMap<Node, PrepareCustomConfig>;
  readonly targets: ReadonlyMap<Node, NodeTargets>;
  /** Why a node stays float, for reports. */
  readonly staysFloat: Map<Node, string>;
}

const floatFactory = factory(PlaceholderObserver, { dtype: 'float32' });
const FLOAT: NodeTargets = {
  input: floatFactory,
  output: floatFactory,
  weight: floatFactory,
  bias: floatFactory,
  reuseInput: false,
  share: false
};
const NOTHING: NodeTargets = {
  input: null,
  output: null,
  weight: null,
  bias: null,
  reuseInput: false,
  share: false
};

const probes = new WeakMap<ObserverFactory, ObserverBase>();

/** An observer of that kind to read settings from. */
export function probe(observer: ObserverFactory): ObserverBase {
  const known = probes.get(observer) ?? observer.create();
  probes.set(observer, known);
  return known;
}

/** The observer inside a fake-quantize module, or the observer itself. */
function unwrapped(observer: ObserverBase): ObserverBase {
  return observer instanceof FakeQuantizeBase ? observer.activation_post_process : observer;
}

export function dtypeOf(observer: ObserverFactory | null): DType | null {
  return observer ? probe(observer).dtype : null;
}

/** dtypes that are observed at all. */
export function isObservedDType(dtype: DType | null): boolean {
  return (
    dtype !== null &&
    (isQuantizedDType(dtype) || ['float16', 'uint8', 'int8', 'int16', 'int32'].includes(dtype))
  );
}

export interface PlanInputs {
  readonly matches: Map<Node, PatternMatch>;
  readonly custom: ReadonlySet<Node>;
  readonly standalone: ReadonlyMap<Node, PrepareCustomConfig>;
  readonly qconfigs: ReadonlyMap<string, QConfigExplanation>;
  readonly inputQuantizedIndexes: readonly number[];
  readonly outputQuantizedIndexes: readonly number[];
  /** What observes the float input of an operator whose own observer has fixed qparams. */
  readonly defaultActivation: ObserverFactory;
}

export function planObservation(model: GraphModule, inputs: PlanInputs): Plan {
  const targets = new Map<Node, NodeTargets>();
  const staysFloat = new Map<Node, string>();
  const qconfigOf = (node: Node): QConfig | null => inputs.qconfigs.get(node.name)?.qconfig ?? null;
  let placeholders = 0;
  for (const node of model.graph.nodes) {
    targets.set(node, isTensor(node) ? FLOAT : NOTHING);
    if (node.op === 'placeholder' && inputs.inputQuantizedIndexes.includes(placeholders++)) {
      targets.set(node, { ...FLOAT, input: quint8, output: quint8 });
    }
    if (node.op === 'output' && inputs.outputQuantizedIndexes.includes(0)) {
      targets.set(node, { ...FLOAT, input: quint8, output: quint8 });
    }
  }
  for (const match of new Set(inputs.matches.values())) {
    const last = lastOf(match);
    const qconfig = qconfigOf(last);
    const members = match.nodes.filter(
      n => inputs.matches.get(n) === match && !inputs.custom.has(n) && !inputs.standalone.has(n)
    );
    if (qconfig === null) {
      members.forEach(n => staysFloat.set(n, 'no qconfig: it was set not to be quantized'));
      continue;
    }
    const wanted = wantedTargets(match, qconfig, inputs.defaultActivation);
    const reason = whyUnsupported(match, wanted);
    for (const node of members) {
      if (!isTensor(node) && !returnsTensors(node, qconfig)) {
        continue;
      }
      if (reason === null) {
        targets.set(node, wanted);
      } else {
        staysFloat.set(node, reason);
      }
    }
  }
  for (const node of inputs.custom) {
    const qconfig = qconfigOf(node);
    if (qconfig !== null) {
      targets.set(node, customTargets(qconfig));
    }
  }
  for (const [node, { outputQuantizedIndexes }] of inputs.standalone) {
    const qconfig = qconfigOf(node);
    if (qconfig !== null) {
      // PyTorch takes the output for quantized even where it is float, and leaves its reader unobserved (D12).
      const isQuantized = outputQuantizedIndexes.includes(0) || compatibility.reproducePyTorchDefects;
      const targetsOfNode = customTargets(qconfig);
      targets.set(node, isQuantized ? targetsOfNode : { ...targetsOfNode, output: floatFactory });
    }
  }
  return {
    matches: inputs.matches,
    custom: inputs.custom,
    standalone: inputs.standalone,
    targets,
    staysFloat
  };
}

const quint8 = factory(PlaceholderObserver, { dtype: 'quint8' });

/** Only floating point tensors are observed; without notes everything counts as one. */
export function isTensor(node: Node): boolean {
  const value = valueOf(node);
  if (value === undefined || node.op === 'output') {
    return true;
  }
  return value.kind === 'tensor' && (isFloatingDType(value.tensor.dtype) || value.tensor.isQuantized);
}

/** Recurrent modules return tuples; dynamic quantization observes their input and never the output. */
function returnsTensors(node: Node, qconfig: QConfig): boolean {
  return valueOf(node)?.kind === 'tuple' && probe(qconfig.activation).isDynamic;
}

function wantedTargets(
  match: PatternMatch,
  qconfig: QConfig,
  defaultActivation: ObserverFactory
): NodeTargets {
  const weightIsHalf = dtypeOf(qconfig.weight) === 'float16';
  const activation = probe(qconfig.activation);
  const half = weightIsHalf && activation.dtype === 'float16' && !activation.isDynamic;
  // PyTorch observes a float input of sigmoid with sigmoid's own output range, and clips it there (D42).
  const hasFixedOutput = unwrapped(activation) instanceof FixedQParamsObserver;
  const clipsInput = hasFixedOutput && compatibility.reproducePyTorchDefects;
  return {
    input: hasFixedOutput && !clipsInput ? defaultActivation : qconfig.activation,
    output: qconfig.activation,
    weight: qconfig.weight,
    bias: factory(PlaceholderObserver, { dtype: half ? 'float16' : 'float32' }),
    reuseInput: qconfig.activation.cls === (ReuseInputObserver as never),
    share: observationType(match) === 'output_share_observer_with_input'
  };
}

function customTargets(qconfig: QConfig): NodeTargets {
  return {
    input: qconfig.activation,
    output: qconfig.activation,
    weight: qconfig.weight,
    bias: floatFactory,
    reuseInput: false,
    share: false
  };
}

function observationType(match: PatternMatch) {
  const { config } = match;
  const byCount = config.numTensorArgsToObservationType;
  if (!byCount) {
    return config.observationType;
  }
  const count = rootOf(match).args.filter(arg => arg instanceof Node && isTensor(arg)).length;
  return byCount[count] ?? config.observationType;
}

/** Position or name of an argument → weight, bias or activation. */
export function argumentRole(
  config: BackendPatternConfig | undefined,
  key: number | string
): 'weight' | 'bias' | 'activation' {
  if (
    config?.inputTypeToIndex.weight !== undefined &&
    (key === config.inputTypeToIndex.weight || key === 'weight')
  ) {
    return 'weight';
  }
  return config?.inputTypeToIndex.bias !== undefined &&
    (key === config.inputTypeToIndex.bias || key === 'bias')
    ? 'bias'
    : 'activation';
}

/** Null if the backend supports the pattern with these observers, else the reason. */
function whyUnsupported(match: PatternMatch, wanted: NodeTargets): string | null {
  const reasons = match.config.dtypeConfigs.map(config => whyNot(match, wanted, config));
  if (reasons.includes(null)) {
    return null;
  }
  const dynamic = wanted.input && probe(wanted.input).isDynamic ? 'dynamic ' : '';
  const asked = `${dynamic}${dtypeOf(wanted.input) ?? 'no'} activations, ${dtypeOf(wanted.weight) ?? 'no'} weights`;
  return `the backend has no kernel for it with ${asked}: ${reasons[0] ?? 'no dtype configuration'}`;
}

function whyNot(match: PatternMatch, wanted: NodeTargets, config: DTypeConfig): string | null {
  const root = rootOf(match);
  const keys = [...root.args.keys(), ...Object.keys(root.kwargs)];
  for (const key of keys) {
    const arg = typeof key === 'number' ? root.args[key] : root.kwargs[key];
    if (!containsNode(arg)) {
      continue;
    }
    const role = argumentRole(match.config, key);
    const reason =
      role === 'weight'
        ? checkDType('weight', wanted.weight, config.weightDtype, null)
        : role === 'bias'
          ? config.biasDtype !== undefined && dtypeOf(wanted.bias) !== config.biasDtype
            ? `bias ${dtypeOf(wanted.bias) ?? 'null'}`
            : null
          : checkDType('input', wanted.input, config.inputDtype, config.isDynamic ?? false);
    if (reason !== null) {
      return reason;
    }
  }
  return checkOutput(wanted, config);
}

function checkOutput(wanted: NodeTargets, config: DTypeConfig): string | null {
  if (!config.outputDtype || !wanted.output) {
    return null;
  }
  const dtype = probe(wanted.output).isDynamic ? 'float32' : dtypeOf(wanted.output);
  return dtype === config.outputDtype.dtype
    ? checkConstraints(wanted.output, config.outputDtype)
    : `output ${dtype ?? 'null'}`;
}

function checkDType(
  what: string,
  observer: ObserverFactory | null,
  allowed: DTypeWithConstraints | undefined,
  isDynamic: boolean | null
): string | null {
  if (!allowed) {
    return null;
  }
  const dtype = dtypeOf(observer);
  if (dtype !== allowed.dtype) {
    return `${what} is ${dtype ?? 'nothing'}, not ${allowed.dtype}`;
  }
  if (isDynamic !== null && observer && probe(observer).isDynamic !== isDynamic) {
    return isDynamic ? 'it would have to be dynamic' : 'it cannot be dynamic';
  }
  return observer ? checkConstraints(observer, allowed) : null;
}

/** Spec 3.7. */
function checkConstraints(observer: ObserverFactory, allowed: DTypeWithConstraints): string | null {
  const settings = unwrapped(probe(observer)) as ObserverBase & {
    quantMin?: number;
    quantMax?: number;
    eps?: { item(): number };
  };
  const { quantMinLowerBound: lo, quantMaxUpperBound: hi, scaleMinLowerBound: smallest } = allowed;
  if (
    lo !== undefined &&
    hi !== undefined &&
    ((settings.quantMin ?? -Infinity) < lo || (settings.quantMax ?? Infinity) > hi)
  ) {
    return `its range ${settings.quantMin ?? ''} to ${settings.quantMax ?? ''} leaves the backend's ${lo} to ${hi}`;
  }
  if (smallest !== undefined && (settings.eps?.item() ?? 0) < smallest) {
    return `its eps is below the backend's smallest scale ${smallest}`;
  }
  if (allowed.scaleExactMatch !== undefined) {
    if (!(settings instanceof FixedQParamsObserver)) {
      return `it needs a FixedQParamsObserver with scale ${allowed.scaleExactMatch}, zero point ${allowed.zeroPointExactMatch ?? 0}`;
    }
    if (
      settings.scale.item() !== Math.fround(allowed.scaleExactMatch) ||
      settings.zero_point.item() !== allowed.zeroPointExactMatch
    ) {
      return `its fixed scale and zero point are not the backend's ${allowed.scaleExactMatch}, ${allowed.zeroPointExactMatch ?? 0}`;
    }
  }
  return null;
}

function containsNode(arg: unknown): boolean {
  return arg instanceof Node || (Array.isArray(arg) && arg.some(containsNode));
}
