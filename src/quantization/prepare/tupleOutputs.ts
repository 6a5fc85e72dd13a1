// Static custom modules that return a tuple (LSTM, attention): each tensor of it gets a DeQuantStub instead of an observer,
// since a tuple cannot be dequantized as a whole. Spec 11.4; PyTorch: `_insert_dequant_stubs_for_custom_module_lstm_output`.

import { Node, valueOf, type GraphModule, type ValueMeta } from '../../fx';
import type { Module } from '../../nn/module';
import { DeQuantStub } from '../../nn';
import { functionOf } from '../convert/observers';
import { isFloatingDType } from '../../tensor/dtype';

/** True for a node that returns a tuple. */
export function returnsTuple(node: Node): boolean {
  return valueOf(node)?.kind === 'tuple';
}

/**
 * Takes the tuple of `node` apart, puts a stub behind each float tensor, and lets all readers read what comes out.
 * @returns the nodes that stand for quantized values of `node`: stubs and the tuples made of them.
 */
export function stubOutputs(model: GraphModule, node: Node): Node[] {
  const before = [...node.users];
  const taken = new Taken(model, node);
  const whole = taken.apart(node, valueOf(node) as Tuple);
  before.forEach(user => user.replaceInputWith(node, whole));
  reroute(whole);
  return taken.made;
}

type Tuple = Extract<ValueMeta, { kind: 'tuple' }>;

class Taken {
  readonly made: Node[] = [];
  private last: Node;

  constructor(
    private readonly model: GraphModule,
    node: Node
  ) {
    this.last = node;
  }

  /** `[getitem, stub]` for every item, then the tuple of the stubs. */
  apart(node: Node, value: Tuple): Node {
    const items = value.items.map((item, i) => {
      const part = this.add(item, graph => graph.callFunction(functionOf('operator.getitem'), [node, i]));
      if (item.kind === 'tuple') {
        return this.apart(part, item);
      }
      const isFloat = item.kind === 'tensor' && isFloatingDType(item.tensor.dtype);
      return isFloat ? this.stub(part, item) : part;
    });
    const tuple = this.add(value, graph => graph.callFunction(functionOf('builtins.tuple'), [items]));
    this.made.push(tuple);
    return tuple;
  }

  private stub(part: Node, value: ValueMeta): Node {
    let index = 0;
    while (Reflect.has(this.model, `dequant_stub_${index}`)) {
      index += 1;
    }
    const name = `dequant_stub_${index}`;
    this.model.addModule(name, new DeQuantStub() as unknown as Module);
    const stub = this.add(value, graph => graph.callModule(name, [part]));
    this.made.push(stub);
    return stub;
  }

  private add(value: ValueMeta, make: (graph: GraphModule['graph']) => Node): Node {
    const { graph } = this.model;
    const node = graph.insertingAfter(this.last, () => make(graph));
    node.meta.value = value;
    this.last = node;
    return node;
  }
}

/** Who reads item i of a tuple made here reads the item itself. PyTorch: `_reroute_tuple_getitem_pattern`. */
function reroute(tuple: Node): void {
  const items = tuple.args[0] as readonly Node[];
  const getItem = functionOf('operator.getitem');
  for (const reader of [...tuple.users]) {
    const item = reader.target === getItem ? items[reader.args[1] as number] : undefined;
    if (item) {
      reader.replaceAllUsesWith(item);
    }
  }
  items
    .filter(item => item instanceof Node && item.target === functionOf('builtins.tuple'))
    .forEach(item => reroute(item));
}
