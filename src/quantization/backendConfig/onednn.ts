// The backend config of oneDNN's kernels: native's dtypes but half precision and 4 bits, and fusions of its own:
// convolution with an addition, linear with leaky relu or tanh. PyTorch: `get_onednn_backend_config`.

import type { Argument, Node } from '../../fx';
import * as nn from '../../nn';
import * as reference from '../../nn/reference';
import { fuseConvAdd, fuseConvAddReLU, fuseLinearBnLeakyReLU, sequentialWrapper } from '../fusers';
import { BackendConfig } from './backendConfig';
import { D8, DYN8, LN8, W8, WOS8 } from './dtypes';
import { MatchAllNode, type ComplexPattern, type NodePattern, type PatternItem } from './pattern';
import { BackendPatternConfig } from './patternConfig';
import { binaryConfigs, matmulConfigs } from './patterns/binary';
import { convConfigs } from './patterns/conv';
import { linearConfigs } from './patterns/linear';
import * as ops from './patterns/ops';
import { cls, config, f, fn, t } from './patterns/parts';
import { embeddingConfigs, recurrentConfigs } from './patterns/weights';

const { intrinsic } = nn;
type Configs = Generator<BackendPatternConfig>;
type Side = 'left' | 'right';

/** `[add, conv, *]` or `[add, *, conv]`, conv with or without a batch norm after it. */
function additions(): { pattern: ComplexPattern; side: Side }[] {
  const convolutions: ComplexPattern[] = [[cls(nn.BatchNorm2d), cls(nn.Conv2d)], cls(nn.Conv2d)];
  return (['left', 'right'] as const).flatMap(side =>
    convolutions.flatMap(conv =>
      ['torch.add', 'operator.add'].map(add => ({
        side,
        pattern: side === 'left' ? [fn(add), conv, MatchAllNode] : [fn(add), MatchAllNode, conv]
      }))
    )
  );
}

type Parts = readonly NodePattern[];

/** The convolution under an addition, and what is added to it. */
function operandsOf(add: Parts, side: Side): { conv: Node; other: Argument } {
  const [, left, right] = add as readonly [Node, NodePattern, NodePattern];
  const [conv, other] = side === 'left' ? [left, right] : [right, left];
  const innermost = Array.isArray(conv) ? (conv as Parts).at(-1) : conv;
  return { conv: innermost as Node, other: other as Node };
}

function* convAddConfigs(): Configs {
  for (const { pattern, side } of additions()) {
    yield new BackendPatternConfig()
      .setPatternComplexFormat(pattern)
      .setDTypeConfigs([W8])
      .setFuserMethod(fuseConvAdd)
      .setRootNodeGetter(nodes => operandsOf(nodes as Parts, side).conv)
      .setExtraInputsGetter(nodes => [operandsOf(nodes as Parts, side).other])
      .setFusedModule(cls(intrinsic.ConvAdd2d));
  }
  yield weighted(intrinsic.ConvAdd2d);
  for (const { pattern, side } of additions()) {
    const addOf = (nodes: NodePattern) => (nodes as Parts)[1] as Parts;
    yield new BackendPatternConfig()
      .setPatternComplexFormat([cls(nn.ReLU), pattern])
      .setDTypeConfigs([W8])
      .setFuserMethod(fuseConvAddReLU)
      .setRootNodeGetter(nodes => operandsOf(addOf(nodes), side).conv)
      .setExtraInputsGetter(nodes => [operandsOf(addOf(nodes), side).other])
      .setFusedModule(cls(intrinsic.ConvAddReLU2d));
  }
  yield weighted(intrinsic.ConvAddReLU2d);
}

function weighted(fused: unknown): BackendPatternConfig {
  return config(cls(fused), [W8])
    .setRootModule(cls(nn.Conv2d))
    .setReferenceQuantizedModule(cls(reference.Conv2d));
}

function* linearWith(post: readonly PatternItem[], fused: unknown): Configs {
  const dtypes = [W8, DYN8];
  for (const op of post) {
    yield config([cls(nn.Linear), op], dtypes)
      .setFuserMethod(sequentialWrapper(fused as new (...modules: never[]) => object))
      .setFusedModule(cls(fused));
  }
  yield config(cls(fused), dtypes)
    .setRootModule(cls(nn.Linear))
    .setReferenceQuantizedModule(cls(reference.Linear));
  for (const op of post) {
    yield config([f('linear'), op], dtypes);
  }
}

function* linearActivationConfigs(): Configs {
  yield* linearWith([cls(nn.LeakyReLU), f('leaky_relu')], intrinsic.LinearLeakyReLU);
  yield config([cls(nn.Linear), cls(nn.BatchNorm1d), cls(nn.LeakyReLU)], [W8, DYN8])
    .setFuserMethod(fuseLinearBnLeakyReLU)
    .setFusedModule(cls(intrinsic.LinearLeakyReLU));
  yield* linearWith([cls(nn.Tanh), t('tanh')], intrinsic.LinearTanh);
}

/** For oneDNN, with its own fusions. PyTorch: `get_onednn_backend_config`. */
export function getOnednnBackendConfig(): BackendConfig {
  return new BackendConfig('onednn')
    .setBackendPatternConfigs(convConfigs([W8]))
    .setBackendPatternConfigs(convAddConfigs())
    .setBackendPatternConfigs(linearConfigs([W8, DYN8]))
    .setBackendPatternConfigs(linearActivationConfigs())
    .setBackendPatternConfigs(binaryConfigs([D8]))
    .setBackendPatternConfigs(matmulConfigs([D8]))
    .setBackendPatternConfigs(ops.catConfigs([D8]))
    .setBackendPatternConfigs(ops.defaultConfigs([D8]))
    .setBackendPatternConfigs(ops.fixedConfigs([D8]))
    .setBackendPatternConfigs(ops.shareConfigs([D8]))
    .setBackendPatternConfigs(ops.batchNormConfigs([D8]))
    .setBackendPatternConfigs(ops.layerNormConfigs([LN8]))
    .setBackendPatternConfigs(recurrentConfigs([DYN8]))
    .setBackendPatternConfigs(embeddingConfigs([WOS8]));
}
