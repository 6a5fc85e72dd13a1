// Replays one recorded case with our implementation, stage by stage, and reports what differs first.

import type { fx } from '../../src';
import {
  compatibility,
  convertFx,
  convertToReferenceFx,
  interchange,
  nn,
  prepareFx,
  prepareQatFx,
  quantizedBackends,
  type BackendConfig,
  type Tensor
} from '../../src';
import type { Module } from '../../src/nn/module';
import { backendConfigNamed } from './backends';
import { under, type Case } from './case';
import { floatGraph, readConstants } from './floatGraph';
import { compareClose, compareNodes, compareTied, firstOf, type Difference } from './compare';
import { compareKernels } from './kernels';
import { compareObservers } from './observers';
import { compareModules, compareValues, outputStep } from './quantized';
import { recoverScopes } from './scopes';
import { compareTrained, loadTrained, replayTraining } from './train';
import { flattenValue, readInputs, readValue } from './values';

export interface Registry {
  readonly modules?: interchange.OpaqueRegistry;
  readonly classes?: interchange.CustomClasses;
}

/** Undefined where everything is as recorded. */
export function replay(recorded: Case, registry: Registry): Difference {
  quantizedBackends.engine = recorded.backend;
  compatibility.reproducePyTorchDefects = true;
  // Some modules are recorded without all their settings: those that give the recorded output are right.
  const candidates = interchange
    .possibleAssumptions(recorded.modules)
    .map(assume => importModel(recorded, registry, assume));
  const differences = candidates.map(model => floatDifference(model, recorded));
  const chosen = Math.max(0, differences.indexOf(undefined));
  return differences[chosen] ?? replayQuantization(recorded, registry, candidates[chosen] as fx.GraphModule);
}

function floatDifference(model: fx.GraphModule, recorded: Case): Difference {
  model.eval();
  try {
    return compareFloat('float output', model(...inputsOf(recorded)), recorded, 'float_out');
  } catch (error) {
    return `float model: ${(error as Error).message}`;
  }
}

function importModel(recorded: Case, registry: Registry, assume: interchange.Assumptions): fx.GraphModule {
  const nodes = floatGraph(recorded);
  const leaves = new Set(nodes.filter(n => n.op === 'call_module').map(n => n.target));
  const state = under(recorded.tensors, 'state/');
  const modules = interchange.completeConfigs(recorded.modules, state, assume);
  const root = interchange.importModules(modules, registry.modules ?? {}, leaves);
  interchange.importState(root, state, (value, key) => isTrained(recorded, key) && new nn.Parameter(value));
  interchange.importState(root, constantsRead(recorded, nodes), () => false);
  return interchange.importGraph(nodes, root);
}

/** A state dict does not tell parameters from buffers; only the former have gradients. */
function isTrained(recorded: Case, key: string): boolean {
  return recorded.mode !== 'qat' || recorded.tensors.has(`qat/grad0/${key}`);
}

function constantsRead(recorded: Case, nodes: readonly interchange.RecordedNode[]) {
  const read = new Set(nodes.filter(n => n.op === 'get_attr').map(n => n.target));
  return new Map([...readConstants(recorded)].filter(([target]) => read.has(target)));
}

/** Modules that only hold others are gone with their calls; settings for their class hold for the functions in them. */
function classAt(model: fx.GraphModule, recorded: Case, registry: Registry, path: string): fx.Scope['cls'] {
  if (recorded.float.nodes.some(node => node.op === 'call_module' && node.target === path)) {
    return model.getSubmodule(path).constructor as never;
  }
  const type = recorded.modules.find(module => module.path === path)?.type;
  return type === undefined ? null : interchange.recordedClass(type, registry.classes);
}

