// Custom modules on convert's side: observed modules become quantized ones, float modules their dynamic or
// weight-only version. Spec 11.3.

import { Node, type Argument, type GraphModule } from '../../fx';
import * as nn from '../../nn';
import { classOf } from '../../nn/library';
import { className, type Module } from '../../nn/module';
import { compatibility } from '../../tensor/compatibility';
import type { ConvertCustomConfig, QuantType } from '../customConfig';
import { ObserverBase } from '../observers';
import { callFactory, quantTypeOf } from '../prepare/custom';
import { returnsTuple } from '../prepare/tupleOutputs';
import type { PreparedMeta } from '../prepared';
import type { QConfig } from '../qconfig';
import { QuantizationError } from '../report';

/**
 * Swaps the module a node calls for its quantized version. A static one is called with integers, and its output
 * observer is its `activation_post_process` from then on.
 * @returns how it was quantized; undefined where a null qconfig leaves it float.
 * @throws QuantizationError for a module without qconfig, and for a class nothing is registered for.
 */
export function convertCustom(
  model: GraphModule,
  node: Node,
  custom: ConvertCustomConfig
): QuantType | undefined {
  const path = node.target as string;
  const module = model.getSubmodule(path);
  const name = className(module);
  const qconfig = Reflect.get(module, 'qconfig') as QConfig | null | undefined;
  if (qconfig === undefined) {
    throw new QuantizationError(
      `convertFx: '${path}' (${name}) has no qconfig; copy it in fromFloat (observed.qconfig = float.qconfig)`,
      path
    );
  }
  if (qconfig === null) {
    return undefined;
  }
  const type = quantTypeOf(qconfig, path);
  const cls = custom.observedToQuantizedMapping.get(type)?.get(classOf(module));
  if (!cls) {
    throw new QuantizationError(
      `convertFx: '${path}' is configured for ${type} quantization, but ${name} has no ${type} quantized class. ` +
        `Register it with setObservedToQuantizedMapping(${name}, …, '${type}').`,
      path
    );
  }
  if (type === 'static') {
    feedQuantized(model, node, takesAllQuantized(module));
    if (!returnsTuple(node)) {
      Reflect.set(module, 'activation_post_process', outputObserver(model, node));
    }
  }
  const quantized = callFactory(() => cls.fromObserved(module as never), `${cls.name}.fromObserved`, path);
  quantized.train(false);
  model.setSubmodule(path, quantized);
  return type;
}

/** An observed custom module that convert was not told about would stay in the quantized model (D17). */
export function refuseForgotten(module: Module, path: string, meta: PreparedMeta): void {
  const observed = [...meta.custom.floatToObservedMapping.values()].flatMap(classes => [...classes.values()]);
  if (observed.includes(classOf(module) as never) && !compatibility.reproducePyTorchDefects) {
    const name = className(module);
    throw new QuantizationError(
      `convertFx: '${path}' is an observed custom module (${name}) without a quantized class. ` +
        `Give convertFx a ConvertCustomConfig with setObservedToQuantizedMapping(${name}, …).`,
      path
    );
  }
}

/** The shipped modules compute with integers from the start: `(input, (h0, c0))`, `(query, key, value)`. */
function takesAllQuantized(module: Module): boolean {
  return module instanceof nn.quantizable.LSTM || module instanceof nn.quantizable.MultiheadAttention;
}

/** The first argument arrives as integers; the others only if told, else they stay float, as in PyTorch (D39). */
function feedQuantized(model: GraphModule, node: Node, all: boolean): void {
  const [input] = node.args;
  if (!(input instanceof Node)) {
    throw new QuantizationError(
      `convertFx: the first argument of custom module '${String(node.target)}' is no traced value; ` +
        'pass the tensor that shall arrive quantized first',
      String(node.target)
    );
  }
  for (const value of all ? [...node.allInputNodes] : [input]) {
    if (isDequantize(value)) {
      node.replaceInputWith(value, value.args[0] as Node);
      if (value.users.size === 0) {
        model.graph.eraseNode(value);
      }
    }
  }
}

function outputObserver(model: GraphModule, node: Node): ObserverBase {
  for (const user of node.users) {
    const module = user.op === 'call_module' ? model.getSubmodule(user.target as string) : undefined;
    if (module instanceof ObserverBase) {
      return module;
    }
  }
  const path = String(node.target);
  throw new QuantizationError(
    `convertFx: the output of custom module '${path}' is not observed; prepareFx must know its float class by setFloatToObservedMapping`,
    path
  );
}

export function isDequantize(node: Argument): node is Node {
  return node instanceof Node && node.op === 'call_method' && node.target === 'dequantize';
}
