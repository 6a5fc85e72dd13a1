// The backend config of ExecuTorch with XNNPACK, for reference models that are lowered elsewhere.
// PyTorch: `get_executorch_backend_config`.

import * as nn from '../../nn';
import * as reference from '../../nn/reference';
import { BackendConfig } from './backendConfig';
import { D8, DYN16, DYN8, S8, SDYN8, SW8, W8, WO8 } from './dtypes';
import type { PatternItem } from './pattern';
import type { BackendPatternConfig } from './patternConfig';
import { binaryConfigs } from './patterns/binary';
import { convConfigs } from './patterns/conv';
import { cls, config, f, known, share } from './patterns/parts';
import { embeddingConfigs } from './patterns/weights';

const F = (names: string) => names.split(' ').map(name => `torch.nn.functional.${name}`);
const T = (names: string) => names.split(' ').map(name => `torch.${name}`);
const BINARY = ['operator.add', 'torch.add', 'operator.sub', 'torch.sub', 'operator.mul', 'torch.mul'];

function* linear(): Generator<BackendPatternConfig> {
  const dtypes = [SW8, W8, DYN8, SDYN8, DYN16];
  const weighted = (c: unknown) =>
    config(cls(c), dtypes).setRootModule(cls(nn.Linear)).setReferenceQuantizedModule(cls(reference.Linear));
  yield weighted(nn.Linear).setQatModule(cls(nn.qat.Linear));
  yield weighted(nn.qat.Linear);
  yield config(f('linear'), dtypes).setInputTypeToIndex({ weight: 1, bias: 2 });
}

function* shared(): Generator<BackendPatternConfig> {
  const pad = Reflect.get(nn, 'ConstantPad2d') as unknown;
  const ops: PatternItem[] = [
    cls(nn.Flatten),
    ...known(F('adaptive_avg_pool2d elu hardtanh max_pool2d pad relu relu6 leaky_relu leaky_relu_')),
    cls(nn.AdaptiveAvgPool2d),
    ...(pad ? [cls(pad)] : []),
    ...[nn.ELU, nn.MaxPool2d, nn.ReLU6, nn.Hardtanh, nn.LeakyReLU].map(cls),
    ...known(T('clamp flatten mean permute permute_copy squeeze')),
    ...'clamp mean permute reshape relu relu_ squeeze squeeze_ leaky_relu'.split(' ')
  ];
  for (const op of ops) {
    yield share(op, [S8, D8]);
  }
}

function embedding(): BackendPatternConfig[] {
  const rows = [...embeddingConfigs([WO8])];
  const lookup = config(f('embedding'), [WO8]).setInputTypeToIndex({ weight: 1 });
  // The function stands between the classes of Embedding and those of EmbeddingBag.
  return [...rows.slice(0, 2), lookup, ...rows.slice(2)];
}

/** PyTorch: `get_executorch_backend_config`. */
export function getExecutorchBackendConfig(): BackendConfig {
  return new BackendConfig('executorch')
    .setBackendPatternConfigs(linear())
    .setBackendPatternConfigs(convConfigs([SW8, W8], [2]))
    .setBackendPatternConfigs(binaryConfigs([S8, W8], BINARY))
    .setBackendPatternConfigs(shared())
    .setBackendPatternConfig(config(cls(nn.BatchNorm2d), [S8, D8]))
    .setBackendPatternConfigs(known(T('cat concat concatenate')).map(fn => share(fn, [S8, D8])))
    .setBackendPatternConfigs(embedding());
}