function replayQuantization(recorded: Case, registry: Registry, model: fx.GraphModule): Difference {
  const [prepareConfig, convertConfig] = interchange.readCustomConfigs(
    recorded.custom_config,
    registry.classes ?? {}
  );
  const isQat = recorded.mode === 'qat';
  model.train(isQat);
  const prepared = (isQat ? prepareQatFx : prepareFx)(
    model as unknown as Module,
    interchange.readQConfigMapping(recorded.qconfig_mapping, registry.classes),
    inputsOf(recorded),
    prepareConfig,
    backendOf(recorded),
    { scopes: recoverScopes(recorded, path => classAt(model, recorded, registry, path)) }
  );
  prepared.lint();
  return firstOf([
    () => compareNodes('prepared', prepared, recorded.prepared.nodes),
    () => (isQat ? replayTraining(prepared, recorded) : calibrate(prepared, recorded)),
    () => (isQat ? compareTrained(prepared, recorded) : undefined),
    () => {
      // What 20 steps make of rounding is compared above; from here on both go by the recorded weights.
      if (isQat) {
        loadTrained(prepared, recorded);
      }
      return compareObservers(prepared, recorded);
    },
    // The recording ran the example inputs through the prepared model too, after noting the observers.
    () => compareFloat('prepared output', prepared(...inputsOf(recorded)), recorded, 'prepared_out'),
    () => replayConversion(recorded, prepared, convertConfig)
  ]);
}

function calibrate(prepared: fx.GraphModule, recorded: Case): Difference {
  for (let batch = 0; batch < recorded.calibration_batches; batch++) {
    prepared(...readInputs(recorded.tensors, `calib/${batch}`));
  }
  return undefined;
}

function replayConversion(
  recorded: Case,
  prepared: fx.GraphModule,
  convertConfig: Parameters<typeof convertFx>[1]
): Difference {
  const inputs = inputsOf(recorded);
  const backend = backendOf(recorded);
  const mapping = recorded.convert_qconfig_mapping
    ? interchange.readQConfigMapping(recorded.convert_qconfig_mapping)
    : null;
  const { nodes } = recorded.reference;
  const reference = nodes ? convertToReferenceFx(prepared, convertConfig, mapping, backend) : undefined;
  const quantized = convertFx(prepared, convertConfig, mapping, backend);
  reference?.lint();
  quantized.lint();
  return firstOf([
    () => reference && compareNodes('reference', reference, nodes ?? []),
    () => compareNodes('quantized', quantized, recorded.quantized.nodes),
    () => compareModules(quantized, recorded),
    () => reference && compareReference(reference, quantized, recorded),
    () => compareValues(quantized, recorded, inputs),
    () => compareKernels(quantized, recorded, inputs)
  ]);
}

/**
 * The golden rules are about integer kernels. A reference model computes in float between its integers, so the order
 * of PyTorch's sums decides ties inside, and one of them reaches many outputs: a tenth of them (all, of few) may be off,
 * by two steps or a tenth of the largest value.
 */
function compareReference(reference: fx.GraphModule, quantized: fx.GraphModule, recorded: Case): Difference {
  const value = reference(...inputsOf(recorded));
  // PyTorch leaves recurrent reference modules in training mode: between their layers is dropout, which is random.
  const isRandom = [...reference.modules()].some(m => Number(Reflect.get(m, 'numLayers') ?? 1) > 1);
  const step = outputStep(quantized, recorded) ?? 0;
  return firstOf(
    flattenValue(isRandom ? [] : value, 'reference_out').map(([key, tensor]) => () => {
      const expected = readValue(recorded.tensors, key) as Tensor | undefined;
      const [got, want] = [tensor, expected].map(t => (t?.quantizer ? t.dequantize() : t));
      return got && want && compareTied('reference output', got, want, step);
    })
  );
}

const inputsOf = (recorded: Case): unknown[] => readInputs(recorded.tensors, 'input');

const backendOf = (recorded: Case): BackendConfig | null =>
  recorded.backend_config === undefined ? null : backendConfigNamed(recorded.backend_config);

/** Float outputs agree to rounding. */
function compareFloat(what: string, value: unknown, recorded: Case, key: string): Difference {
  return firstOf(
    flattenValue(value, key).map(([k, tensor]) => () => {
      const expected = recorded.tensors.get(k);
      return expected && compareClose(`${what} ${k}`, tensor, expected, { relative: 1e-4, absolute: 1e-5 });
    })
  );
}
