// Operators that run on integers without packed weights: fixed-qparams ones, those with an output scale, and
// those that keep their input's. Spec 8.8.

import { Node, type Argument } from '../../fx';
import { compatibility } from '../../tensor/compatibility';
import * as nn from '../../nn';
import { classOf } from '../../nn/library';
import type { Module } from '../../nn/module';
import * as reference from '../../nn/reference';
import { isReferenceModule } from '../../nn/reference';
import { functionOf } from '../convert/observers';
import { QuantizationError } from '../report/error';
import { coversOf } from './binary';
import {
  asksForShape,
  dropQuantize,
  isDequantize,
  qparamNodes,
  qparamValues,
  quantizeNodes,
  type LoweringContext
} from './context';

const F = (names: string) => names.split(' ').map(n => `torch.nn.functional.${n}`);
const T = (names: string) => names.split(' ').map(n => `torch.${n}`);

const FIXED_FUNCTIONS = [...F('hardsigmoid sigmoid'), ...T('sigmoid tanh')];
const DEFAULT_FUNCTIONS = F('elu hardswish instance_norm layer_norm leaky_relu dropout');
const COPY_FUNCTIONS = [
  ...T('adaptive_avg_pool1d avg_pool1d clamp flatten mean channel_shuffle'),
  ...F(
    'adaptive_avg_pool2d adaptive_avg_pool3d avg_pool2d avg_pool3d hardtanh hardtanh_ interpolate max_pool1d max_pool2d max_pool3d relu relu6'
  ),
  'operator.floordiv'
];
const SHAPE_FUNCTIONS = [
  ...T('narrow transpose repeat_interleave squeeze stack unsqueeze pixel_shuffle pixel_unshuffle')
];
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...FIXED_FUNCTIONS,
  ...DEFAULT_FUNCTIONS,
  ...COPY_FUNCTIONS,
  ...SHAPE_FUNCTIONS,
  'torch.cat'
]);

/** Operators that run on integers too, where the backend has a pattern for them: `getFxquantBackendConfig`. */
const MORE_FUNCTIONS: ReadonlySet<string> = new Set(T('relu permute reshape swapaxes movedim unflatten'));
const MORE_METHODS: ReadonlySet<string> = new Set(['flatten', 'expand', 'unflatten']);
const MORE_MODULES: ReadonlySet<unknown> = new Set<unknown>([nn.Flatten]);

const METHODS: ReadonlySet<string> = new Set(
  (
    'hardsigmoid hardsigmoid_ sigmoid sigmoid_ tanh tanh_ clamp mean relu relu_ contiguous detach detach_ permute repeat repeat_interleave ' +
    'reshape resize_ shape size squeeze squeeze_ transpose unsqueeze unsqueeze_ view'
  ).split(' ')
);

/** Module classes that keep their class and run on quantized tensors. */
const KEPT: ReadonlySet<unknown> = new Set<unknown>([
  nn.Hardsigmoid,
  nn.Sigmoid,
  nn.Tanh,
  nn.AdaptiveAvgPool1d,
  nn.AdaptiveAvgPool2d,
  nn.AdaptiveAvgPool3d,
  nn.AvgPool1d,
  nn.AvgPool2d,
  nn.AvgPool3d,
  nn.Hardtanh,
  nn.MaxPool1d,
  nn.MaxPool2d,
  nn.MaxPool3d,
  nn.ReLU,
  nn.ReLU6,
  nn.ChannelShuffle,
  nn.Identity,
  nn.PixelShuffle,
  nn.PixelUnshuffle
]);

/** Of those, the ones whose output has a range of its own. */
const FIXED_MODULES: ReadonlySet<unknown> = new Set<unknown>([nn.Hardsigmoid, nn.Sigmoid, nn.Tanh]);

interface FromReference {
  fromReference(ref: never, scale: number, zeroPoint: number): unknown;
}
const { quantized, intrinsic } = nn;

