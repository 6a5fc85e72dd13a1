// Observers become quantize and dequantize nodes with the qparams they calculated. Spec 7.3.

import type { Node } from '../../fx';
import { type GraphModule } from '../../fx';
import { fromData } from '../../tensor/ops/create';
import { lookupFunction, type TorchFunction } from '../../tensor/function';
import { engineReducesRange } from '../../tensor/quantized/engine';
import { isQuantizedDType, type QScheme } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { ObserverBase } from '../observers';
import type { PreparedMeta } from '../prepared';

export function functionOf(target: string): TorchFunction {
  const fn = lookupFunction(target);
  if (!fn) {
    throw new Error(`The function table has no ${target}`);
  }
  return fn;
}

/** Replaces the observer called by `node` in the graph of `model`. */
export function replaceObserver(
  model: GraphModule,
  node: Node,
  observer: ObserverBase,
  meta: PreparedMeta
): void {
  const { graph } = model;
  const observed = node.args[0] as Node;
  const nullQConfig = (n: Node) => (meta.qconfigs.get(n.name)?.qconfig ?? null) === null;
  const skips = [observed, ...node.users].every(n => meta.qconfigs.has(n.name) && nullQConfig(n));
  if (skips || observer.dtype === 'float32') {
    node.replaceAllUsesWith(observed);
    graph.eraseNode(node);
    return;
  }
  const path = attributePath(node, observed, meta, nullQConfig(observed));
  const dequantized = graph.insertingBefore(node, () => {
    const quantized = quantizeNode(model, observed, observer, path);
    quantized.meta = { ...node.meta, covers: node.meta.covers };
    const result = graph.callMethod('dequantize', [quantized]);
    result.meta = { observes: node.meta.observes, value: node.meta.value };
    return result;
  });
  node.replaceAllUsesWith(dequantized);
  graph.eraseNode(node);
}

/** `conv1_input` for an observer that only serves as an input, `relu` for one at an output. */
function attributePath(node: Node, observed: Node, meta: PreparedMeta, inputOnly: boolean): string {
  const users = [...node.users];
  const linear = functionOf('torch.nn.functional.linear');
  const scopeNode = inputOnly ? (users.find(u => u.target === linear) ?? users[0] ?? observed) : observed;
  const path = meta.scopes.get(scopeNode.name)?.path ?? '';
  return `${path}${inputOnly ? '_input' : ''}`.replaceAll('.', '_');
}

function quantizeNode(model: GraphModule, value: Node, observer: ObserverBase, path: string): Node {
  const { graph } = model;
  if (observer.isDynamic) {
    return graph.callFunction(functionOf('torch.quantize_per_tensor_dynamic'), [
      value,
      observer.dtype,
      engineReducesRange()
    ]);
  }
  if (!isQuantizedDType(observer.dtype)) {
    return graph.callMethod('to', [value, observer.dtype]);
  }
  const { scale, zeroPoint } = observer.calculateQParams();
  const perChannel = qschemeOf(observer).startsWith('per_channel');
  const s = attribute(model, `${path}_scale_`, perChannel ? scale : scalar(scale, 'float32'));
  const z = attribute(model, `${path}_zero_point_`, perChannel ? zeroPoint : scalar(zeroPoint, 'int64'));
  return perChannel
    ? graph.callFunction(functionOf('torch.quantize_per_channel'), [
        value,
        s,
        z,
        Reflect.get(observer, 'chAxis') as number,
        observer.dtype
      ])
    : graph.callFunction(functionOf('torch.quantize_per_tensor'), [value, s, z, observer.dtype]);
}

/** Of an observer, or of the one inside a fake-quantize module. */
export function qschemeOf(observer: ObserverBase): QScheme {
  return (Reflect.get(observer, 'qscheme') as QScheme | null | undefined) ?? 'per_tensor_affine';
}

function scalar(value: Tensor, dtype: 'float32' | 'int64'): Tensor {
  return fromData([value.data()[0] ?? 0], [], dtype);
}

/** A buffer under the least free number, and the node that reads it. */
export function attribute(model: GraphModule, prefix: string, value: Tensor | object): Node {
  let index = 0;
  while (Reflect.has(model, `${prefix}${index}`)) {
    index += 1;
  }
  const name = `${prefix}${index}`;
  if ('storage' in value) {
    model.registerBuffer(name, value as Tensor);
  } else {
    Reflect.set(model, name, value);
  }
  return model.graph.getAttr(name);
}
