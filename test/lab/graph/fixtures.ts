// Test helper: golden cases (test/golden) as graph documents with statistics, as the kernel would send them.
// Shapes come from the recorded outputs; what the golden files do not hold (measures) is made up, but fixed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ArgValue,
  DTypeName,
  Family,
  GraphDocument,
  GraphNode,
  NodeStats,
  Stage
} from '../../../src/protocol';
import type { NodeMeasures } from '../../../src/lab/graph/types';
import { lastPart, modulesOf, parameterBytes, type Golden, type GoldenNode } from './goldenModules';
import { tensors, values } from './safetensors';

const GOLDEN = join(__dirname, '../../golden');
const read = (name: string): Golden =>
  JSON.parse(readFileSync(join(GOLDEN, `${name}.json`), 'utf8')) as Golden;

const FAMILY: [RegExp, Family][] = [
  [/conv/i, 'conv'],
  [/linear|matmul/i, 'linear'],
  [/norm|bn/i, 'norm'],
  [/relu|softmax|sigmoid|tanh|gelu|hardswish/i, 'activation'],
  [/add|mul|sub|div|truediv|cat/i, 'arithmetic'],
  [/pool|flatten|view|permute|reshape|transpose|size|dropout|getitem|contiguous/i, 'pool']
];
const familyOf = (text: string): Family => FAMILY.find(([pattern]) => pattern.test(text))?.[1] ?? 'opaque';

const isObserver = (node: GoldenNode): boolean => node.name.startsWith('activation_post_process');
const inputsOf = (args: ArgValue | undefined): string[] => {
  if (args === null || typeof args !== 'object') return [];
  if (Array.isArray(args)) return args.flatMap(inputsOf);
  if ('node' in args) return [args.node];
  if ('tuple' in args) return inputsOf(args.tuple);
  if ('slice' in args) return inputsOf(args.slice);
  if ('dict' in args) return Object.values(args.dict).flatMap(inputsOf);
  return [];
};

/** Float node of every later node: by the name of its module, or the operator that it became. */
export function goldenDocument(name: string, stage: Stage): GraphDocument {
  const golden = read(name);
  const floats = golden.float.nodes;
  const prepared = golden.prepared.nodes;
  const boxes = new Set(golden.modules.map(module => module.path));
  const leafTypes = new Map(golden.modules.map(module => [module.path, lastPart(module.type)]));
  const scopeOf = scopes(floats, boxes);
  const fusedInto = fusion(floats, prepared);
  const shapes = shapesOf(name);
  const isConverted = stage === 'converted';
  const isFloat = stage === 'float';
  const source = isConverted ? golden.quantized.nodes : isFloat ? floats : prepared;
  const lowered = new Map<string, string>();
  if (isConverted) matchLowered(source, prepared, lowered);

  const idOf = new Map<string, string>();
  const names = new Map<string, GoldenNode>();
  for (const node of source) names.set(node.name, node);
  for (const node of source) {
    if (isObserver(node)) continue;
    const base = lowered.get(node.name) ?? node.name;
    idOf.set(node.name, isFloat ? node.name : (fusedInto.last.get(base) ?? base));
  }
  for (const node of source) {
    if (isObserver(node)) idOf.set(node.name, `obs:${idOf.get(inputsOf(node.args)[0] ?? '') ?? ''}`);
  }
  const useless = stage === 'fused';
  const nodes: GraphNode[] = [];
  for (const node of source) {
    if (useless && isObserver(node)) continue;
    const id = idOf.get(node.name) ?? node.name;
    const through = (input: string): string => {
      const from = names.get(input);
      return useless && from && isObserver(from) ? (inputsOf(from.args)[0] ?? input) : input;
    };
    const inputs = [
      ...new Set(inputsOf([...node.args, { dict: node.kwargs }]).map(i => idOf.get(through(i)) ?? i))
    ];
    const base = lowered.get(node.name) ?? node.name;
    const first = fusedInto.members.get(base)?.[0] ?? base;
    const covers = isFloat ? [node.name] : (fusedInto.members.get(base) ?? [base]);
    const allCovers =
      isConverted && lowered.has(node.name) ? loweredCovers(node.name, base, floats, covers) : covers;
    const type = node.module_type ? lastPart(node.module_type) : lastPart(node.target);
    const role: GraphNode['role'] = isObserver(node)
      ? 'observer'
      : node.op === 'placeholder'
        ? 'input'
        : node.op === 'output'
          ? 'output'
          : node.op === 'get_attr'
            ? 'attribute'
            : /^quantize_per/.test(node.name)
              ? 'quantize'
              : /^dequantize/.test(node.name)
                ? 'dequantize'
                : 'op';
    const head = fusedInto.into.get(base) ?? base;
    const shape =
      shapes.get(first) ?? shapes.get(head) ?? shapes.get(addName(head, floats)) ?? shapes.get(id);
    const isInt8 = isConverted && role !== 'dequantize' && role !== 'input' && role !== 'output';
    const dtype: DTypeName = isInt8 ? 'quint8' : 'float32';
    const dock = isFloat ? (fusedInto.docks.get(node.name) ?? addRelu(node, floats)) : addRelu(node, source);
    nodes.push({
      id,
      name: node.name,
      op: node.op,
      target: node.target,
      role,
      family: role === 'input' || role === 'output' ? 'io' : familyOf(`${type} ${node.target}`),
      label:
        node.op === 'call_module'
          ? lastPart(node.target)
          : isConverted
            ? lastPart(node.target)
            : node.name.replace(/_\d+$/, ''),
      type: node.op === 'call_module' ? type : node.op === 'call_function' && isConverted ? 'quantized' : '',
      scope: scopeOf.get(first) ?? '',
      args: [],
      kwargs: {},
      inputs,
      ...(role === 'observer' ? observed(inputs[0] ?? '') : {}),
      value: { kind: /^size/.test(node.name) ? 'size' : 'tensor', dtype, ...(shape ? { shape } : {}) },
      quantized: role === 'op',
      covers: allCovers,
      ...(dock === undefined || isConverted ? {} : { docksTo: idOf.get(dock) ?? dock }),
      ...(node.op === 'call_module' ? { parameterBytes: parameterBytes(golden, node.target) } : {})
    });
  }
  return {
    version: 1,
    modelName: 'net',
    className: name,
    stage,
    nodes,
    modules: modulesOf(golden, leafTypes, scopeOf)
  };
}