/** Module class → its integer class. */
const REPLACED: ReadonlyMap<unknown, FromReference> = new Map<unknown, FromReference>([
  [reference.ConvTranspose1d, quantized.ConvTranspose1d],
  [reference.ConvTranspose2d, quantized.ConvTranspose2d],
  [reference.ConvTranspose3d, quantized.ConvTranspose3d],
  [nn.ELU, quantized.ELU],
  [nn.LeakyReLU, quantized.LeakyReLU],
  [nn.Hardswish, quantized.Hardswish],
  [nn.InstanceNorm1d, quantized.InstanceNorm1d],
  [nn.InstanceNorm2d, quantized.InstanceNorm2d],
  [nn.InstanceNorm3d, quantized.InstanceNorm3d],
  [nn.LayerNorm, quantized.LayerNorm],
  [nn.Dropout, quantized.Dropout],
  [nn.Softmax, quantized.Softmax],
  [nn.PReLU, quantized.PReLU],
  [nn.BatchNorm2d, quantized.BatchNorm2d],
  [nn.BatchNorm3d, quantized.BatchNorm3d],
  [intrinsic.BNReLU2d, quantized.BNReLU2d],
  [intrinsic.BNReLU3d, quantized.BNReLU3d]
]);

/** Classes whose integer class has a scale of its own; dropout passes its input on. */
export const hasOutputGrid = (cls: unknown): boolean => REPLACED.has(cls) && cls !== nn.Dropout;

/** Keywords the integer functions do not have. */
const REMOVED_KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  hardswish: ['inplace'],
  elu: ['inplace'],
  dropout: ['inplace'],
  instance_norm: ['running_mean', 'running_var', 'use_input_stats', 'momentum']
};

export function lowerSpecial(context: LoweringContext): void {
  for (const quantize of quantizeNodes(context)) {
    const node = quantize.args[0] as Node;
    if (isLowerable(context, node)) {
      lowerOne(context, quantize, node);
    }
  }
  lowerHalf(context);
}

function isLowerable(context: LoweringContext, node: Node): boolean {
  return (
    node.op.startsWith('call_') &&
    !keepsFloat(context, node) &&
    isSpecial(context, node) &&
    readsOnlyQuantized(node)
  );
}

/** PyTorch lowers these operators between quantized values even where their qconfig is null. */
const keepsFloat = (context: LoweringContext, node: Node): boolean =>
  context.skips(node) && !compatibility.reproducePyTorchDefects;

/** Static half precision, dequantize → operator → to(float16): operators that only move or pick values run on halves. */
function lowerHalf(context: LoweringContext): void {
  for (const half of [...context.model.graph.nodes]) {
    const node = half.op === 'call_method' && half.target === 'to' ? half.args[0] : undefined;
    const isHalf = half.args[1] === 'float16' && node instanceof Node;
    if (isHalf && isLowerable(context, node) && !computes(context, node)) {
      readQuantized(node);
      half.replaceAllUsesWith(node);
      context.model.graph.eraseNode(half);
    }
  }
}

/** True for operators with an output range of their own: they make new values. */
function computes(context: LoweringContext, node: Node): boolean {
  const { target } = node;
  if (node.op === 'call_module') {
    const cls = classOf(context.moduleAt(target as string));
    return REPLACED.has(cls) || FIXED_MODULES.has(cls);
  }
  const name = typeof target === 'string' ? target.replace(/_$/, '') : target.target;
  return [...FIXED_FUNCTIONS, ...DEFAULT_FUNCTIONS, 'hardsigmoid', 'sigmoid', 'tanh'].includes(name);
}

function readQuantized(node: Node): void {
  for (const input of [...node.allInputNodes]) {
    if (isDequantize(input)) {
      node.replaceInputWith(input, input.args[0] as Node);
    }
  }
}

