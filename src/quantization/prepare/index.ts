// `prepare_fx`: trace, fuse, look up qconfigs, decide what is observed, insert observers. Spec 6.1.

import { origin } from '../origin';
import { preparedMeta, type PreparedMeta } from '../prepared';
import { swapForTraining } from './qat';
import { GraphModule, ShapeProp, traceWith, type Node, type Scope, type TraceOptions } from '../../fx';
import { classOf, type ModuleClass } from '../../nn/library';
import { className, isModule, type Module } from '../../nn/module';
import { deepCopy } from '../../nn/deepcopy';
import { Tensor } from '../../tensor/tensor';
import { getNativeBackendConfig } from '../backendConfig/native';
import type { BackendConfig } from '../backendConfig';
import type { PrepareCustomConfig, QuantType } from '../customConfig';
import { fuseGraphModule } from '../fuse';
import { explainQConfigs, updateForFusion } from '../lookup';
import { findMatches } from '../match';
import { factory, HistogramObserver, type ObserverFactory } from '../observers';
import { entryOf, prepareStandalone } from './standalone';
import { probe } from './targets';
import type { QConfig } from '../qconfig';
import type { QConfigMapping } from '../qconfigMapping';
import { QuantizationError, type QuantizationNotice } from '../report';
import { QuantizationTracer } from '../tracer';
import { ObserverInserter } from './insert';
import { planObservation } from './targets';
import { unusedSettings } from './unused';

export interface PrepareOptions {
  /** Changes the caller's modules instead of a copy. */
  inplace?: boolean;
  /** Fake-quantizes, to be trained. */
  isQat?: boolean;
  /** Gets the graphs on the way, for views. */
  onStage?: (stage: 'float' | 'fused', model: GraphModule) => void;
  /** For a model that already is a graph: where each node was recorded. It is then not traced again. */
  scopes?: ReadonlyMap<string, Scope>;
  /** Values that parameters of `forward` keep, by name, so that its code may branch on them. */
  concreteArgs?: TraceOptions['concreteArgs'];
}

export function prepare(
  original: Module,
  mapping: QConfigMapping,
  exampleInputs: readonly unknown[],
  custom: PrepareCustomConfig,
  backendConfig: BackendConfig | null,
  options: PrepareOptions = {}
): GraphModule {
  const backend = backendConfig ?? getNativeBackendConfig();
  const isQat = options.isQat ?? false;
  if (!isQat) {
    requireEval(original);
  }
  const model = options.inplace ? original : deepCopy(original);
  const settings = mapping.copy();
  const tracer = makeTracer(custom);
  const concrete = options.concreteArgs ? { concreteArgs: options.concreteArgs } : {};
  const traced = options.scopes && model instanceof GraphModule ? model : traceWith(tracer, model, concrete);
  const scopes = options.scopes ?? tracer.nodeNameToScope;
  propagateTypes(traced, exampleInputs, isQat);
  options.onStage?.('float', deepCopy(traced as unknown as Module) as unknown as GraphModule);
  const fused = fuseGraphModule(traced, backend, isQat);
  options.onStage?.('fused', deepCopy(fused as unknown as Module) as unknown as GraphModule);
  const notices: QuantizationNotice[] = updateForFusion(fused, settings).map(text => ({
    level: 'warning',
    text
  }));
  const qconfigs = explainQConfigs(fused, scopes, settings);
  const special = specialNodes(fused, custom);
  assignQConfigs(fused, qconfigs);
  if (isQat) {
    swapForTraining(fused, backend, qconfigs);
  }
  const standalone = prepareStandalone(
    fused,
    special.standalone,
    { custom, backend, qconfigs, exampleInputs, isQat },
    prepare
  );
  const matches = findMatches(fused, backend);
  const plan = planObservation(fused, {
    matches,
    custom: special.custom,
    standalone,
    qconfigs,
    defaultActivation: defaultActivationOf(settings),
    inputQuantizedIndexes: custom.inputQuantizedIndexes,
    outputQuantizedIndexes: custom.outputQuantizedIndexes
  });
  const isNull = (node: Node) => (qconfigs.get(node.name)?.qconfig ?? null) === null;
  const inserter = new ObserverInserter(fused, plan, isNull, node => swapCustom(fused, node, custom));
  const { observedNodeNames } = inserter.run();
  if (!options.scopes) {
    notices.push(...unusedSettings(original, settings, custom, tracer));
  }
  const prepared = new GraphModule(fused as unknown as Module, fused.graph, fused.className);
  prepared.train(isQat && original.training);
  const meta: PreparedMeta = {
    qconfigs,
    scopes,
    custom,
    mapping: settings,
    observedNodeNames,
    staysFloat: new Map([...plan.staysFloat].map(([node, reason]) => [node.name, reason])),
    notices,
    isQat
  };
  preparedMeta.write(prepared, meta);
  origin.notePrepared(prepared, original);
  preserveAttributes(original, prepared, custom.preservedAttributes);
  return prepared;
}

