// Random settings for a random model: qconfigs of every kind, mappings whose rows name what the model has, marks, and
// backend configs that know less than PyTorch's.

import fc from 'fast-check';
import type { fx, nn } from '../../src';
import {
  BackendConfig,
  defaultDynamicQConfig,
  defaultPerChannelQConfig,
  defaultQConfig,
  defaultSymmetricQnnpackQConfig,
  float16DynamicQConfig,
  float16StaticQConfig,
  floatQParamsWeightOnlyQConfig,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  getNativeBackendConfig,
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  PerChannelMinMaxObserver,
  perChannelDynamicQConfig,
  PlaceholderObserver,
  PrepareCustomConfig,
  QConfig,
  QConfigMapping,
  type MaybeQConfig,
  type ObjectType
} from '../../src';
import { pick } from './model';

export interface SettingsPlan {
  readonly global: number;
  readonly rows: readonly { readonly style: number; readonly key: number; readonly qconfig: number }[];
  readonly engine: number;
  readonly backend: number;
  readonly marks: readonly number[];
  readonly borders: number;
}

const small = fc.nat({ max: 255 });
export const settingsPlan: fc.Arbitrary<SettingsPlan> = fc.record({
  global: small,
  rows: fc.array(fc.record({ style: small, key: small, qconfig: small }), { maxLength: 4 }),
  engine: small,
  backend: small,
  marks: fc.array(small, { maxLength: 2 }),
  borders: small
});

const symmetric = { dtype: 'qint8', qscheme: 'per_tensor_symmetric' } as const;
const channels = { dtype: 'qint8', qscheme: 'per_channel_symmetric' } as const;
const perTensorWeight = MinMaxObserver.withArgs(symmetric);

/** Static qconfigs, all of which the integer kernels take. */
export const staticQConfigs: readonly QConfig[] = [
  defaultQConfig,
  getDefaultQConfig('fbgemm'),
  getDefaultQConfig('qnnpack'),
  getDefaultQConfig('onednn'),
  defaultPerChannelQConfig,
  new QConfig(MinMaxObserver.withArgs({ dtype: 'quint8' }), PerChannelMinMaxObserver.withArgs(channels)),
  new QConfig(MovingAverageMinMaxObserver.withArgs({ averagingConstant: 0.3 }), perTensorWeight),
  new QConfig(MinMaxObserver.withArgs({ qscheme: 'per_tensor_symmetric' }), perTensorWeight),
  new QConfig(
    HistogramObserver.withArgs({ reduceRange: true }),
    MovingAverageMinMaxObserver.withArgs(symmetric)
  ),
  new QConfig(
    MovingAverageMinMaxObserver.withArgs({ reduceRange: true }),
    MovingAveragePerChannelMinMaxObserver.withArgs(channels)
  )
];

/** Others: dynamic, halves, weights only, and what no backend has a kernel for. */
export const otherQConfigs: readonly MaybeQConfig[] = [
  null,
  defaultDynamicQConfig,
  perChannelDynamicQConfig,
  float16DynamicQConfig,
  float16StaticQConfig,
  floatQParamsWeightOnlyQConfig,
  defaultSymmetricQnnpackQConfig,
  new QConfig(MinMaxObserver.withArgs({ dtype: 'qint8' }), perTensorWeight),
  new QConfig(MinMaxObserver, MinMaxObserver.withArgs({ dtype: 'quint8' })),
  new QConfig(PlaceholderObserver, perTensorWeight),
  new QConfig(HistogramObserver, PlaceholderObserver)
];

const anyQConfig = (n: number): MaybeQConfig =>
  n % 3 === 0 ? pick(otherQConfigs, n >> 1) : pick(staticQConfigs, n >> 1);

const BACKENDS = ['fbgemm', 'qnnpack', 'x86', 'onednn'] as const;

export const engineOf = (plan: SettingsPlan) => pick(BACKENDS, plan.engine);

/** Rows name classes, functions, methods and paths that `traced` has. */
export function mappingFor(traced: fx.GraphModule, plan: SettingsPlan): QConfigMapping {
  const base =
    plan.global % 3 === 0
      ? getDefaultQConfigMapping(pick(BACKENDS, plan.global >> 2))
      : new QConfigMapping().setGlobal(anyQConfig(plan.global >> 1));
  const nodes = [...traced.graph.nodes].filter(node => node.op.startsWith('call_'));
  for (const { style, key, qconfig } of plan.rows) {
    if (nodes.length > 0) {
      addRow(base, traced, pick(nodes, key), style, anyQConfig(qconfig));
    }
  }
  return base;
}

function addRow(
  mapping: QConfigMapping,
  traced: fx.GraphModule,
  node: fx.Node,
  style: number,
  qconfig: MaybeQConfig
): void {
  const path = node.op === 'call_module' ? (node.target as string) : '';
  const type: ObjectType =
    node.op === 'call_module' ? (traced.getSubmodule(path).constructor as never) : node.target;
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')));
  switch (style % 5) {
    case 0:
      mapping.setObjectType(type, qconfig);
      break;
    case 1:
      mapping.setModuleName(path === '' ? 'nowhere' : path, qconfig);
      break;
    case 2:
      mapping.setModuleNameRegex(path === '' ? '.*1' : `${path.slice(0, 2)}.*`, qconfig);
      break;
    case 3:
      mapping.setModuleNameObjectTypeOrder(parent, type, style % 2, qconfig);
      break;
    default:
      mapping.setModuleName(parent === '' ? path : parent, qconfig);
  }
}

/** Marks on the blocks of a model, quantized inputs and outputs. */
export function customConfigFor(
  model: nn.Module,
  plan: SettingsPlan,
  inputs: readonly unknown[]
): PrepareCustomConfig {
  const config = new PrepareCustomConfig();
  const blocks = [...model.namedModules()].filter(([, m]) => m.constructor.name.startsWith('Block'));
  for (const mark of plan.marks) {
    if (blocks.length === 0) {
      break;
    }
    const [path, module] = pick(blocks, mark >> 3);
    const cls = module.constructor as never;
    const marks = [
      () => config.setNonTraceableModuleNames([path]),
      () => config.setNonTraceableModuleClasses([cls]),
      () => config.setStandaloneModuleName(path, null, []),
      () => config.setStandaloneModuleClass(cls, null, []),
      () => config.setLeafModuleNames([path])
    ];
    pick(marks, mark)();
  }
  const borders = plan.borders % 6;
  if (borders === 4 && inputs.length === 1 && [...model.namedModules()].length > 0) {
    config.setOutputQuantizedIndexes([0]);
  }
  return config;
}

/** PyTorch's, or the same with patterns left out or observed otherwise. */
export function backendFor(plan: SettingsPlan): BackendConfig | null {
  if (plan.backend % 4 !== 3) {
    return null;
  }
  const leftOut = 2 + (plan.backend >> 4);
  const configs = getNativeBackendConfig().configs.filter((_, i) => i % leftOut !== 1);
  return new BackendConfig('smaller').setBackendPatternConfigs(configs);
}