function isSpecial(context: LoweringContext, node: Node): boolean {
  const { backend } = context;
  const { target } = node;
  if (node.op === 'call_module') {
    const cls = classOf(context.moduleAt(target as string));
    return KEPT.has(cls) || REPLACED.has(cls) || (MORE_MODULES.has(cls) && backend.find(cls) !== undefined);
  }
  const [names, more] = node.op === 'call_method' ? [METHODS, MORE_METHODS] : [FUNCTIONS, MORE_FUNCTIONS];
  const name = typeof target === 'string' ? target : target.target;
  return names.has(name) || (more.has(name) && backend.find(target) !== undefined);
}

/** The first argument, or keyword without one: a value, or what is in a list. Other arguments stay float. */
function firstInputs(node: Node): readonly Argument[] {
  const first = node.args.length > 0 ? node.args[0] : Object.values(node.kwargs)[0];
  return Array.isArray(first) ? (first as readonly Argument[]) : [first ?? null];
}

function readsOnlyQuantized(node: Node): boolean {
  const inputs = firstInputs(node);
  return inputs.length > 0 && inputs.every(isDequantize);
}

function lowerOne(context: LoweringContext, quantize: Node, node: Node): void {
  const [scale, zeroPoint] = qparamValues(context, quantize);
  if (node.op === 'call_module') {
    const module = context.moduleAt(node.target as string);
    const cls = REPLACED.get(classOf(module));
    if (cls) {
      const lowered = integerModule(
        node,
        () => cls.fromReference(module as never, scale, zeroPoint) as Module
      );
      lowered.train(false);
      context.model.setSubmodule(node.target as string, lowered);
    } else if (isReferenceModule(module)) {
      return;
    }
  }
  for (const input of firstInputs(node)) {
    if (isDequantize(input)) {
      node.replaceInputWith(input, input.args[0] as Node);
    }
  }
  const name = node.op === 'call_function' && typeof node.target !== 'string' ? node.target.target : '';
  if (DEFAULT_FUNCTIONS.includes(name)) {
    replaceFunction(context, quantize, node, name.slice(name.lastIndexOf('.') + 1));
  } else {
    dropQuantize(context, quantize, node);
  }
}

/** @throws QuantizationError naming the module whose qconfig its integer class cannot be made with. */
function integerModule(node: Node, make: () => Module): Module {
  try {
    return make();
  } catch (error) {
    const path = String(node.target);
    throw new QuantizationError(
      `convertFx: '${path}' cannot be made of integers: ${(error as Error).message}. Give it a qconfig whose weight observer ` +
        `has a scale (for nn.PReLU: defaultQuint8WeightQConfig), or null.`,
      path,
      { cause: error }
    );
  }
}

/** `F.elu(x, alpha)` → `torch.ops.quantized.elu(x, alpha, output_scale, output_zero_point)`. */
function replaceFunction(context: LoweringContext, quantize: Node, node: Node, name: string): void {
  const { graph } = context.model;
  const [scale, zeroPoint] = qparamNodes(quantize);
  const removed = REMOVED_KEYWORDS[name] ?? [];
  const kept = Object.entries(node.kwargs).filter(([key]) => !removed.includes(key));
  const kwargs = { ...Object.fromEntries(kept), output_scale: scale, output_zero_point: zeroPoint };
  const lowered = graph.insertingAfter(zeroPoint, () =>
    graph.callFunction(functionOf(`torch.ops.quantized.${name}`), node.args, kwargs)
  );
  lowered.meta = { ...node.meta, covers: coversOf(node) };
  dropQuantize(context, quantize, lowered, true);
  graph.eraseNode(node);
}

/** Sizes and shapes are the same for integers: `dq(x).size()` reads x itself. Spec 8.7. */
export function lowerTensorInfo(context: LoweringContext): void {
  for (const node of context.model.graph.nodes) {
    const [input] = node.args;
    if (asksForShape(node) && isDequantize(input)) {
      node.replaceInputWith(input, input.args[0] as Node);
    }
  }
}
