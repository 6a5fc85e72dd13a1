// Replays one recorded case with our implementation, stage by stage, and reports what differs first.

import {
  compatibility,
  convertFx,
  convertToReferenceFx,
  fx,
  interchange,
  nn,
  prepareFx,
  quantizedBackends,
  Tensor,
  type HistogramObserver
} from '../../src';
import { tensorList, under, type Case } from './case';
import { compareClose, compareIntegers, compareNodes, type Difference } from './compare';
import { recoverScopes } from './scopes';

export interface Registry {
  readonly modules?: interchange.OpaqueRegistry;
  readonly classes?: interchange.CustomClasses;
}

/** Undefined where everything is as recorded. */
export function replay(recorded: Case, registry: Registry): Difference {
  if (recorded.mode === 'qat') {
    return 'unsupported: quantization aware training';
  }
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
  try {
    return checkOutput('float output', model(...inputsOf(recorded)), recorded, 'float_out');
  } catch (error) {
    return `float model: ${(error as Error).message}`;
  }
}

function importModel(recorded: Case, registry: Registry, assume: interchange.Assumptions): fx.GraphModule {
  const leaves = new Set(recorded.float.nodes.filter(n => n.op === 'call_module').map(n => n.target));
  const state = under(recorded.tensors, 'state/');
  const modules = interchange.completeConfigs(recorded.modules, state, assume);
  const root = interchange.importModules(modules, registry.modules ?? {}, leaves);
  interchange.importState(root, state, t => new nn.Parameter(t));
  root.eval();
  return interchange.importGraph(recorded.float.nodes, root);
}

function replayQuantization(recorded: Case, registry: Registry, model: fx.GraphModule): Difference {
  const mapping = interchange.readQConfigMapping(recorded.qconfig_mapping);
  const [prepareConfig, convertConfig] = interchange.readCustomConfigs(
    recorded.custom_config,
    registry.classes ?? {}
  );
  const scopes = recoverScopes(recorded, path => model.getSubmodule(path).constructor as never);
  const inputs = inputsOf(recorded);
  const prepared = prepareFx(model as never, mapping, inputs, prepareConfig, null, { scopes });
  for (let batch = 0; batch < recorded.calibration_batches; batch++) {
    prepared(...tensorList(recorded.tensors, `calib/${batch}`));
  }
  // The recording ran the example inputs through the prepared model too, after noting the observers.
  const beforeConvert = firstOf([
    () => compareNodes('prepared', prepared, recorded.prepared.nodes),
    () => compareObservers(prepared, recorded),
    () => checkOutput('prepared output', prepared(...inputs), recorded, 'prepared_out')
  ]);
  if (beforeConvert !== undefined) {
    return beforeConvert;
  }
  const reference = recorded.reference.nodes ? convertToReferenceFx(prepared, convertConfig) : undefined;
  const quantized = convertFx(prepared, convertConfig);
  prepared.lint();
  reference?.lint();
  quantized.lint();
  return firstOf([
    () => (reference ? compareNodes('reference', reference, recorded.reference.nodes ?? []) : undefined),
    () => compareNodes('quantized', quantized, recorded.quantized.nodes),
    () => compareWeights(quantized, recorded),
    () => compareValues(quantized, recorded, inputs)
  ]);
}

const inputsOf = (recorded: Case): Tensor[] => tensorList(recorded.tensors, 'input');

function firstOf(checks: readonly (() => Difference)[]): Difference {
  for (const check of checks) {
    const difference = check();
    if (difference !== undefined) {
      return difference;
    }
  }
  return undefined;
}

/** Float outputs agree to rounding. */
function checkOutput(what: string, value: unknown, recorded: Case, key: string): Difference {
  return flattenValue(value, key)
    .map(([k, tensor]) => {
      const expected = recorded.tensors.get(k);
      return expected
        ? compareClose(`${what} ${k}`, tensor, expected, { relative: 1e-4, absolute: 1e-5 })
        : undefined;
    })
    .find(d => d !== undefined);
}

function flattenValue(value: unknown, key: string): [string, Tensor][] {
  if (value instanceof Tensor) {
    return [[key, value]];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => flattenValue(item, `${key}.${i}`));
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([k, v]) => flattenValue(v, `${key}.${k}`))
    : [];
}

