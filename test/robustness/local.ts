// Does each integer operator of a lowered model compute what the float operator of the reference model does? The
// reference graph is run with the lowered model's own values put in wherever both have a node, so that an error of
// one step cannot grow on the way: what is compared is one operator at a time.

import { fx, Tensor, type nn } from '../../src';
import { capture, integers } from './run';

export interface Mismatch {
  readonly node: string;
  readonly steps: number;
}

/** One rounding step: float sums differ in their last bits, which decides ties. */
export const ALLOWED_STEPS = 1;

class Forced extends fx.Interpreter {
  readonly mismatches: Mismatch[] = [];
  compared = 0;

  constructor(
    model: nn.Module & fx.GraphModule,
    graph: fx.Graph,
    private readonly lowered: ReadonlyMap<string, unknown>
  ) {
    super(model, graph);
  }

  protected override runNode(node: fx.Node): unknown {
    const value = super.runNode(node);
    if (!(value instanceof Tensor) || !value.quantizer || node.op !== 'call_function') {
      return value;
    }
    // A quantize node: what it rounds is, in the lowered graph, the integer operator's own result.
    const forced = this.lowered.get(producerName(node)) ?? undefined;
    if (!(forced instanceof Tensor) || !forced.quantizer || forced.shape.join() !== value.shape.join()) {
      return value;
    }
    if (!sameQParams(forced, value)) {
      // Shared observers and kernels with fixed qparams give an operator another grid than the reference's.
      return forced;
    }
    this.compared += 1;
    const [ours, theirs] = [integers(forced), integers(value)];
    const steps = ours.reduce((most, n, i) => Math.max(most, Math.abs(n - (theirs[i] as number))), 0);
    if (steps > ALLOWED_STEPS) {
      this.mismatches.push({ node: node.name, steps });
    }
    return forced;
  }
}

/** The operator whose result a quantize node rounds; of a function with a relu after it, the function. */
function producerName(quantize: fx.Node): string {
  return (quantize.args[0] as fx.Node).name;
}

function sameQParams(a: Tensor, b: Tensor): boolean {
  const [p, q] = [a.quantizer, b.quantizer];
  return p?.scales[0] === q?.scales[0] && p?.zeroPoints[0] === q?.zeroPoints[0] && a.dtype === b.dtype;
}

/** What a lowered model computes, by the names of the float operators its nodes stand for. */
function valuesByFloatName(lowered: fx.GraphModule, inputs: readonly unknown[]): Map<string, unknown> {
  const values = capture(lowered, inputs);
  const nodes = [...lowered.graph.nodes];
  return new Map(
    nodes.flatMap(node =>
      ((node.meta.covers as string[] | undefined) ?? [node.name]).map(
        name => [name, values.get(node.name)] as const
      )
    )
  );
}

/** Compares a lowered model with its reference, operator by operator. */
export function compareLocally(
  reference: fx.GraphModule,
  lowered: fx.GraphModule,
  inputs: readonly unknown[]
): { readonly mismatches: readonly Mismatch[]; readonly compared: number; readonly output: unknown } {
  const forced = new Forced(reference as never, reference.graph, valuesByFloatName(lowered, inputs));
  const output = forced.run(...inputs);
  return { mismatches: forced.mismatches, compared: forced.compared, output };
}
