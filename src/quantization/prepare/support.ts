// Does the backend compute a pattern with the observers its qconfig asks for? If not: which dtype or which constraint
// stands in the way, for the report (PyTorch leaves the operator float without a word, D5, or names no node, D6).
// Spec 6.3, 3.7.

import { Node } from '../../fx';
import type { DTypeConfig, DTypeWithConstraints, InputTypeToIndex } from '../backendConfig';
import { FixedQParamsObserver, type ObserverBase, type ObserverFactory } from '../observers';
import { rootOf, type PatternMatch } from '../match';
import type { FloatReason, OperatorKind } from '../report';
import { dtypeOf, probe, unwrapped } from './probe';
import type { NodeTargets } from './targets';

/** What one dtype configuration objects to; dtypes count as farther off than constraints. */
interface Objection {
  readonly kind: Extract<OperatorKind, 'dtype' | 'constraint' | 'fixedQParams'>;
  readonly text: string;
  readonly remedy?: string;
}

/** Position or name of an argument → weight, bias or activation. */
export function argumentRole(
  { weight, bias }: InputTypeToIndex,
  key: number | string
): 'weight' | 'bias' | 'activation' {
  if (weight !== undefined && (key === weight || key === 'weight')) {
    return 'weight';
  }
  return bias !== undefined && (key === bias || key === 'bias') ? 'bias' : 'activation';
}

/** Null if the backend supports the pattern with these observers, else the reason. */
export function whyUnsupported(match: PatternMatch, wanted: NodeTargets): FloatReason | null {
  const objections: Objection[] = [];
  for (const config of match.config.dtypeConfigs) {
    const objection = objectionOf(match, wanted, config);
    if (objection === null) {
      return null;
    }
    objections.push(objection);
  }
  // A configuration whose dtypes fit is what the person was after.
  const chosen = objections.find(o => o.kind !== 'dtype') ?? objections[0];
  return {
    kind: chosen?.kind ?? 'dtype',
    text: `the backend has no kernel for it with these settings: ${chosen?.text ?? 'no dtype configuration'}`,
    remedy: chosen?.remedy ?? 'Give it a qconfig with supported dtypes, or another backend config',
    requested: describeRequest(wanted),
    supported: [...new Set(match.config.dtypeConfigs.map(describeConfig))]
  };
}

function objectionOf(match: PatternMatch, wanted: NodeTargets, config: DTypeConfig): Objection | null {
  const root = rootOf(match);
  for (const key of [...root.args.keys(), ...Object.keys(root.kwargs)]) {
    const arg = typeof key === 'number' ? root.args[key] : root.kwargs[key];
    const objection = containsNode(arg)
      ? objectionTo(argumentRole(match.inputTypes, key), wanted, config)
      : null;
    if (objection !== null) {
      return objection;
    }
  }
  return checkOutput(wanted, config);
}

function objectionTo(
  role: ReturnType<typeof argumentRole>,
  wanted: NodeTargets,
  config: DTypeConfig
): Objection | null {
  switch (role) {
    case 'weight':
      return checkDType('weight', wanted.weight, config.weightDtype, null);
    case 'bias':
      return config.biasDtype !== undefined && dtypeOf(wanted.bias) !== config.biasDtype
        ? byDType(`its bias is ${dtypeOf(wanted.bias) ?? 'nothing'}, not ${config.biasDtype}`)
        : null;
    default:
      return checkDType('input', wanted.input, inputDtype(wanted, config), config.isDynamic ?? false);
  }
}

function checkOutput(wanted: NodeTargets, config: DTypeConfig): Objection | null {
  if (!config.outputDtype || !wanted.output) {
    return null;
  }
  const dtype = probe(wanted.output).isDynamic ? 'float32' : dtypeOf(wanted.output);
  return dtype === config.outputDtype.dtype
    ? checkConstraints('output', wanted.output, config.outputDtype)
    : byDType(`its output is ${dtype ?? 'nothing'}, not ${config.outputDtype.dtype}`);
}

/** A range that is only the output's does not bind an input observed on its own (D42). */
function inputDtype({ input, output }: NodeTargets, config: DTypeConfig): DTypeWithConstraints | undefined {
  const allowed = config.inputDtype;
  return allowed?.scaleExactMatch !== undefined && input !== output ? { dtype: allowed.dtype } : allowed;
}

