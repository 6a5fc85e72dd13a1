// `prepare_fx`: trace, fuse, look up qconfigs, decide what is observed, insert observers. Spec 6.1.

import { completeInputs, GraphModule, ShapeProp, type Node, type Scope, type TraceOptions } from '../../fx';
import { classOf, isLibraryModule } from '../../nn/library';
import { className, type Module } from '../../nn/module';
import { deepCopy } from '../../nn/deepcopy';
import { Tensor } from '../../tensor/tensor';
import type { BackendConfig } from '../backendConfig';
import { getNativeBackendConfig } from '../backendConfig/native';
import type { PrepareCustomConfig } from '../customConfig';
import { fuseGraphModule } from '../fuse';
import { explainQConfigs, updateForFusion } from '../lookup';
import { findMatches } from '../match';
import { factory, HistogramObserver, type ObserverFactory } from '../observers';
import { origin } from '../origin';
import { preparedMeta } from '../prepared';
import type { QConfigMapping } from '../qconfigMapping';
import {
  noticesOf,
  preparedReport,
  QuantizationError,
  sentence,
  writeReport,
  type Reported
} from '../report';
import { resolveAliases } from './aliases';
import { preserveAttributes } from './attributes';
import { cleanGraph } from './cleanGraph';
import { requireStatic, swapCustom } from './custom';
import { ObserverInserter } from './insert';
import { probe } from './probe';
import { assignQConfigs } from './propagate';
import { swapForTraining } from './qat';
import { entryOf, prepareStandalone } from './standalone';
import { computesTensors, planObservation } from './targets';
import { traceFor } from './trace';
import { requireTensorWeights } from './transposed';

export { makeTracer } from './trace';

/** What a caller of `prepareFx` and `prepareQatFx` may choose. */
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
  customConfig: PrepareCustomConfig,
  backendConfig: BackendConfig | null,
  options: PrepareOptions = {}
): Reported {
  const backend = backendConfig ?? getNativeBackendConfig();
  const isQat = options.isQat ?? false;
  if (!isQat) {
    requireEval(original);
  }
  const asked = resolveAliases(original, mapping, customConfig);
  const { custom } = asked;
  const model = options.inplace ? original : deepCopy(original);
  const { traced, scopes } = traceFor(model, custom, backend, options);
  cleanGraph(traced, scopes);
  const inputs = completeInputs(original.forward, exampleInputs, options.concreteArgs ?? {});
  propagateTypes(traced, inputs, isQat);
  options.onStage?.('float', deepCopy(traced as unknown as Module) as unknown as GraphModule);
  const fused = fuseGraphModule(traced, backend, isQat);
  options.onStage?.('fused', deepCopy(fused as unknown as Module) as unknown as GraphModule);
  const settings = asked.mapping.copy();
  const conflicts = updateForFusion(fused, settings);
  const qconfigs = explainQConfigs(fused, scopes, settings);
  const special = specialNodes(fused, custom);
  requireStatic(fused, special.custom, qconfigs);
  requireTensorWeights(fused, qconfigs);
  assignQConfigs(fused, special.custom, qconfigs, settings);
  if (isQat) {
    swapForTraining(fused, backend, qconfigs, special.custom);
  }
  const standalone = prepareStandalone(
    fused,
    special.standalone,
    { custom, backend, qconfigs, exampleInputs: inputs, isQat },
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
  const nodes = [...fused.graph.nodes];
  const isNull = (node: Node) => (qconfigs.get(node.name)?.qconfig ?? null) === null;
  const inserter = new ObserverInserter(fused, plan, isNull, node => swapCustom(fused, node, custom));
  const { observedNodeNames, unshared } = inserter.run();
  const report = preparedReport({
    settings: {
      model: original,
      mapping: asked.mapping,
      used: settings.used,
      custom,
      traced,
      nodes,
      scopes,
      qconfigs
    },
    operators: {
      model: fused,
      nodes,
      scopes,
      custom,
      staysFloat: plan.staysFloat,
      observed: observedNodeNames,
      unshared,
      computesTensors
    },
    found: [...asked.entries, ...conflicts],
    standalone: standalone.keys()
  });
  const prepared = new GraphModule(fused as unknown as Module, fused.graph, fused.className);
  prepared.train(isQat && original.training);
  preparedMeta.write(prepared, {
    qconfigs,
    scopes,
    custom,
    mapping: settings,
    observedNodeNames,
    staysFloat: new Map(report.floatOperators.map(entry => [entry.about, sentence(entry)])),
    notices: noticesOf(report),
    isQat
  });
  origin.notePrepared(prepared, original);
  preserveAttributes(model, prepared, custom.preservedAttributes);
  return writeReport(prepared, report);
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

/** Notes types and shapes at the nodes. @throws QuantizationError if the example inputs do not run. */
function propagateTypes(model: GraphModule, exampleInputs: readonly unknown[], isQat: boolean): void {
  const inputs = exampleInputs.map(input =>
    input instanceof Tensor && input.quantizer ? input.dequantize() : input
  );
  try {
    // In training mode running statistics would move, and users' modules may count or cache: a copy is run.
    const runs =
      isQat || callsUserModule(model)
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

const callsUserModule = (model: GraphModule): boolean =>
  [...model.graph.nodes].some(
    node => node.op === 'call_module' && !isLibraryModule(model.getSubmodule(node.target as string))
  );

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
