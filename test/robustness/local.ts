// Does each integer operator of a lowered model compute what the float operator of the reference model does? The
// reference graph is run with the lowered model's own values put in wherever both have the operator, so that an error of
// one step cannot grow on the way: what is compared is one operator at a time.

import { fx, quantizedBackends, Tensor } from '../../src';
import { capture, integers, numbers } from './run';

export interface Mismatch {
  readonly node: string;
  readonly got: number;
  readonly allowed: number;
}

/** Rounding: float sums differ in their last bits, which decides ties. */
const STEPS = 1;
/**
 * Dynamic kernels multiply integers where the reference multiplies floats. Coarser where the reference quantizes otherwise,
 * as PyTorch's does: halves are rounded by it only, and with oneDNN the kernel alone reduces the range.
 */
const FLOAT = { exact: 1e-4, coarse: 2e-2 } as const;

/** Operators by what they were called before fusion and lowering: the last float node a node stands for. */
const floatName = (node: fx.Node): string =>
  ((node.meta.covers as string[] | undefined) ?? [node.name]).at(-1) ?? node.name;

class Forced extends fx.Interpreter {
  readonly mismatches: Mismatch[] = [];
  compared = 0;

  constructor(
    model: fx.GraphModule,
    private readonly lowered: ReadonlyMap<string, unknown>,
    private readonly tolerance: number
  ) {
    super(model as never, model.graph);
  }

  protected override runNode(node: fx.Node): unknown {
    const value = super.runNode(node);
    if (!(value instanceof Tensor) || !node.op.startsWith('call_')) {
      return value;
    }
    // What a quantize node rounds is, in the lowered graph, the integer operator's own result.
    const forced = this.lowered.get(floatName(value.quantizer ? (node.args[0] as fx.Node) : node));
    if (
      !(forced instanceof Tensor) ||
      forced.shape.join() !== value.shape.join() ||
      (forced.quantizer === null) !== (value.quantizer === null)
    ) {
      return value;
    }
    this.compare(node, forced, value);
    return forced;
  }

  private isStandalone(node: fx.Node): boolean {
    return this.module.getSubmodule(node.target as string) instanceof fx.GraphModule;
  }

  private compare(node: fx.Node, forced: Tensor, value: Tensor): void {
    if (node.op === 'call_module' && this.isStandalone(node)) {
      return; // Many operators, each of which may be a step off.
    }
    // Shared observers and kernels with fixed qparams give an operator another grid than the reference's.
    if (value.quantizer && !sameGrid(forced, value)) {
      return;
    }
    this.compared += 1;
    const [ours, theirs] = value.quantizer
      ? [integers(forced), integers(value)]
      : [numbers(forced), numbers(value)];
    const largest = Math.max(...theirs.map(Math.abs));
    const allowed = value.quantizer ? STEPS : this.tolerance * (1 + largest);
    const got = ours.reduce((most, n, i) => Math.max(most, Math.abs(n - (theirs[i] as number))), 0);
    if (!(got <= allowed)) {
      this.mismatches.push({ node: node.name, got, allowed });
    }
  }
}

function sameGrid(a: Tensor, b: Tensor): boolean {
  const [p, q] = [a.quantizer, b.quantizer];
  return p?.scales[0] === q?.scales[0] && p?.zeroPoints[0] === q?.zeroPoints[0] && a.dtype === b.dtype;
}

/** Compares a lowered model with its reference, operator by operator. */
export function compareLocally(
  reference: fx.GraphModule,
  lowered: fx.GraphModule,
  inputs: readonly unknown[]
): { readonly mismatches: readonly Mismatch[]; readonly compared: number } {
  const values = capture(lowered, inputs);
  const byFloatName = new Map(
    [...lowered.graph.nodes]
      .filter(node => node.op.startsWith('call_') && node.target !== 'dequantize')
      .map(node => [floatName(node), values.get(node.name)])
  );
  const isCoarse =
    quantizedBackends.engine === 'onednn' ||
    [...reference.graph.nodes].some(node => node.args.includes('float16'));
  const forced = new Forced(reference, byFloatName, isCoarse ? FLOAT.coarse : FLOAT.exact);
  forced.run(...inputs);
  return forced;
}