function requireEval(model: Module): void {
  const training = [...model.namedModules()].find(([, m]) => m.training);
  if (training) {
    throw new QuantizationError(
      `prepareFx: ${training[0] === '' ? 'the model' : `'${training[0]}'`} (${className(training[1])}) is in training mode: ` +
        'dropout would stay active and batch statistics would move. Call model.eval() first, or use prepareQatFx to train.',
      training[0]
    );
  }
}

export function makeTracer(custom: PrepareCustomConfig): QuantizationTracer {
  const names = new Set([
    ...custom.nonTraceableModuleNames,
    ...custom.leafModuleNames,
    ...custom.standaloneModuleNames.keys()
  ]);
  const classes = new Set<ModuleClass>([
    ...custom.nonTraceableModuleClasses,
    ...custom.leafModuleClasses,
    ...custom.standaloneModuleClasses.keys(),
    ...custom.customFloatClasses
  ]);
  return new QuantizationTracer(names, classes);
}

/** Notes types and shapes at the nodes. @throws QuantizationError if the example inputs do not run. */
function propagateTypes(model: GraphModule, exampleInputs: readonly unknown[], isQat: boolean): void {
  const inputs = exampleInputs.map(input =>
    input instanceof Tensor && input.quantizer ? input.dequantize() : input
  );
  try {
    // In training mode running statistics would move: a copy is run.
    const runs = isQat
      ? (deepCopy(model as unknown as Module) as Module).eval()
      : (model as unknown as Module);
    new ShapeProp(runs, model.graph).propagate(...inputs);
  } catch (error) {
    throw new QuantizationError(
      `prepareFx: the model does not run with the example inputs: ${(error as Error).message}`,
      undefined,
      {
        cause: error
      }
    );
  }
}

function specialNodes(model: GraphModule, custom: PrepareCustomConfig) {
  const customClasses = new Set(custom.customFloatClasses);
  const customNodes = new Set<Node>();
  const standalone: Node[] = [];
  for (const node of model.graph.nodes) {
    if (node.op !== 'call_module') {
      continue;
    }
    const path = node.target as string;
    const cls = classOf(model.getSubmodule(path));
    if (entryOf(custom, path, model.getSubmodule(path))) {
      standalone.push(node);
    } else if (customClasses.has(cls)) {
      customNodes.add(node);
    }
  }
  return { custom: customNodes, standalone };
}

/** Observes float values that only operators with fixed qparams read. */
function defaultActivationOf(mapping: QConfigMapping): ObserverFactory {
  const activation = mapping.globalQConfig?.activation;
  const fits = activation && probe(activation).dtype === 'quint8' && !probe(activation).isDynamic;
  return fits ? activation : factory(HistogramObserver, {});
}

/** Modules that are called get the qconfig of their node; custom classes read it. */
function assignQConfigs(model: GraphModule, qconfigs: PreparedMeta['qconfigs']): void {
  for (const node of model.graph.nodes) {
    if (node.op === 'call_module') {
      const module = model.getSubmodule(node.target as string);
      const qconfig = qconfigs.get(node.name)?.qconfig ?? null;
      for (const part of [module, ...(module.constructor.name === 'Sequential' ? [] : module.children())]) {
        Object.defineProperty(part, 'qconfig', {
          value: qconfig,
          writable: true,
          configurable: true,
          enumerable: false
        });
      }
    }
  }
}

/** How a module with this qconfig is quantized. PyTorch: `get_quant_type`. */
export function quantTypeOf(qconfig: QConfig): QuantType {
  const activation = probe(qconfig.activation);
  const weight = probe(qconfig.weight);
  const integers = ['quint8', 'qint8', 'quint4x2', 'qint32', 'uint8', 'int8', 'int16', 'int32'];
  if (activation.isDynamic) {
    return 'dynamic';
  }
  if (integers.includes(activation.dtype)) {
    return 'static';
  }
  return integers.includes(weight.dtype) ? 'weight_only' : 'static';
}

function swapCustom(model: GraphModule, node: Node, custom: PrepareCustomConfig): void {
  const path = node.target as string;
  const module = model.getSubmodule(path);
  const qconfig = Reflect.get(module, 'qconfig') as unknown as QConfig;
  const observedClass = custom.floatToObservedMapping.get(quantTypeOf(qconfig))?.get(classOf(module));
  if (!observedClass) {
    return; // Already swapped by an earlier call of the same module.
  }
  const observed = callFactory(
    () => observedClass.fromFloat(module as never),
    `${observedClass.name}.fromFloat`,
    path
  );
  if (!Object.hasOwn(observed, 'qconfig')) {
    throw new QuantizationError(
      `${observedClass.name}.fromFloat: the observed module for '${path}' has no qconfig; add observed.qconfig = float.qconfig`,
      path
    );
  }
  observed.train(module.training);
  model.setSubmodule(path, observed);
}

/** Runs a user's factory and checks that it made a module. */
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

function preserveAttributes(from: Module, to: GraphModule, names: readonly string[]): void {
  for (const name of names) {
    if (name in from) {
      Object.defineProperty(to, name, {
        value: Reflect.get(from, name) as unknown,
        writable: true,
        enumerable: true,
        configurable: true
      });
    }
  }
}
