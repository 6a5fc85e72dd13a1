// The report of a converted model: that of the prepared one, and what came out of convert.

import type { GraphModule, Node } from '../../fx';
import { GraphModule as FxGraphModule } from '../../fx';
import { classOf, isLibraryModule, moduleTypeName } from '../../nn/library';
import { joinPath, type Module } from '../../nn/module';
import { engineReducesRange } from '../../tensor/quantized/engine';
import type { ConvertCustomConfig } from '../customConfig';
import { ObserverBase } from '../observers';
import type { PreparedMeta } from '../prepared';
import { reportOf } from './attach';
import type { ModelEntry, OperatorEntry, ReportEntry, SettingEntry } from './entry';
import { didYouMean } from './names';
import { operatorEntry } from './operators';
import { QuantizationReport } from './report';

export interface ConvertedReportInput {
  readonly prepared: GraphModule;
  readonly converted: GraphModule;
  readonly custom: ConvertCustomConfig;
  readonly meta: PreparedMeta;
  /** Reference models compute with floats everywhere, as they are meant to. */
  readonly isReference: boolean;
}

export function convertedReport(input: ConvertedReportInput): QuantizationReport {
  return new QuantizationReport([
    ...reportOf(input.prepared),
    ...settingsOfConvert(input),
    ...takenAway(input),
    ...(input.isReference ? [] : notLowered(input)),
    ...observersWithRemarks(input.prepared),
    ...insideStandalone(input)
  ]);
}

function settingsOfConvert({ prepared, custom }: ConvertedReportInput): SettingEntry[] {
  const modules = [...prepared.modules()];
  const missing = custom.customObservedClasses.filter(cls => !modules.some(m => classOf(m) === cls));
  const names = modules.map(m => classOf(m).name);
  const entry = (
    setting: string,
    text: string,
    kind: SettingEntry['kind'],
    remedy?: string
  ): SettingEntry => ({
    subject: 'setting',
    kind,
    level: 'warning',
    about: '',
    setting,
    text,
    ...(remedy === undefined ? {} : { remedy })
  });
  return [
    ...missing.map(cls =>
      entry(
        `setObservedToQuantizedMapping(${cls.name})`,
        'the prepared model has no module of exactly this class',
        'unknownClass',
        didYouMean(cls.name, names) ??
          'Static custom modules are registered by their observed class, dynamic and weight-only ones by their float class'
      )
    ),
    ...custom.preservedAttributes
      .filter(name => !(name in prepared))
      .map(name =>
        entry(
          `setPreservedAttributes(['${name}'])`,
          'the prepared model has no such attribute',
          'unknownName',
          "List it in prepareFx's PrepareCustomConfig"
        )
      )
  ];
}

/** Operators that prepare observed and a mapping given to convert leaves float. */
function takenAway({ converted, meta }: ConvertedReportInput): OperatorEntry[] {
  return [...converted.graph.nodes]
    .filter(node => meta.observedNodeNames.has(node.name) && meta.qconfigs.get(node.name)?.qconfig === null)
    .map(node =>
      operatorEntry(
        node,
        { kind: 'noQConfig', text: 'the mapping given to convertFx has null for it' },
        converted,
        meta.scopes
      )
    );
}

/** What was observed and still computes with floats: PyTorch lowers some operators in some surroundings only. */
function notLowered({ converted, meta }: ConvertedReportInput): OperatorEntry[] {
  const integers = new Set<Node>();
  const entries: OperatorEntry[] = [];
  for (const node of converted.graph.nodes) {
    const form = formOf(node, converted, integers);
    if (form === 'integers') {
      integers.add(node);
    }
    const isMeant = meta.observedNodeNames.has(node.name) && meta.qconfigs.get(node.name)?.qconfig;
    if (form === 'float' && isMeant) {
      const reason = {
        kind: 'notLowered',
        text: 'no integer kernel takes it in these surroundings; it computes with rounded floats between dequantize and quantize',
        remedy:
          'Look at what stands around it in the graph: integer kernels need quantized inputs and an observed output'
      } as const;
      entries.push(operatorEntry(node, reason, converted, meta.scopes));
    }
  }
  return entries;
}

/** What a node of a lowered graph computes with; 'own' for kernels with float input and output, and users' modules. */
function formOf(node: Node, model: GraphModule, integers: ReadonlySet<Node>): 'integers' | 'float' | 'own' {
  if (!node.op.startsWith('call_')) {
    return 'own';
  }
  if (node.op === 'call_method' && node.target === 'dequantize') {
    return 'own';
  }
  if (node.op === 'call_module') {
    const module = model.getSubmodule(node.target as string);
    const type = moduleTypeName(classOf(module));
    if (!isLibraryModule(module)) {
      return 'own';
    }
    if (/\.quantized\.(?!reference)/.test(type)) {
      return /\.dynamic\.|[Ee]mbedding/.test(type) ? 'own' : 'integers';
    }
  }
  const target = node.op === 'call_function' && typeof node.target !== 'string' ? node.target.target : '';
  if (target.startsWith('torch.ops.quantized.')) {
    return /dynamic|embedding/.test(target) ? 'own' : 'integers';
  }
  const isQuantize =
    target.startsWith('torch.quantize_per') || (node.op === 'call_method' && node.target === 'to');
  return isQuantize || node.allInputNodes.some(input => integers.has(input)) ? 'integers' : 'float';
}

function observersWithRemarks(prepared: GraphModule): ModelEntry[] {
  return [...prepared.graph.nodes].flatMap(node => {
    const module: unknown =
      node.op === 'call_module' ? prepared.getSubmodule(node.target as string) : undefined;
    return module instanceof ObserverBase ? remarksOn(node, module) : [];
  });
}

function remarksOn(node: Node, observer: ObserverBase): ModelEntry[] {
  const about = (node.meta.observes as string | undefined) ?? node.name;
  const { min, max } = observer.summary();
  const entries: ModelEntry[] = [];
  if (min === 0 && max === 0) {
    entries.push({
      subject: 'model',
      kind: 'onlyZeros',
      level: 'warning',
      about,
      text: `${node.name} saw nothing but zeros, so its scale is the smallest there is: every other value saturates (D29)`,
      remedy: 'Calibrate with data that reaches it, or set its qconfig to null'
    });
  }
  const reduceRange: unknown = Reflect.get(observer, 'reduceRange');
  if (observer.isDynamic && typeof reduceRange === 'boolean' && reduceRange !== engineReducesRange()) {
    entries.push({
      subject: 'model',
      kind: 'reduceRange',
      level: 'warning',
      about,
      text: `${node.name} has reduceRange ${reduceRange}, but the engine decides over dynamic quantization, with ${!reduceRange} (D32)`,
      remedy: 'Set quantizedBackends.engine before convertFx'
    });
  }
  return entries;
}

/** What convert said of standalone modules beyond what prepare had. */
function insideStandalone({ converted, prepared }: ConvertedReportInput): ReportEntry[] {
  return [...converted.namedModules()].flatMap(([path, module]: [string, Module]) => {
    if (path === '' || !(module instanceof FxGraphModule)) {
      return [];
    }
    const before: unknown = prepared.getSubmodule(path);
    const known = before instanceof FxGraphModule ? reportOf(before).entries : [];
    return reportOf(module)
      .entries.filter(entry => !known.includes(entry))
      .map(entry => ({ ...entry, about: joinPath(path, entry.about) }));
  });
}
