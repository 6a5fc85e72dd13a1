// The rule for integer kernels: each node of the lowered graph on its own, on the recorded inputs, with the recorded
// weights and qparams. Every integer must be the recorded one, but for the exceptions of `test/golden/README.md`,
// which depend on how wide PyTorch's vector registers were.

import { fx, nn, Tensor } from '../../src';
import { fromData } from '../../src/tensor';
import { ConvPackedParams, LinearPackedParams } from '../../src/tensor/quantized/packed';
import type { Module } from '../../src/nn/module';
import type { Case } from './case';
import { compareClose, compareIntegers, firstOf, type Difference } from './compare';
import { captureValues } from './quantized';
import { cloneValue, flattenValue, readQuantized, readValue } from './values';

/** Runs one node at a time, on recorded values. */
class Single extends fx.Interpreter {
  runAlone(node: fx.Node, values: ReadonlyMap<fx.Node, unknown>): unknown {
    this.env.clear();
    node.allInputNodes.forEach(input => this.env.set(input, cloneValue(values.get(input))));
    return this.runNode(node);
  }
}

/** `quantized` is changed: it gets the recorded weights and qparams. */
export function compareKernels(
  quantized: fx.GraphModule,
  recorded: Case,
  inputs: readonly unknown[]
): Difference {
  const own = captureValues(quantized, inputs).values;
  installRecorded(quantized, recorded);
  const single = new Single(quantized as unknown as Module, quantized.graph);
  const values = new Map<fx.Node, unknown>();
  for (const node of quantized.graph.nodes) {
    const expected = laidOut(readValue(recorded.tensors, `quantized/${node.name}`), own.get(node));
    if (node.op === 'get_attr') {
      // Packed weights are not recorded: ours, made of recorded weights.
      values.set(node, expected ?? single.runAlone(node, values));
    } else if (node.op.startsWith('call_') && node.allInputNodes.every(input => values.has(input))) {
      const value = single.runAlone(node, values);
      const difference = compareNodeValue(node, value, quantized, recorded);
      if (difference !== undefined) {
        return `on recorded inputs, ${difference}`;
      }
      values.set(node, expected ?? value);
    } else if (expected !== undefined) {
      values.set(node, expected);
    }
  }
  return undefined;
}

/** Recordings do not say how values lie in memory, which PyTorch's kernels for qnnpack go by: as ours do. */
function laidOut(value: unknown, like: unknown): unknown {
  const isChannelsLast =
    value instanceof Tensor &&
    like instanceof Tensor &&
    value.ndim === 4 &&
    like.ndim === 4 &&
    !like.isContiguous() &&
    like.permute([0, 2, 3, 1]).isContiguous();
  return isChannelsLast ? value.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2]) : value;
}

function compareNodeValue(
  node: fx.Node,
  value: unknown,
  quantized: fx.GraphModule,
  recorded: Case
): Difference {
  return firstOf(
    flattenValue(value, `quantized/${node.name}`).map(([key, tensor]) => () => {
      const [integers, floats] = [recorded.tensors.get(`${key}#int`), recorded.tensors.get(key)];
      const what = `node ${node.name}`;
      if (integers) {
        return firstOf([
          () => compareIntegers(what, tensor.intRepr(), integers, allowedShare(node, quantized, recorded)),
          () => compareQParams(what, tensor, recorded.tensors.get(`${key}#qparams`))
        ]);
      }
      return floats && compareClose(what, tensor, floats, { absolute: 1e-5, relative: 1e-5 });
    })
  );
}

function compareQParams(what: string, tensor: Tensor, qparams: Tensor | undefined): Difference {
  const [scale, zeroPoint] = (qparams?.data() ?? []) as unknown as [number?, number?];
  const { scales = [], zeroPoints = [] } = tensor.quantizer ?? {};
  return scale === undefined ||
    (Math.abs((scales[0] ?? NaN) - scale) <= 1e-6 * scale && zeroPoints[0] === zeroPoint)
    ? undefined
    : `${what} has scale ${scales[0]} and zero point ${zeroPoints[0]}, expected ${scale} and ${zeroPoint}`;
}

/** Share of integers that may be off by one. */
function allowedShare(node: fx.Node, quantized: fx.GraphModule, recorded: Case): number {
  const isExact = recorded.backend === 'fbgemm' && !VECTOR_DEPENDENT.test(operatorOf(node, quantized));
  return isExact ? 0 : 0.005;
}

const VECTOR_DEPENDENT = /hardswish|elu$|mean|adaptiveavgpool|adaptive_avg_pool|^add/i;

function operatorOf(node: fx.Node, model: fx.GraphModule): string {
  if (node.op === 'call_module') {
    return model.getSubmodule(node.target as string).constructor.name;
  }
  const name = typeof node.target === 'string' ? node.target : node.target.target;
  return name.slice(name.lastIndexOf('.') + 1);
}

/** What was recorded of weights and output qparams, in place of our own. */
function installRecorded(quantized: fx.GraphModule, recorded: Case): void {
  for (const [path, { scale, zero_point: zeroPoint }] of Object.entries(recorded.quantized.modules)) {
    const module = quantized.getSubmodule(path);
    const weight = readQuantized(recorded.tensors, `quantized_weight/${path}`);
    const bias = recorded.tensors.get(`quantized_bias/${path}`) ?? null;
    const packed: unknown = Reflect.get(module, 'packedParams');
    if (weight && packed instanceof LinearPackedParams) {
      Reflect.set(module, 'packedParams', new LinearPackedParams(weight, bias));
    } else if (weight && packed instanceof ConvPackedParams) {
      Reflect.set(module, 'packedParams', new ConvPackedParams(weight, bias, packed.options));
    }
    if (module instanceof nn.quantized.QuantizedModule && scale !== undefined && zeroPoint !== undefined) {
      module.registerBuffer('scale', fromData([scale], []));
      module.registerBuffer('zero_point', fromData([zeroPoint], [], 'int64'));
    }
  }
}