function compareObservers(prepared: fx.GraphModule, recorded: Case): Difference {
  for (const [path, want] of Object.entries(recorded.prepared.observers)) {
    const observer = prepared.getSubmodule(path) as unknown as HistogramObserver;
    const state = (name: string) => recorded.tensors.get(`observer/${path}/${name}`);
    const difference = firstOf([
      () =>
        want.type.endsWith(`.${observer.constructor.name}`)
          ? undefined
          : `${path} is a ${observer.constructor.name}, expected ${want.type}`,
      () =>
        `torch.${observer.dtype}` === want.dtype.enum
          ? undefined
          : `${path} has dtype ${observer.dtype}, expected ${want.dtype.enum}`,
      () =>
        want.quant_max == null || observer.quantMax === want.quant_max
          ? undefined
          : `${path}: quantMax ${observer.quantMax}, expected ${want.quant_max}`,
      ...['min_val', 'max_val'].map(name => () => {
        const expected = state(name);
        return expected
          ? compareClose(`${path}.${name}`, Reflect.get(observer, name) as Tensor, expected, {
              relative: 1e-5,
              absolute: 1e-6
            })
          : undefined;
      }),
      () => {
        const expected = state('scale');
        return expected
          ? compareClose(`${path} scale`, observer.calculateQParams().scale, expected, { relative: 1e-5 })
          : undefined;
      },
      () => {
        const expected = state('zero_point');
        return expected
          ? compareClose(`${path} zero point`, observer.calculateQParams().zeroPoint, expected, {})
          : undefined;
      }
    ]);
    if (difference !== undefined) {
      return `observer ${difference}`;
    }
  }
  return undefined;
}

interface WithWeight {
  weight(): Tensor;
}

function compareWeights(quantized: fx.GraphModule, recorded: Case): Difference {
  for (const [key, expected] of under(recorded.tensors, 'quantized_weight/')) {
    const path = key.replace(/#int$/, '');
    if (key.endsWith('#int')) {
      const module = quantized.getSubmodule(path) as unknown as WithWeight;
      const difference = compareIntegers(`weight of ${path}`, module.weight().intRepr(), expected, 0);
      if (difference !== undefined) {
        return difference;
      }
    }
  }
  for (const [path, want] of Object.entries(recorded.quantized.modules)) {
    const module = quantized.getSubmodule(path) as { outputScale?: number; outputZeroPoint?: number };
    if (
      want.scale !== undefined &&
      module.outputScale !== undefined &&
      Math.abs(module.outputScale - want.scale) > 1e-5 * want.scale
    ) {
      return `${path}: output scale ${module.outputScale}, expected ${want.scale}`;
    }
    if (
      want.zero_point !== undefined &&
      module.outputZeroPoint !== undefined &&
      module.outputZeroPoint !== want.zero_point
    ) {
      return `${path}: output zero point ${module.outputZeroPoint}, expected ${want.zero_point}`;
    }
  }
  return undefined;
}

/** Keeps what every node returned. */
class Capture extends fx.Interpreter {
  readonly values = new Map<string, unknown>();
  protected override runNode(node: fx.Node): unknown {
    const value = super.runNode(node);
    this.values.set(node.name, value);
    return value;
  }
}

/** End to end: integers off by at most one in 1 % of the elements; floats to the scale of that. */
function compareValues(quantized: fx.GraphModule, recorded: Case, inputs: readonly Tensor[]): Difference {
  const capture = new Capture(quantized as never, quantized.graph);
  capture.run(...inputs);
  for (const [name, value] of capture.values) {
    for (const [key, tensor] of flattenValue(value, `quantized/${name}`)) {
      const integers = recorded.tensors.get(`${key}#int`);
      const floats = recorded.tensors.get(key);
      const difference = integers
        ? compareIntegers(`node ${name}`, tensor.intRepr(), integers, 0.01)
        : floats
          ? compareClose(`node ${name}`, tensor, floats, floatTolerance(recorded, floats))
          : undefined;
      if (difference !== undefined) {
        return difference;
      }
    }
  }
  return undefined;
}

/** Dynamic results agree to 1e-5; a dequantized value may be one step of its scale away. */
function floatTolerance(recorded: Case, values: Tensor): { relative?: number; absolute?: number } {
  if (recorded.mode !== 'static') {
    return { absolute: 1e-5 };
  }
  const data = values.data();
  let span = 0;
  for (let i = 0; i < data.length; i++) {
    span = Math.max(span, Math.abs(data[i] as number));
  }
  return { absolute: Math.max(1e-5, (2 * span) / 100), relative: 1e-5 };
}
