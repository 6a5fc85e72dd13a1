// The models of the golden cases, as one would build them: float, prepared, converted.

import {
  convertFx,
  convertToReferenceFx,
  fx,
  interchange,
  nn,
  prepareFx,
  prepareQatFx,
  quantizedBackends,
  Tensor
} from '../../src';
import { under, type Case } from '../parity/case';
import { classes, modules } from '../parity/custom';
import { recoverScopes } from '../parity/scopes';
import { readInputs } from '../parity/values';

/** A stage of quantization: how it is made of a prepared model. */
export type Stage = 'prepared' | 'reference' | 'quantized';

export class GoldenModel {
  readonly inputs: Tensor[];

  constructor(readonly recorded: Case) {
    this.inputs = readInputs(recorded.tensors, 'input') as Tensor[];
  }

  /** The float model; with `scaled`, one whose weights are others. */
  float(scaled = 1): fx.GraphModule {
    const { recorded } = this;
    quantizedBackends.engine = recorded.backend;
    const leaves = new Set(recorded.float.nodes.filter(n => n.op === 'call_module').map(n => n.target));
    const state = under(recorded.tensors, 'state/');
    const root = interchange.importModules(
      interchange.completeConfigs(recorded.modules, state),
      modules,
      leaves
    );
    interchange.importState(root, state, t => new nn.Parameter(t));
    for (const tensor of root.stateDict().tensors().values()) {
      if (tensor.dtype === 'float32') {
        tensor.copyFrom(tensor.detach().mul(scaled));
      }
    }
    root.train(recorded.mode === 'qat');
    return interchange.importGraph(recorded.float.nodes, root);
  }

  /** Prepared, and calibrated if told. */
  prepared(options: { calibrated: boolean; scaled?: number }): fx.GraphModule {
    const { recorded } = this;
    const model = this.float(options.scaled);
    const prepare = recorded.mode === 'qat' ? prepareQatFx : prepareFx;
    const prepared = prepare(
      model as never,
      interchange.readQConfigMapping(recorded.qconfig_mapping),
      this.inputs,
      this.customConfigs()[0],
      null,
      { scopes: recoverScopes(recorded, path => model.getSubmodule(path).constructor as never) }
    );
    if (options.calibrated) {
      prepared(...this.inputs);
    }
    return prepared;
  }

  convert(prepared: fx.GraphModule, stage: Stage): fx.GraphModule {
    const [, custom] = this.customConfigs();
    const options = { allowUncalibrated: true };
    switch (stage) {
      case 'prepared':
        return prepared;
      case 'reference':
        return convertToReferenceFx(prepared, custom, null, null, options);
      case 'quantized':
        return convertFx(prepared, custom, null, null, options);
    }
  }

  private customConfigs() {
    return interchange.readCustomConfigs(this.recorded.custom_config, classes);
  }
}

class Capture extends fx.Interpreter {
  readonly values = new Map<string, unknown>();
  protected override runNode(node: fx.Node): unknown {
    const value = super.runNode(node);
    this.values.set(node.name, value);
    return value;
  }
}

/** What every node returns, tensors as integers where they are quantized. */
export function valuesOf(model: fx.GraphModule, inputs: readonly Tensor[]): Map<string, number[]> {
  const capture = new Capture(model as never, model.graph);
  capture.run(...inputs);
  const tensors = [...capture.values].filter(
    (entry): entry is [string, Tensor] => entry[1] instanceof Tensor
  );
  return new Map(
    tensors.map(([name, t]) => [
      name,
      Array.from((t.quantizer ? t.intRepr() : t).data() as ArrayLike<number>)
    ])
  );
}
