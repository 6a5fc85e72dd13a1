// Modules with weights become reference modules, which quantize and dequantize their weight. Spec 7.4.

import type { GraphModule, Node } from '../../fx';
import { FusedModule } from '../../nn/intrinsic';
import { classOf } from '../../nn/library';
import { Parameter, type Module } from '../../nn/module';
import { isReferenceModule, type ReferenceClass, type WeightQParams } from '../../nn/reference';
import { compatibility } from '../../tensor/compatibility';
import { integerRange, isQuantizedDType } from '../../tensor/dtype';
import { maximum, minimum } from '../../tensor/ops/elementwise';
import { Tensor } from '../../tensor/tensor';
import type { BackendConfig } from '../backendConfig';
import type { ObserverBase } from '../observers';
import { PlaceholderObserver } from '../observers';
import { qschemeOf } from './observers';
import { recurrentReference } from './recurrent';
import { isQatModule } from '../../nn/qat';
import type { PreparedMeta } from '../prepared';
import { dtypeOf, probe } from '../prepare/probe';
import type { QConfig } from '../qconfig';
import { fromData } from '../../tensor/ops/create';

/**
 * Converts the module a node calls, if the backend has a reference class for it and its qconfig asks for one.
 * @param before that module before any conversion: one that is called twice is converted for each call, so that the
 * weight observer of training sees the weight as often.
 */
export function convertWeighted(
  model: GraphModule,
  node: Node,
  backend: BackendConfig,
  meta: PreparedMeta,
  before: Module
): void {
  const path = node.target as string;
  const trained = isQatModule(before) ? before : undefined;
  const module = trained ? trained.toFloat() : before;
  if (trained) {
    module.train(false);
    model.setSubmodule(path, module);
  }
  const isFused = module instanceof FusedModule;
  const inner = isFused ? (Reflect.get(module, '0') as Module) : module;
  const reference = backend.referenceClasses.get(classOf(inner)) as unknown as ReferenceClass | undefined;
  const qconfig = meta.qconfigs.get(node.name)?.qconfig ?? null;
  const config = backend.find(classOf(before));
  if (
    qconfig === null ||
    !meta.observedNodeNames.has(node.name) ||
    !config?.dtypeConfigs.some(c => fits(c, qconfig))
  ) {
    return;
  }
  const recurrent = recurrentReference(module, qconfig, weightQParams);
  if (recurrent) {
    recurrent.train(false);
    model.setSubmodule(path, recurrent);
    return;
  }
  const weight = Reflect.get(inner, 'weight') as unknown;
  if (!reference || isReferenceModule(inner) || !(weight instanceof Tensor)) {
    return;
  }
  const observer = trained?.weight_fake_quant ?? qconfig.weight.create();
  const qparams = weightQParams(weight, observer);
  keepInRange(inner, weight, observer, qparams);
  const converted = reference.fromFloat(inner, qparams);
  converted.train(false);
  if (isFused) {
    module.addModule('0', converted);
  } else {
    model.setSubmodule(path, converted);
  }
}

function fits(config: BackendConfig['configs'][number]['dtypeConfigs'][number], qconfig: QConfig): boolean {
  const activation = probe(qconfig.activation);
  const dynamic = config.isDynamic ?? false;
  return (
    (config.inputDtype?.dtype ?? 'float32') === activation.dtype &&
    dynamic === activation.isDynamic &&
    (config.outputDtype?.dtype ?? 'float32') === (dynamic ? 'float32' : activation.dtype) &&
    (config.weightDtype?.dtype ?? 'float32') === dtypeOf(qconfig.weight)
  );
}

/** The observer, a fresh one or that of training, sees the weight once. */
function weightQParams(weight: Tensor, observerLike: object): WeightQParams {
  const observer = observerLike as ObserverBase;
  if (observer instanceof PlaceholderObserver) {
    return {
      qscheme: null,
      dtype: observer.dtype,
      scale: fromData([1], [1]),
      zeroPoint: fromData([0], [1], 'int64'),
      axis: 0
    };
  }
  observer(weight);
  const { scale, zeroPoint } = observer.calculateQParams();
  const axis = (Reflect.get(observer, 'chAxis') as number | undefined) ?? 0;
  return { qscheme: affine(observer), dtype: observer.dtype, scale, zeroPoint, axis };
}

/**
 * Clips a weight to what the observer's range can hold, where that is narrower than the dtype. PyTorch rounds into the
 * whole dtype, one step out of the range at most (D27).
 */
function keepInRange(module: Module, weight: Tensor, observerLike: object, q: WeightQParams): void {
  const { quantMin, quantMax } = observerLike as { quantMin?: number; quantMax?: number };
  if (compatibility.reproducePyTorchDefects || quantMin === undefined || quantMax === undefined) {
    return;
  }
  const [lowest, highest] = isQuantizedDType(q.dtype) ? integerRange(q.dtype) : [quantMin, quantMax];
  if (q.qscheme === null || (quantMin <= lowest && quantMax >= highest)) {
    return;
  }
  const shape = q.qscheme.startsWith('per_channel')
    ? weight.shape.map((_, i) => (i === q.axis ? -1 : 1))
    : [];
  const bound = (integer: number) => q.zeroPoint.to('float32').neg().add(integer).mul(q.scale).reshape(shape);
  const clipped = minimum(maximum(weight.detach(), bound(quantMin)), bound(quantMax));
  Reflect.set(module, 'weight', new Parameter(clipped));
}

function affine(observer: ObserverBase): NonNullable<WeightQParams['qscheme']> {
  const qscheme = qschemeOf(observer);
  return qscheme === 'per_tensor_symmetric'
    ? 'per_tensor_affine'
    : qscheme === 'per_channel_symmetric'
      ? 'per_channel_affine'
      : qscheme;
}
