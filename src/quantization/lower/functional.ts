// Linear and convolution called as functions: the quantized weight is packed, the function becomes the integer one
// in place, and packing, which depends on no input, is done once. Spec 8.4, 8.5, 8.9.

import { Interpreter, Node, type Argument, type GraphModule } from '../../fx';
import type { Module } from '../../nn/module';
import { functionOf } from '../convert/observers';
import type { TorchFunction } from '../../tensor/function';
import { coversOf } from './binary';
import {
  dequantizesIntegers,
  dropQuantize,
  isDequantize,
  isRelu,
  qparamNodes,
  quantizeNodes,
  type LoweringContext
} from './context';

interface Lowered {
  /** Name below `torch.ops.quantized`. */
  readonly name: string;
  readonly hasRelu: boolean;
}

/** Static integer versions by function. */
const STATIC: ReadonlyMap<string, Lowered> = new Map<string, Lowered>([
  ['torch.nn.functional.linear', { name: 'linear', hasRelu: true }],
  ...[1, 2, 3].flatMap((n): [string, Lowered][] => [
    [`torch.conv${n}d`, { name: `conv${n}d`, hasRelu: true }],
    [`torch.conv_transpose${n}d`, { name: `conv_transpose${n}d`, hasRelu: false }]
  ])
]);

const LINEAR = 'torch.nn.functional.linear';
const WEIGHT_QUANTIZERS: ReadonlySet<string> = new Set([
  'torch.quantize_per_tensor',
  'torch.quantize_per_channel'
]);

const targetOf = (node: Node): string => (typeof node.target === 'string' ? '' : node.target.target);

export function lowerStaticFunctionals(context: LoweringContext): void {
  for (const quantize of quantizeNodes(context)) {
    const value = quantize.args[0] as Node;
    const relu = isRelu(context, value, true) && value.users.size === 1 ? value : undefined;
    const node = relu ? relu.args[0] : value;
    if (
      !(node instanceof Node) ||
      node.op !== 'call_function' ||
      context.skips(node) ||
      (relu && node.users.size > 1)
    ) {
      continue;
    }
    const lowered = STATIC.get(targetOf(node));
    const args = lowered && argumentsByName(node);
    const [input, weight] = [args?.input, args?.weight];
    if (
      !lowered ||
      !args ||
      !dequantizesIntegers(input) ||
      !isDequantize(weight) ||
      (relu && !lowered.hasRelu)
    ) {
      continue;
    }
    const quantizedWeight = weight.args[0];
    if (!(quantizedWeight instanceof Node) || !WEIGHT_QUANTIZERS.has(targetOf(quantizedWeight))) {
      continue;
    }
    const [scale, zeroPoint] = qparamNodes(quantize);
    const packed = packWeight(context, scale, lowered.name, { ...args, weight: quantizedWeight });
    node.target = functionOf(`torch.ops.quantized.${lowered.name}${relu ? '_relu' : ''}`);
    node.setArguments([input.args[0] as Argument, packed, scale, zeroPoint], {});
    node.meta = { ...node.meta, covers: [...coversOf(node), ...(relu ? coversOf(relu) : [])] };
    zeroPoint.append(node);
    dropQuantize(context, quantize, node, true);
    if (relu) {
      context.model.graph.eraseNode(relu);
    }
  }
}

/** `(activation, weight)` dtypes a dynamic linear has a kernel for → suffix of its name. */
const DYNAMIC: ReadonlyMap<string, string> = new Map([
  ['quint8,qint8', 'dynamic'],
  ['float16,float16', 'dynamic_fp16']
]);

/** Later nodes first, so that a relu is met before the function it follows. */
export function lowerDynamicFunctionals(context: LoweringContext): void {
  for (const last of [...context.model.graph.nodes].reverse()) {
    if (last.erased) {
      continue;
    }
    const relu = isRelu(context, last, false) ? last : undefined;
    const node = relu ? relu.args[0] : last;
    if (!(node instanceof Node) || targetOf(node) !== LINEAR || (relu && node.users.size > 1)) {
      continue;
    }
    const args = argumentsByName(node);
    const found = dynamicInput(args.input);
    const weight = isDequantize(args.weight) ? (args.weight.args[0] as Node) : undefined;
    const suffix = found && weight && DYNAMIC.get(`${found.dtype},${String(weight.args.at(-1))}`);
    if (!found || !weight || suffix === undefined) {
      continue;
    }
    const half = suffix === 'dynamic_fp16';
    const packed = packWeight(context, node, half ? 'linear_fp16' : 'linear', { ...args, weight });
    node.target = functionOf(`torch.ops.quantized.linear${relu ? '_relu' : ''}_${suffix}`);
    node.setArguments(half ? [found.value, packed] : [found.value, packed, found.reduceRange], {});
    node.meta = { ...node.meta, covers: [...coversOf(node), ...(relu ? coversOf(relu) : [])] };
    if (relu) {
      relu.replaceAllUsesWith(node);
      context.model.graph.eraseNode(relu);
    }
  }
}