const observed = (id: string): Pick<GraphNode, 'observes' | 'observer'> => ({
  observes: id,
  observer: {
    type: 'HistogramObserver',
    dtype: 'quint8',
    qscheme: 'per_tensor_affine',
    quantMin: 0,
    quantMax: 127,
    reduceRange: true,
    isDynamic: false
  }
});

/** Module of a float node: of a module call its parent, of a function the scope of what runs before it. */
function scopes(floats: GoldenNode[], boxes: Set<string>): Map<string, string> {
  const found = new Map<string, string>();
  const parent = (target: string): string => target.slice(0, Math.max(0, target.lastIndexOf('.')));
  let current = '';
  floats.forEach((node, i) => {
    const reader = floats[i + 1];
    if (node.op === 'call_module') current = parent(node.target);
    else if (node.op === 'output' || node.op === 'placeholder') current = '';
    else if (reader?.op === 'call_module' && inputsOf(reader.args).includes(node.name))
      current = parent(reader.target);
    if (!boxes.has(current)) current = '';
    found.set(node.name, current);
  });
  return found;
}

/** Which float nodes a prepared module call stands for: those between it and the next prepared node. */
function fusion(
  floats: GoldenNode[],
  prepared: GoldenNode[]
): {
  members: Map<string, string[]>;
  last: Map<string, string>;
  docks: Map<string, string>;
  into: Map<string, string>;
} {
  const kept = new Set(prepared.map(node => node.name));
  const members = new Map<string, string[]>();
  const last = new Map<string, string>();
  const docks = new Map<string, string>();
  const into = new Map<string, string>();
  for (const node of floats) {
    if (kept.has(node.name)) {
      into.set(node.name, node.name);
      members.set(node.name, [node.name]);
      continue;
    }
    const input = inputsOf(node.args)[0] ?? '';
    const head = into.get(input);
    if (head === undefined) continue;
    into.set(node.name, head);
    docks.set(members.get(head)?.at(-1) ?? head, node.name);
    members.get(head)?.push(node.name);
  }
  for (const [head, all] of members) last.set(head, all.at(-1) ?? head);
  return { members, last, docks, into };
}

