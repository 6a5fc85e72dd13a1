// `convert_fx`: observers become quantize and dequantize nodes, weighted modules reference modules, custom
// modules their quantized class; then, unless the reference form is wanted, everything is lowered to integer
// kernels. Spec 7.2.

import { GraphModule, mapArgument, Node, type Argument } from '../../fx';
import * as nn from '../../nn';
import { deepCopy } from '../../nn/deepcopy';
import { classOf } from '../../nn/library';
import { className, type Module } from '../../nn/module';
import { getNativeBackendConfig } from '../backendConfig/native';
import type { BackendConfig } from '../backendConfig';
import { ConvertCustomConfig } from '../customConfig';
import { lower } from '../lower';
import { producersOf, runChain } from '../lower/functional';
import { compatibility } from '../../tensor/compatibility';
import type { TorchFunction } from '../../tensor/function';
import { ObserverBase } from '../observers';
import { convertCustom, isDequantize, refuseForgotten } from './custom';
import { origin } from '../origin';
import { preparedMeta, type PreparedMeta } from '../prepared';
import { qconfigEquals } from '../qconfig';
import type { QConfigMapping } from '../qconfigMapping';
import { explainQConfigs } from '../lookup';
import { convertedReport, QuantizationError, writeReport, type Reported } from '../report';
import { replaceObserver } from './observers';
import { separateCalls } from './separate';
import { convertWeighted } from './weighted';

/** What a caller of `convertFx` may choose. */
export interface ConvertFxOptions {
  /**
   * Convert a model that has seen no data, to load a state dict into: scales are 1 until then. Without it, that is an
   * error, since such a model gives nothing of use.
   */
  allowUncalibrated?: boolean;
}

export interface ConvertOptions extends ConvertFxOptions {
  /** Keep float operators between dequantize and quantize instead of integer kernels. */
  isReference?: boolean;
}

export function convert(
  prepared: GraphModule,
  custom: ConvertCustomConfig,
  mapping: QConfigMapping | null,
  backendConfig: BackendConfig | null,
  options: ConvertOptions = {}
): Reported {
  if (!(prepared instanceof GraphModule)) {
    throw new QuantizationError(
      `convertFx: expected the GraphModule that prepareFx made, got ${className(prepared)}`
    );
  }
  const original = preparedMeta.read(prepared);
  if (!original) {
    throw new QuantizationError('convertFx: this model was not made by prepareFx, or is already converted');
  }
  const backend = backendConfig ?? getNativeBackendConfig();
  const model = deepCopy(prepared as unknown as Module) as unknown as GraphModule;
  observeFunctionalWeights(model, backend);
  if (!original.isQat && !options.allowUncalibrated) {
    requireCalibrated(model);
  }
  const meta = mapping ? withMapping(model, original, mapping) : original;
  separateCalls(model, meta, custom, backend);
  new Converter(model, meta, custom, backend, options).run();
  model.graph.eliminateDeadCode();
  const reference = new GraphModule(model as unknown as Module, model.graph, model.className);
  const result = options.isReference ? reference : lower(reference, meta, backend);
  preparedMeta.clear(result);
  origin.noteConverted(result, prepared);
  result.train(false);
  for (const name of [...meta.custom.preservedAttributes, ...custom.preservedAttributes]) {
    if (name in prepared) {
      Reflect.set(result, name, Reflect.get(prepared, name) as unknown);
    }
  }
  const isReference = options.isReference ?? false;
  return writeReport(result, convertedReport({ prepared, converted: result, custom, meta, isReference }));
}

/**
 * Weights of functions are observed by nodes of the graph, which dynamic and weight-only models never ran. They depend
 * on no input, so they are run here. PyTorch: `_run_weight_observers`.
 */
function observeFunctionalWeights(model: GraphModule, backend: BackendConfig): void {
  for (const node of model.graph.nodes) {
    const config = node.op === 'call_function' ? backend.find(node.target as TorchFunction) : undefined;
    const index = config?.inputTypeToIndex.weight;
    const weight = index === undefined ? undefined : (node.args[index] ?? node.kwargs.weight);
    const chain = weight instanceof Node ? producersOf(weight) : undefined;
    if (chain && weight instanceof Node && weight.op === 'call_module') {
      runChain(model, chain, weight);
    }
  }
}

/** @throws QuantizationError naming the observers that have seen nothing. */
function requireCalibrated(prepared: GraphModule): void {
  const empty = [...prepared.graph.nodes].filter(node => {
    const module = node.op === 'call_module' ? prepared.getSubmodule(node.target as string) : undefined;
    return module instanceof ObserverBase && !module.isCalibrated;
  });
  if (empty.length > 0) {
    const names = empty.map(n => `${n.name} (after ${String(n.args[0])})`);
    const some =
      names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
    throw new QuantizationError(
      `convertFx: not calibrated: ${some}. Run the prepared model on calibration batches first ` +
        '(or pass { allowUncalibrated: true } to load a state dict into the result).'
    );
  }
}

/** A mapping given to convert may only take quantization away. */
function withMapping(model: GraphModule, meta: PreparedMeta, mapping: QConfigMapping): PreparedMeta {
  if (!qconfigEquals(mapping.globalQConfig, meta.mapping.globalQConfig)) {
    throw new QuantizationError("convertFx: the mapping's global qconfig must be the one given to prepareFx");
  }
  for (const [name, qconfig] of meta.mapping.moduleNameQConfigs) {
    const given = mapping.moduleNameQConfigs.get(name);
    if (given === undefined || (given !== null && !qconfigEquals(given, qconfig))) {
      throw new QuantizationError(
        `convertFx: the mapping must have prepareFx's qconfig for '${name}', or null`,
        name
      );
    }
  }
  return { ...meta, qconfigs: explainQConfigs(model, meta.scopes, mapping) };
}

