// The user's functions: `torch.ao.quantization.quantize_fx`.

import type { GraphModule } from '../fx';
import { traceWith } from '../fx';
import { deepCopy } from '../nn/deepcopy';
import type { Module } from '../nn/module';
import { noGrad } from '../tensor/autograd/record';
import type { BackendConfig } from './backendConfig';
import { getNativeBackendConfig } from './backendConfig/native';
import { convert, type ConvertFxOptions } from './convert';
import {
  asConvertCustomConfig,
  asFuseCustomConfig,
  asPrepareCustomConfig,
  PrepareCustomConfig,
  type ConvertCustomConfig,
  type ConvertCustomConfigDict,
  type FuseCustomConfig,
  type FuseCustomConfigDict,
  type PrepareCustomConfigDict
} from './customConfig';
import { fuseGraphModule } from './fuse';
import { makeTracer, prepare, type PrepareOptions } from './prepare';
import { preserveAttributes } from './prepare/attributes';
import { preparedMeta } from './prepared';
import { QConfigMapping, type QConfigDict } from './qconfigMapping';
import type { QuantizationNotice, Reported } from './report';

/**
 * Prepares a model for post-training static quantization: traces it, fuses, and inserts observers. Run the
 * result on calibration batches, then `convertFx`. The model itself is not changed.
 *
 * @param model in evaluation mode.
 * @param exampleInputs what `forward` takes; decides which values are tensors.
 * @throws TraceError for code that cannot be traced, QuantizationError for settings that do not fit.
 * PyTorch: `prepare_fx`.
 */
export function prepareFx(
  model: Module,
  qconfigMapping: QConfigMapping | QConfigDict,
  exampleInputs: readonly unknown[],
  prepareCustomConfig?: PrepareCustomConfig | PrepareCustomConfigDict | null,
  backendConfig?: BackendConfig | null,
  options: PrepareOptions = {}
): Reported {
  return noGrad(() =>
    prepare(
      model,
      QConfigMapping.from(qconfigMapping),
      exampleInputs,
      asPrepareCustomConfig(prepareCustomConfig),
      backendConfig ?? null,
      options
    )
  );
}

/**
 * Prepares a model for quantization aware training: fake-quantize modules take the observers' place, weights are
 * rounded in the forward pass, gradients pass straight through. Train the result, then `convertFx`. The model itself
 * is not changed and shares nothing with the result (PyTorch's shares its parameters, D21).
 *
 * @param model in training mode, usually; the result has the same mode.
 * @throws as `prepareFx`.
 * PyTorch: `prepare_qat_fx`.
 */
export function prepareQatFx(
  model: Module,
  qconfigMapping: QConfigMapping | QConfigDict,
  exampleInputs: readonly unknown[],
  prepareCustomConfig?: PrepareCustomConfig | PrepareCustomConfigDict | null,
  backendConfig?: BackendConfig | null,
  options: PrepareOptions = {}
): Reported {
  return prepare(
    model,
    QConfigMapping.from(qconfigMapping),
    exampleInputs,
    asPrepareCustomConfig(prepareCustomConfig),
    backendConfig ?? null,
    { ...options, isQat: true }
  );
}

/**
 * Makes the quantized model of a calibrated one. The prepared model is not changed.
 * @param options `{ allowUncalibrated: true }` makes one to load a state dict into: `quantized.loadStateDict(…)`.
 * @throws QuantizationError where observers have seen nothing, or custom modules miss a class.
 * PyTorch: `convert_fx`.
 */
export function convertFx(
  prepared: GraphModule,
  convertCustomConfig?: ConvertCustomConfig | ConvertCustomConfigDict | null,
  qconfigMapping?: QConfigMapping | QConfigDict | null,
  backendConfig?: BackendConfig | null,
  options: ConvertFxOptions = {}
): Reported {
  return noGrad(() =>
    convert(
      prepared,
      asConvertCustomConfig(convertCustomConfig),
      qconfigMapping ? QConfigMapping.from(qconfigMapping) : null,
      backendConfig ?? null,
      options
    )
  );
}

/** The same with float operators between quantize and dequantize. PyTorch: `convert_to_reference_fx`. */
export function convertToReferenceFx(
  prepared: GraphModule,
  convertCustomConfig?: ConvertCustomConfig | ConvertCustomConfigDict | null,
  qconfigMapping?: QConfigMapping | QConfigDict | null,
  backendConfig?: BackendConfig | null,
  options: ConvertFxOptions = {}
): Reported {
  return noGrad(() =>
    convert(
      prepared,
      asConvertCustomConfig(convertCustomConfig),
      qconfigMapping ? QConfigMapping.from(qconfigMapping) : null,
      backendConfig ?? null,
      { ...options, isReference: true }
    )
  );
}

/**
 * Traces and fuses only: conv and batch norm become one conv, conv and relu one module. The model itself is not changed.
 * @param model in evaluation mode.
 * @throws TraceError for code that cannot be traced, FusionError for modules in training mode.
 * PyTorch: `fuse_fx`.
 */
export function fuseFx(
  model: Module,
  fuseCustomConfig?: FuseCustomConfig | FuseCustomConfigDict | null,
  backendConfig?: BackendConfig | null,
  options: Pick<PrepareOptions, 'inplace' | 'concreteArgs'> = {}
): GraphModule {
  const { inplace, concreteArgs } = options;
  const source = inplace ? model : deepCopy(model);
  const tracer = makeTracer(new PrepareCustomConfig(), backendConfig ?? null);
  const traced = traceWith(tracer, source, concreteArgs ? { concreteArgs } : {});
  const fused = fuseGraphModule(traced, backendConfig ?? getNativeBackendConfig());
  preserveAttributes(source, fused, asFuseCustomConfig(fuseCustomConfig).preservedAttributes);
  return fused;
}

/** Settings without effect and other remarks that prepare had. */
export function preparationNotices(prepared: GraphModule): readonly QuantizationNotice[] {
  return preparedMeta.read(prepared)?.notices ?? [];
}