const addRelu = (node: GoldenNode, nodes: GoldenNode[]): string | undefined => {
  if (!/^add(_\d+)?$/.test(node.name)) return undefined;
  const next = nodes[nodes.indexOf(node) + 1];
  return next && /relu/.test(next.name) && inputsOf(next.args)[0] === node.name ? next.name : undefined;
};

/** `add_relu_2` ← the relu after `add_2`; other lowered functions keep their order among functions. */
function matchLowered(quantized: GoldenNode[], prepared: GoldenNode[], lowered: Map<string, string>): void {
  for (const node of quantized) {
    const fused = /^add_relu(_\d+)?$/.exec(node.name);
    if (!fused) continue;
    const add = prepared.find(p => p.name === `add${fused[1] ?? ''}`);
    const relu = add && prepared[prepared.indexOf(add) + 1];
    if (relu) lowered.set(node.name, relu.name);
  }
}

/** The lowered name of a relu after an add, which carries the recorded output. */
const addName = (relu: string, floats: GoldenNode[]): string => {
  const node = floats.find(n => n.name === relu);
  const input = node && inputsOf(node.args)[0];
  const match = /^add(_\d+)?$/.exec(/^add/.test(relu) ? relu : (input ?? ''));
  return match ? `add_relu${match[1] ?? ''}` : relu;
};

const loweredCovers = (_name: string, base: string, floats: GoldenNode[], covers: string[]): string[] => {
  const relu = floats.find(node => node.name === base);
  const add = relu && inputsOf(relu.args)[0];
  return add === undefined ? covers : [add, base];
};

function shapesOf(name: string): Map<string, number[]> {
  const { header } = tensors(name);
  const found = new Map<string, number[]>();
  for (const [key, entry] of Object.entries(header)) {
    const node = /^quantized\/([^#]+)(#int)?$/.exec(key)?.[1];
    if (node !== undefined && entry.shape) found.set(node, entry.shape);
    if (key === 'input/0') found.set('x', entry.shape);
  }
  return found;
}

export function goldenStats(name: string): Map<string, NodeStats> {
  const golden = read(name);
  const all = tensors(name);
  const { last } = fusion(golden.float.nodes, golden.prepared.nodes);
  const stats = new Map<string, NodeStats>();
  for (const node of golden.prepared.nodes) {
    if (!isObserver(node)) continue;
    const observed = inputsOf(node.args)[0] ?? '';
    const id = `obs:${last.get(observed) ?? observed}`;
    const path = `observer/${node.name}/`;
    const histogram = values(all, `${path}histogram`);
    const [min = 0] = values(all, `${path}min_val`);
    const [max = 1] = values(all, `${path}max_val`);
    const [scale = 1] = values(all, `${path}scale`);
    const [zeroPoint = 0] = values(all, `${path}zero_point`);
    const counts = Array.from({ length: 28 }, (_, i) =>
      histogram
        .slice(Math.floor((i * histogram.length) / 28), Math.floor(((i + 1) * histogram.length) / 28))
        .reduce((a, b) => a + b, 0)
    );
    const top = Math.log1p(Math.max(1, ...counts));
    const count = histogram.reduce((a, b) => a + b, 0);
    stats.set(id, {
      id,
      count,
      batches: 4,
      min,
      max,
      spark: counts.map(c => Math.log1p(c) / top),
      ...(min < -0.01 ? { zeroAt: -min / (max - min) } : {}),
      qparams: {
        dtype: 'quint8',
        qscheme: 'per_tensor_affine',
        scale,
        zeroPoint,
        quantMin: 0,
        quantMax: 127
      },
      clipped: 0.00002 * (1 + (node.name.length % 7)),
      sqnr: 33 + ((scale * 1000) % 9)
    });
  }
  return stats;
}

/** Made up, but fixed: no golden file holds errors per node. */
export function someMeasures(document: GraphDocument): Map<string, NodeMeasures> {
  const measures = new Map<string, NodeMeasures>();
  document.nodes.forEach((node, index) => {
    if (node.role !== 'op') return;
    const sqnrAlone = 41.2 - ((index * 37) % 140) / 10;
    measures.set(node.id, {
      sqnrAlone,
      sqnrAccumulated: sqnrAlone - 3,
      milliseconds: ((index * 13) % 29) / 10
    });
  });
  return measures;
}