/** What was quantized dynamically on the way to a dequantize node. */
function dynamicInput(input: Argument | undefined) {
  const quantize = input !== undefined && isDequantize(input) ? input.args[0] : undefined;
  if (!(quantize instanceof Node) || targetOf(quantize) !== 'torch.quantize_per_tensor_dynamic') {
    return undefined;
  }
  const [value, dtype, reduceRange] = quantize.args;
  return { value: value as Argument, dtype: String(dtype), reduceRange: reduceRange as Argument };
}

type Named = Readonly<Record<string, Argument>>;

/** Positional and keyword arguments of a call by parameter name; what was not given is absent. */
function argumentsByName(node: Node): Named {
  const { parameters } = (node.target as TorchFunction).spec;
  const positional = node.args.map((arg, i) => [parameters[i]?.name ?? String(i), arg] as const);
  return { ...Object.fromEntries(positional), ...node.kwargs };
}

/** Packing parameters, in order, by the names the float functions have. */
const PACK_PARAMETERS = {
  linear: ['bias'],
  conv: ['bias', 'stride', 'padding', 'dilation', 'groups'],
  transposed: ['bias', 'stride', 'padding', 'output_padding', 'dilation', 'groups']
} as const;

/**
 * The node that packs weight, bias and geometry. PyTorch passes on what the caller wrote and fails for a convolution
 * without bias or with keywords; here every argument goes by name.
 */
function packWeight(context: LoweringContext, before: Node, name: string, args: Named): Node {
  const kind = name.startsWith('linear') ? 'linear' : name.includes('transpose') ? 'transposed' : 'conv';
  const prepack = functionOf(
    name === 'linear_fp16' ? 'torch.ops.quantized.linear_prepack_fp16' : `torch.ops.quantized.${name}_prepack`
  );
  const given = PACK_PARAMETERS[kind].filter(key => args[key] !== undefined);
  const rename = (key: string) => (kind === 'linear' && key === 'bias' ? 'B' : key);
  const kwargs = Object.fromEntries(given.map(key => [rename(key), args[key] as Argument]));
  return context.model.graph.insertingBefore(before, () =>
    context.model.graph.callFunction(prepack, [args.weight as Argument], kwargs)
  );
}

/** Packs weights that depend on no input now, and keeps them as attributes. */
export function foldPackedWeights(context: LoweringContext): void {
  const { model } = context;
  for (const node of [...model.graph.nodes]) {
    const isPrepack = /^torch\.ops\.quantized\.\w+_prepack(_fp16)?$/.test(targetOf(node));
    const chain = isPrepack ? producersOf(node) : undefined;
    if (!chain) {
      continue;
    }
    const reader = [...node.users][0];
    const scope = reader ? context.scopePath(reader) : '';
    const attribute = nextAttribute(model, `${scope.replaceAll('.', '_')}_packed_weight_`);
    Reflect.set(model, attribute, runChain(model, chain, node));
    const folded = model.graph.insertingBefore(node, () => model.graph.getAttr(attribute));
    node.replaceAllUsesWith(folded);
    for (const dead of chain.reverse()) {
      if (dead.users.size === 0) {
        model.graph.eraseNode(dead);
      }
    }
  }
}

/** All that a node is computed from, in order, itself last; undefined if an input of the graph is among it. */
export function producersOf(node: Node): Node[] | undefined {
  const found = new Set<Node>();
  const visit = (at: Node): boolean => {
    if (found.has(at)) {
      return true;
    }
    if (at.op === 'placeholder' || !at.allInputNodes.every(visit)) {
      return false;
    }
    found.add(at);
    return true;
  };
  return visit(node) ? [...found] : undefined;
}

/** Runs some nodes of a graph, none of which needs an input. */
class ChainInterpreter extends Interpreter {
  runAll(nodes: readonly Node[]): unknown {
    let value: unknown;
    for (const node of nodes) {
      value = this.runNode(node);
      this.env.set(node, value);
    }
    return value;
  }
}

export function runChain(model: GraphModule, chain: readonly Node[], last: Node): unknown {
  const upToLast = chain.slice(0, chain.indexOf(last) + 1);
  return new ChainInterpreter(model as unknown as Module & GraphModule, model.graph).runAll(upToLast);
}

function nextAttribute(model: GraphModule, prefix: string): string {
  let index = 0;
  while (Reflect.has(model, `${prefix}${index}`)) {
    index += 1;
  }
  return `${prefix}${index}`;
}
