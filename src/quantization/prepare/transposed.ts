// Transposed convolutions have one weight scale: the first dimension of their weight is the input channels, which an
// observer per channel would take for the output's. PyTorch: `_assert_valid_qconfig`, for modules only.

import type { GraphModule, Node } from '../../fx';
import { className } from '../../nn/module';
import type { PreparedMeta } from '../prepared';
import { QuantizationError } from '../report';
import { probe, unwrapped } from './probe';

/** @throws QuantizationError naming a transposed convolution whose weight would be observed per channel. */
export function requireTensorWeights(model: GraphModule, qconfigs: PreparedMeta['qconfigs']): void {
  for (const node of model.graph.nodes) {
    const explanation = qconfigs.get(node.name);
    const name = transposedName(model, node);
    const weight = explanation?.qconfig?.weight;
    if (name === undefined || !explanation || !weight || !observesChannels(probe(weight))) {
      continue;
    }
    const path = node.op === 'call_module' ? (node.target as string) : node.name;
    throw new QuantizationError(
      `prepareFx: '${path}' (${name}) gets a qconfig with per-channel weights (${explanation.from}), which no kernel of ` +
        'transposed convolutions has. Use getDefaultQConfigMapping(…), which knows, or ' +
        `setObjectType(${name}, …) with a per-tensor weight observer such as defaultWeightObserver.`,
      path
    );
  }
}

function transposedName(model: GraphModule, node: Node): string | undefined {
  const name =
    node.op === 'call_module'
      ? `nn.${className(model.getSubmodule(node.target as string))}`
      : typeof node.target === 'string'
        ? ''
        : `F.${node.target.target.slice(node.target.target.lastIndexOf('.') + 1)}`;
  return /^nn\.ConvTranspose\d|^F\.conv_transpose\d/.test(name)
    ? name.replace('conv_transpose', 'convTranspose')
    : undefined;
}

function observesChannels(observer: ReturnType<typeof probe>): boolean {
  const { qscheme } = unwrapped(observer) as { qscheme?: unknown };
  return typeof qscheme === 'string' && qscheme.startsWith('per_channel');
}