function checkDType(
  what: string,
  observer: ObserverFactory | null,
  allowed: DTypeWithConstraints | undefined,
  isDynamic: boolean | null
): Objection | null {
  if (!allowed) {
    return null;
  }
  const dtype = dtypeOf(observer);
  if (dtype !== allowed.dtype) {
    return byDType(`its ${what} is ${dtype ?? 'nothing'}, not ${allowed.dtype}`);
  }
  if (isDynamic !== null && observer && probe(observer).isDynamic !== isDynamic) {
    return byDType(isDynamic ? 'it would have to be dynamic' : 'it cannot be dynamic');
  }
  return observer ? checkConstraints(what, observer, allowed) : null;
}

const byDType = (text: string): Objection => ({ kind: 'dtype', text });

interface ObserverSettings {
  readonly quantMin?: number;
  readonly quantMax?: number;
  readonly eps?: { item(): number };
}

/** Spec 3.7. */
function checkConstraints(
  what: string,
  observer: ObserverFactory,
  allowed: DTypeWithConstraints
): Objection | null {
  const inner = unwrapped(probe(observer));
  const settings = inner as ObserverBase & ObserverSettings;
  const { quantMinLowerBound: lo, quantMaxUpperBound: hi, scaleMinLowerBound: smallest } = allowed;
  const { quantMin = -Infinity, quantMax = Infinity } = settings;
  if (lo !== undefined && hi !== undefined && (quantMin < lo || quantMax > hi)) {
    return {
      kind: 'constraint',
      text: `the ${what}'s range ${quantMin} to ${quantMax} leaves the backend's ${lo} to ${hi}`,
      remedy: `Give the observer quantMin ${lo} and quantMax ${hi}, or a range inside`
    };
  }
  const eps = smallest === undefined ? 0 : (settings.eps?.item() ?? 0);
  if (smallest !== undefined && eps < smallest) {
    return {
      kind: 'constraint',
      text: `the ${what}'s eps ${eps} is below the backend's smallest scale ${smallest}`,
      remedy: `Give the observer eps: ${smallest}`
    };
  }
  return allowed.scaleExactMatch === undefined ? null : checkFixed(inner, allowed);
}

function checkFixed(observer: ObserverBase, allowed: DTypeWithConstraints): Objection | null {
  const { scaleExactMatch: scale = 1, zeroPointExactMatch: zeroPoint = 0 } = allowed;
  const wantedText = `scale ${scale} and zero point ${zeroPoint}`;
  const remedy =
    `Use the row of getDefaultQConfigMapping for it, or FixedQParamsObserver.withArgs({ scale: ${scale}, ` +
    `zeroPoint: ${zeroPoint}, dtype: '${allowed.dtype}', quantMin: 0, quantMax: 255 })`;
  if (!(observer instanceof FixedQParamsObserver)) {
    return {
      kind: 'fixedQParams',
      text: `its output has the fixed ${wantedText}, so it needs a FixedQParamsObserver, not a ${observer.constructor.name}`,
      remedy
    };
  }
  const isSame = observer.scale.item() === Math.fround(scale) && observer.zero_point.item() === zeroPoint;
  return isSame
    ? null
    : {
        kind: 'fixedQParams',
        text: `its fixed scale ${observer.scale.item()} and zero point ${observer.zero_point.item()} are not the backend's ${wantedText}`,
        remedy
      };
}

function describeRequest(wanted: NodeTargets): string {
  const dynamic = wanted.input && probe(wanted.input).isDynamic ? 'dynamic ' : '';
  return `${dynamic}${dtypeOf(wanted.input) ?? 'no'} activations, ${dtypeOf(wanted.weight) ?? 'no'} weights`;
}

function describeConfig(config: DTypeConfig): string {
  const { inputDtype, outputDtype, weightDtype, isDynamic } = config;
  const input = inputDtype ? describeDType(inputDtype) : 'any';
  const output = outputDtype ? describeDType(outputDtype) : input;
  const activations = input === output || isDynamic ? `${input} activations` : `${input} in, ${output} out`;
  return `${isDynamic ? 'dynamic ' : ''}${activations}${weightDtype ? `, ${describeDType(weightDtype)} weights` : ''}`;
}

function describeDType(allowed: DTypeWithConstraints): string {
  const { dtype, quantMinLowerBound: lo, quantMaxUpperBound: hi, scaleMinLowerBound: eps } = allowed;
  const limits = [
    ...(lo !== undefined && hi !== undefined ? [`${lo} to ${hi}`] : []),
    ...(eps !== undefined ? [`eps ≥ ${eps}`] : []),
    ...(allowed.scaleExactMatch !== undefined ? [`scale ${allowed.scaleExactMatch}`] : [])
  ];
  return limits.length === 0 ? dtype : `${dtype} (${limits.join(', ')})`;
}

function containsNode(arg: unknown): boolean {
  return arg instanceof Node || (Array.isArray(arg) && arg.some(containsNode));
}
