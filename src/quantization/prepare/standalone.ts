// Standalone modules: prepared on their own, by the same rules, as one node of the model around them. Spec 11.5.

import { GraphModule, Interpreter, Node } from '../../fx';
import { classOf } from '../../nn/library';
import { deepCopy } from '../../nn/deepcopy';
import { className, type Module } from '../../nn/module';
import type { BackendConfig } from '../backendConfig';
import { PrepareCustomConfig, type StandaloneEntry } from '../customConfig';
import { preparedMeta, type PreparedMeta } from '../prepared';
import { QConfigMapping } from '../qconfigMapping';
import { QuantizationError } from '../report';
import type { PrepareOptions } from '.';

/** `prepare`, handed in: it calls this file, and this file calls it for what is inside. */
export type PrepareFunction = (
  model: Module,
  mapping: QConfigMapping,
  exampleInputs: readonly unknown[],
  custom: PrepareCustomConfig,
  backendConfig: BackendConfig | null,
  options: PrepareOptions
) => GraphModule;

export interface StandaloneContext {
  readonly custom: PrepareCustomConfig;
  readonly backend: BackendConfig;
  readonly qconfigs: PreparedMeta['qconfigs'];
  readonly exampleInputs: readonly unknown[];
  readonly isQat: boolean;
}

/**
 * Prepares what the standalone nodes call, in place.
 * @returns each node with the settings its module was prepared with.
 * @throws QuantizationError for a module that returns anything but one value.
 */
export function prepareStandalone(
  model: GraphModule,
  nodes: readonly Node[],
  context: StandaloneContext,
  prepare: PrepareFunction
): Map<Node, PrepareCustomConfig> {
  const inputs = nodes.length > 0 ? captureInputs(model, context.exampleInputs) : new Map();
  return new Map(
    nodes.map(node => {
      const path = node.target as string;
      const module = model.getSubmodule(path);
      const known = module instanceof GraphModule ? preparedMeta.read(module) : undefined;
      if (known) {
        return [node, known.custom]; // Called a second time.
      }
      const entry = entryOf(context.custom, path, module) as StandaloneEntry;
      const qconfig = context.qconfigs.get(node.name)?.qconfig ?? null;
      const custom = entry.prepareCustomConfig ?? new PrepareCustomConfig();
      const given = entry.exampleInputs.length > 0 ? entry.exampleInputs : (inputs.get(node) ?? []);
      const prepared = prepare(
        module,
        entry.qconfigMapping ?? new QConfigMapping().setGlobal(qconfig),
        given,
        custom,
        entry.backendConfig ?? context.backend,
        { inplace: true, isQat: context.isQat }
      );
      requireOneValue(prepared, path, className(module));
      model.setSubmodule(path, prepared as unknown as Module);
      return [node, custom];
    })
  );
}

/** The entry by path wins over the one by class. */
export function entryOf(
  custom: PrepareCustomConfig,
  path: string,
  module: Module
): StandaloneEntry | undefined {
  return custom.standaloneModuleNames.get(path) ?? custom.standaloneModuleClasses.get(classOf(module));
}

function requireOneValue(prepared: GraphModule, path: string, type: string): void {
  if (!(prepared.graph.outputNode?.args[0] instanceof Node)) {
    throw new QuantizationError(
      `prepareFx: standalone module '${path}' (${type}) must return one tensor, not a tuple, list or dictionary`,
      path
    );
  }
}

/** What each node is called with when the model runs on its example inputs. */
class InputCapture extends Interpreter {
  readonly captured = new Map<Node, readonly unknown[]>();

  protected override runNode(node: Node): unknown {
    if (node.op === 'call_module') {
      this.captured.set(
        node,
        node.args.map(arg => (arg instanceof Node ? this.env.get(arg) : arg))
      );
    }
    return super.runNode(node);
  }
}

function captureInputs(
  model: GraphModule,
  exampleInputs: readonly unknown[]
): ReadonlyMap<Node, readonly unknown[]> {
  const capture = new InputCapture(deepCopy(model as unknown as Module), model.graph);
  capture.run(...exampleInputs);
  return capture.captured;
}