class Converter {
  private readonly customNodes = new Set<Node>();
  /** Modules by path, before any was converted. */
  private readonly originals: ReadonlyMap<string, Module>;

  constructor(
    private readonly model: GraphModule,
    private readonly meta: PreparedMeta,
    private readonly custom: ConvertCustomConfig,
    private readonly backend: BackendConfig,
    private readonly options: ConvertOptions
  ) {
    this.originals = new Map([...(model as unknown as Module).namedModules('', false)]);
  }

  run(): void {
    let placeholders = 0;
    for (const node of [...this.model.graph.nodes]) {
      if (node.op === 'placeholder') {
        if (this.meta.custom.inputQuantizedIndexes.includes(placeholders++)) {
          this.dequantizeAfter(node);
        }
      } else if (node.op === 'output') {
        this.convertOutput(node);
      } else if (node.op === 'call_module') {
        this.convertModule(node);
      }
    }
  }

  private convertModule(node: Node): void {
    const path = node.target as string;
    const module = this.model.getSubmodule(path);
    if (module instanceof ObserverBase) {
      const observed = node.args[0] as Node;
      if (this.customNodes.has(observed)) {
        node.replaceAllUsesWith(observed);
        this.model.graph.eraseNode(node);
        this.dequantizeAfter(observed);
      } else {
        replaceObserver(this.model, node, module, this.meta);
      }
      return;
    }
    if (module instanceof nn.DeQuantStub) {
      const quantized = node.args[0] as Node;
      node.replaceAllUsesWith(quantized);
      this.model.graph.eraseNode(node);
      this.dequantizeAfter(quantized);
    } else if (module instanceof GraphModule && preparedMeta.read(module)) {
      this.convertStandalone(node, module);
    } else if (this.custom.customObservedClasses.includes(classOf(module))) {
      if (convertCustom(this.model, node, this.custom) === 'static') {
        this.customNodes.add(node);
      }
    } else {
      refuseForgotten(module, path, this.meta);
      convertWeighted(this.model, node, this.backend, this.meta, this.originals.get(path) ?? module);
    }
  }

  /** Converted on its own; what its settings say is quantized passes its border as integers. */
  private convertStandalone(node: Node, module: GraphModule): void {
    const path = node.target as string;
    const { inputQuantizedIndexes, outputQuantizedIndexes } = (preparedMeta.read(module) as PreparedMeta)
      .custom;
    for (const index of inputQuantizedIndexes) {
      const input = node.args[index];
      if (isDequantize(input as Argument)) {
        node.replaceInputWith(input as Node, (input as Node).args[0] as Node);
      }
    }
    if (outputQuantizedIndexes.some(index => index !== 0)) {
      throw new QuantizationError(
        `convertFx: standalone module '${path}' returns one value: outputQuantizedIndexes can only be [0]`,
        path
      );
    }
    if (outputQuantizedIndexes.length > 0) {
      this.dequantizeAfter(node);
    }
    const converted = convert(module, new ConvertCustomConfig(), null, this.backend, this.options);
    this.model.setSubmodule(path, converted as unknown as Module);
  }

  private dequantizeAfter(node: Node): void {
    const readers = [...node.users];
    const dequantized = this.model.graph.insertingAfter(node, () =>
      this.model.graph.callMethod('dequantize', [node])
    );
    dequantized.meta = { observes: node.name, value: node.meta.value };
    readers.forEach(reader => reader.replaceInputWith(node, dequantized));
  }

  private convertOutput(node: Node): void {
    const indexes = this.meta.custom.outputQuantizedIndexes;
    const [value] = node.args;
    if (indexes.length === 0) {
      return;
    }
    if (Array.isArray(value)) {
      const items = value as readonly Argument[];
      const outside = indexes.find(i => i >= items.length);
      if (outside !== undefined) {
        throw new QuantizationError(
          `convertFx: outputQuantizedIndexes names ${outside}, the model returns ${items.length} values`
        );
      }
      // A value that is returned twice is given as integers in both places by PyTorch.
      const chosen = compatibility.reproducePyTorchDefects
        ? nodesIn(indexes.map(i => items[i]))
        : new Set<Node>();
      const kept = Array.from(items, (item, i) =>
        indexes.includes(i)
          ? stripDequantize(item)
          : mapArgument(item, node => (chosen.has(node) ? stripDequantize(node) : node))
      );
      node.args = [Object.setPrototypeOf(kept, Object.getPrototypeOf(value) as object) as Argument];
    } else if (indexes.includes(0)) {
      node.args = [stripDequantize(value)];
    } else {
      throw new QuantizationError(
        `convertFx: outputQuantizedIndexes is [${indexes.join(', ')}], but the model returns one value, index 0`
      );
    }
  }
}

function nodesIn(value: Argument): ReadonlySet<Node> {
  const nodes = new Set<Node>();
  mapArgument(value, node => {
    nodes.add(node);
    return node;
  });
  return nodes;
}

/** The value with the integers themselves where they are dequantized, at every depth. */
function stripDequantize(value: Argument): Argument {
  return mapArgument(value, node => (isDequantize(node) ? (node.args[0] as Argument) : node));
}
