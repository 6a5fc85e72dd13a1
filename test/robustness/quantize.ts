// A random model taken through quantization with random settings.

import fc from 'fast-check';
import {
  convertFx,
  convertToReferenceFx,
  fx,
  prepareFx,
  quantizedBackends,
  type BackendConfig,
  type PrepareCustomConfig,
  type QConfigMapping
} from '../../src';
import { buildModel, modelPlan, type ModelPlan, type RandomModel } from './model';
import {
  backendFor,
  customConfigFor,
  engineOf,
  mappingFor,
  settingsPlan,
  type SettingsPlan
} from './settings';

export interface QuantizationPlan {
  readonly model: ModelPlan;
  readonly settings: SettingsPlan;
}

export const quantizationPlan = (min = 2, max = 60): fc.Arbitrary<QuantizationPlan> =>
  fc.record({ model: modelPlan(min, max), settings: settingsPlan });

export interface Prepared extends RandomModel {
  /** Traced, with what is marked as one node. */
  readonly float: fx.GraphModule;
  readonly prepared: fx.GraphModule;
  readonly mapping: QConfigMapping;
  readonly custom: PrepareCustomConfig;
  readonly backend: BackendConfig | null;
}

export const call = (model: unknown, inputs: readonly unknown[]) =>
  (model as (...args: unknown[]) => unknown)(...inputs);

/** Prepared, not yet calibrated. */
export function prepareRandom({ model: plan, settings }: QuantizationPlan): Prepared {
  quantizedBackends.engine = engineOf(settings);
  const made = buildModel(plan);
  const mapping = mappingFor(fx.symbolicTrace(made.model), settings);
  const custom = customConfigFor(made.model, settings, made.inputs);
  const backend = backendFor(settings);
  let float: fx.GraphModule | undefined;
  const onStage = (stage: string, graph: fx.GraphModule) => {
    float = stage === 'float' ? graph : float;
  };
  const prepared = prepareFx(made.model, mapping, made.inputs, custom, backend, { onStage });
  return { ...made, prepared, float: float as fx.GraphModule, mapping, custom, backend };
}

export function calibrate({ prepared, inputs, moreInputs }: Prepared): void {
  [inputs, ...moreInputs(2)].forEach(batch => call(prepared, batch));
}

export function convertBoth({ prepared, backend }: Prepared): {
  readonly reference: fx.GraphModule;
  readonly lowered: fx.GraphModule;
} {
  return {
    reference: convertToReferenceFx(prepared, null, null, backend),
    lowered: convertFx(prepared, null, null, backend)
  };
}
