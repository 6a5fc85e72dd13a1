// What each node's inputs and output are to be observed with: decided here for the whole graph, applied by
// `insert.ts`. Spec 6.3; where PyTorch guesses which values are tensors, the types the example inputs gave
// are used instead (D1, D2).

import { Node, valueOf, type GraphModule } from '../../fx';
import { isFloatingDType } from '../../tensor/dtype';
import {
  factory,
  FixedQParamsObserver,
  PlaceholderObserver,
  ReuseInputObserver,
  type ObserverFactory
} from '../observers';
import { lastOf, rootOf, type PatternMatch } from '../match';
import type { PrepareCustomConfig } from '../customConfig';
import type { QConfig } from '../qconfig';
import { compatibility } from '../../tensor/compatibility';
import type { QConfigExplanation } from '../qconfigMapping';
import type { FloatReason } from '../report';
import { dtypeOf, probe, unwrapped } from './probe';
import { whyUnsupported } from './support';

export { dtypeOf, isObservedDType, probe } from './probe';

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
  readonly staysFloat: Map<Node, FloatReason>;
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
  const staysFloat = new Map<Node, FloatReason>();
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
      const reason = withoutQConfig(inputs.qconfigs.get(last.name));
      members.filter(computesTensors).forEach(n => staysFloat.set(n, reason));
      continue;
    }
    const wanted = wantedTargets(match, qconfig, inputs.defaultActivation);
    const reason = whyUnsupported(match, wanted);
    for (const node of members) {
      if (reason !== null && computesTensors(node)) {
        staysFloat.set(node, reason);
      } else if (reason === null && (isTensor(node) || returnsTensors(node, qconfig))) {
        targets.set(node, wanted);
      }
    }
  }
  for (const node of inputs.custom) {
    const qconfig = qconfigOf(node);
    if (qconfig !== null) {
      targets.set(node, customTargets(qconfig));
    } else {
      staysFloat.set(node, withoutQConfig(inputs.qconfigs.get(node.name)));
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

/** A null that won, or nothing that applied. */
export function withoutQConfig(explanation: QConfigExplanation | undefined): FloatReason {
  const from = explanation?.from ?? 'none';
  return from === 'none' || from === 'global'
    ? { kind: 'noQConfig', text: 'no qconfig applies to it' }
    : { kind: 'noQConfig', text: `no qconfig: set to null by ${from}` };
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

/** An operator with tensors for a result, also several of them; arithmetic on sizes is none. */
export function computesTensors(node: Node): boolean {
  return isTensor(node) || (node.op === 'call_module' && valueOf(node)?.kind === 'tuple');
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
