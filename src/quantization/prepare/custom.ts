// Custom modules on prepare's side: which kind of quantization a qconfig asks for, and the swap of a float module
// for its observed version. Spec 11.2.

import type { GraphModule, Node } from '../../fx';
import * as nn from '../../nn';
import { classOf } from '../../nn/library';
import { className, isModule, type Module } from '../../nn/module';
import { compatibility } from '../../tensor/compatibility';
import type { DType } from '../../tensor/dtype';
import type { PrepareCustomConfig, QuantType } from '../customConfig';
import type { PreparedMeta } from '../prepared';
import type { QConfig } from '../qconfig';
import { QuantizationError } from '../report';
import { probe } from './probe';

const INTEGERS: readonly DType[] = [
  'quint8',
  'qint8',
  'quint4x2',
  'qint32',
  'uint8',
  'int8',
  'int16',
  'int32'
];

/**
 * How a module with this qconfig is quantized. PyTorch: `get_quant_type`.
 * @throws QuantizationError for dtypes that no kind of quantization has.
 */
export function quantTypeOf(qconfig: QConfig, path: string): QuantType {
  const activation = probe(qconfig.activation);
  const weight = probe(qconfig.weight);
  if (INTEGERS.includes(weight.dtype)) {
    return activation.isDynamic ? 'dynamic' : INTEGERS.includes(activation.dtype) ? 'static' : 'weight_only';
  }
  if (weight.dtype === 'float16' && (activation.isDynamic || activation.dtype === 'float16')) {
    return activation.isDynamic ? 'dynamic' : 'static';
  }
  throw new QuantizationError(
    `The qconfig of '${path}' has ${activation.dtype} activations and ${weight.dtype} weights, which is neither ` +
      'static, dynamic nor weight-only quantization. Give it another qconfig, or null.',
    path
  );
}

/**
 * A class with an observed version is observed, which only static quantization does. PyTorch leaves the float module
 * there without a word, and puts a dynamic quantization before it (D18).
 * @throws QuantizationError for custom modules whose qconfig is not static.
 */
export function requireStatic(
  model: GraphModule,
  nodes: Iterable<Node>,
  qconfigs: PreparedMeta['qconfigs']
): void {
  for (const node of compatibility.reproducePyTorchDefects ? [] : nodes) {
    const path = node.target as string;
    const explanation = qconfigs.get(node.name);
    const type = explanation?.qconfig ? quantTypeOf(explanation.qconfig, path) : 'static';
    if (type !== 'static') {
      const name = className(model.getSubmodule(path));
      throw new QuantizationError(
        `prepareFx: '${path}' (${name}) has a ${type} qconfig (${explanation?.from ?? 'global'}), but setFloatToObservedMapping(${name}, …) ` +
          `is for static quantization. Give it a static qconfig, or mark ${name} with setNonTraceableModuleClasses and register ` +
          `setObservedToQuantizedMapping(${name}, …, '${type}') for convertFx.`,
        path
      );
    }
  }
}

/** Masks of attention are added in float, inside: they are not observed. */
export function observesArgument(module: Module, key: number | string): boolean {
  return (
    !(module instanceof nn.MultiheadAttention) ||
    ['0', '1', '2', 'query', 'key', 'value'].includes(String(key))
  );
}

/** Puts the observed version of a custom module in its place, once however often it is called. */
export function swapCustom(model: GraphModule, node: Node, custom: PrepareCustomConfig): void {
  const path = node.target as string;
  const module = model.getSubmodule(path);
  if (!custom.customFloatClasses.includes(classOf(module))) {
    return; // Swapped by an earlier call of the same module.
  }
  const qconfig = Reflect.get(module, 'qconfig') as unknown as QConfig;
  const observedClass = custom.floatToObservedMapping.get(quantTypeOf(qconfig, path))?.get(classOf(module));
  if (!observedClass) {
    return;
  }
  const who = `${observedClass.name}.fromFloat`;
  const observed = callFactory(() => observedClass.fromFloat(module as never), who, path);
  const copied: unknown = Reflect.get(observed, 'qconfig');
  if (copied === undefined || copied === null) {
    throw new QuantizationError(
      `${who}: the observed module for '${path}' has no qconfig; add observed.qconfig = float.qconfig`,
      path
    );
  }
  observed.train(module.training);
  model.setSubmodule(path, observed);
}

/** Runs a user's factory and checks that it made a module. @throws QuantizationError naming both. */
export function callFactory(make: () => unknown, who: string, path: string): Module {
  let result: unknown;
  try {
    result = make();
  } catch (error) {
    throw new QuantizationError(`${who} failed for '${path}': ${(error as Error).message}`, path, {
      cause: error
    });
  }
  if (!isModule(result)) {
    throw new QuantizationError(
      `${who} for '${path}' returned ${result === null ? 'null' : typeof result}, not a module`,
      path
    );
  }
  return result;
}
