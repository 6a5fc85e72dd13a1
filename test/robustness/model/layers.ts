// Weighted layers, norms and pools for every number of dimensions, as modules and as functions with parameters.

import { F, nn, torch, type Tensor } from '../../../src';
import type { Builder, V } from './builder';
import { pick, type Gene } from './genes';
import { choices, list, modules, rank, size, type Row } from './rows';

type Dims = 1 | 2 | 3;
const CONV = { 1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d } as const;
const TRANSPOSED = { 1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d } as const;
const BATCH_NORM = { 1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d } as const;
const INSTANCE_NORM = { 1: nn.InstanceNorm1d, 2: nn.InstanceNorm2d, 3: nn.InstanceNorm3d } as const;
const FUNCTIONS = { 1: F.conv1d, 2: F.conv2d, 3: F.conv3d } as const;
const DIMS: readonly Dims[] = [1, 2, 3];

const space = (x: Tensor) => Math.min(...x.shape.slice(2));
const image = (dims: Dims) => rank(dims + 2);
const python = (options: Readonly<Record<string, unknown>>) =>
  Object.entries(options)
    .map(
      ([key, v]) =>
        `, ${key}=${v === true ? 'True' : v === false ? 'False' : typeof v === 'string' ? `'${v}'` : String(v)}`
    )
    .join('');

/** A convolution that fits the value, made in both languages. */
function convolution(
  x: Tensor,
  dims: Dims,
  { a, b: n }: Gene
): readonly [string, () => nn.TensorModule, number] {
  const inputs = size(x, 1);
  const kernel = pick([1, 2, 3], a);
  const padding = kernel > space(x) ? 1 : n % 2;
  const groups = a % 5 === 4 ? inputs : 1;
  const outputs = groups > 1 ? inputs : pick([1, 2, 3, 4], n >> 1);
  const options = {
    stride: pick([1, 1, 2], n >> 3),
    padding,
    dilation: kernel > 1 && space(x) + 2 * padding > 2 * (kernel - 1) && a % 7 === 6 ? 2 : 1,
    groups,
    bias: a % 3 !== 2
  };
  const reflects = padding > 0 && space(x) > 1 && n % 16 === 7;
  const text = `nn.Conv${dims}d(${inputs}, ${outputs}, ${kernel}${python(options)}${reflects ? ", padding_mode='reflect'" : ''})`;
  const all = { ...options, ...(reflects ? { paddingMode: 'reflect' as const } : {}) };
  return [text, () => new CONV[dims](inputs, outputs, kernel, all), outputs];
}

const conv = (dims: Dims): Row => ({
  name: `nn.Conv${dims}d`,
  fits: image(dims),
  build: (b, x, gene) => {
    const [text, make] = convolution(b.tensor(x), dims, gene);
    return b.call(make(), text, [x], gene.b);
  }
});

/** Convolution, then batch norm, relu, or both: what fusion is for. */
const convChain = (dims: Dims): Row => ({
  name: `conv${dims}d, bn, relu`,
  fits: image(dims),
  build: (b, x, gene) => {
    const [text, make, channels] = convolution(b.tensor(x), dims, gene);
    let y = b.call(make(), text, [x], gene.a);
    if (gene.kind % 3 !== 1) {
      y = b.call(new BATCH_NORM[dims](channels), `nn.BatchNorm${dims}d(${channels})`, [y], gene.b);
    }
    return gene.kind % 3 === 2 ? y : relu(b, y, gene);
  }
});

function relu(b: Builder, x: V, { b: n }: Gene): V {
  return n % 2 === 0
    ? b.call(new nn.ReLU(), 'nn.ReLU()', [x])
    : b.step([x], 'F.relu({0})', ((t: Tensor) => F.relu(t)) as never);
}

const transposed = (dims: Dims): Row => ({
  name: `nn.ConvTranspose${dims}d`,
  fits: image(dims),
  build: (b, x, { a, b: n }) => {
    const inputs = size(b.tensor(x), 1);
    const outputs = pick([1, 2, 3], n);
    const options = { stride: pick([1, 2], a >> 2), padding: 0, bias: a % 3 !== 2 };
    const kernel = pick([1, 2, 3], a);
    const text = `nn.ConvTranspose${dims}d(${inputs}, ${outputs}, ${kernel}${python(options)})`;
    const y = b.call(new TRANSPOSED[dims](inputs, outputs, kernel, options), text, [x], n);
    return a % 4 === 3 ? b.call(new BATCH_NORM[dims](outputs), `nn.BatchNorm${dims}d(${outputs})`, [y]) : y;
  }
});

/** `F.conv2d` with parameters of the model. */
const functionalConv = (dims: Dims): Row => ({
  name: `F.conv${dims}d`,
  fits: image(dims),
  build: (b, x, gene) => {
    const { a, b: n } = gene;
    const t = b.tensor(x);
    const kernel = pick([1, 2], a);
    const shape = [pick([1, 2, 3], n), size(t, 1), ...new Array<number>(dims).fill(kernel)];
    const weight = b.field(shape, 'parameter');
    const bias = n % 3 === 2 ? null : b.field([shape[0] as number], 'parameter');
    const padding = kernel > space(t) ? 1 : (a >> 2) % 2;
    const form = (n >> 2) % 3;
    const biasText = bias === null ? 'None' : `self.${bias}`;
    const arguments_ = [
      `{0}, self.${weight}, ${biasText}, 1, ${padding}`,
      `{0}, self.${weight}, bias=${biasText}, padding=${padding}`,
      `{0}, self.${weight}, ${biasText}, padding=${padding}`
    ][form] as string;
    const y = b.withSelf([x], `F.conv${dims}d(${arguments_})`, ((self: object, value: Tensor) => {
      const w = Reflect.get(self, weight) as Tensor;
      const c = bias === null ? null : (Reflect.get(self, bias) as Tensor);
      const call = FUNCTIONS[dims] as unknown as (...args: unknown[]) => Tensor;
      return [
        () => call(value, w, c, 1, padding),
        () => call(value, w, { bias: c, padding }),
        () => call(value, w, c, { padding })
      ][form]?.();
    }) as never);
    return a % 2 === 0 ? y : relu(b, y, gene);
  }
});

const linear: Row = {
  name: 'nn.Linear',
  fits: x => x.ndim >= 2,
  build: (b, x, gene) => {
    const { a, b: n } = gene;
    const [inputs, outputs] = [size(b.tensor(x), -1), pick([1, 2, 3, 4, 8], n)];
    const bias = a % 4 !== 3;
    const y = b.call(
      new nn.Linear(inputs, outputs, { bias }),
      `nn.Linear(${inputs}, ${outputs}${python({ bias })})`,
      [x],
      n
    );
    if (a % 3 === 0) {
      return y;
    }
    return a % 3 === 1
      ? relu(b, y, gene)
      : b.tensor(y).ndim === 2
        ? b.call(new nn.BatchNorm1d(outputs), `nn.BatchNorm1d(${outputs})`, [y])
        : y;
  }
};

const functionalLinear: Row = {
  name: 'F.linear',
  fits: x => x.ndim >= 2,
  build: (b, x, gene) => {
    const { a, b: n } = gene;
    const outputs = pick([1, 2, 4], n);
    const weight = b.field([outputs, size(b.tensor(x), -1)], 'parameter');
    const bias = a % 3 === 2 ? null : b.field([outputs], 'parameter');
    const keyword = (a >> 2) % 2 === 1;
    const biasText =
      bias === null ? (keyword ? ', bias=None' : '') : `, ${keyword ? 'bias=' : ''}self.${bias}`;
    const y = b.withSelf([x], `F.linear({0}, self.${weight}${biasText})`, ((self: object, value: Tensor) => {
      const w = Reflect.get(self, weight) as Tensor;
      const c = bias === null ? null : (Reflect.get(self, bias) as Tensor);
      return keyword ? F.linear(value, w, { bias: c }) : c ? F.linear(value, w, c) : F.linear(value, w);
    }) as never);
    return n % 2 === 0 ? y : relu(b, y, gene);
  }
};

const matmul: Row = {
  name: 'matmul',
  fits: rank(2, 3, 4),
  build: (b, x, { a }) => {
    const other = b.step([x], '{0}.transpose(-1, -2)', ((t: Tensor) => t.transpose(-1, -2)) as never);
    return a % 2 === 0
      ? b.step([x, other], 'torch.matmul({0}, {1})', ((p: Tensor, q: Tensor) => torch.matmul(p, q)) as never)
      : b.step([x, other], '{0} @ {1}', ((p: Tensor, q: Tensor) => p.matmul(q)) as never);
  }
};

const norms: readonly Row[] = [
  ...DIMS.flatMap(dims => [
    modules(`BatchNorm${dims}d`, dims === 1 ? rank(2, 3) : image(dims), x => [
      [`nn.BatchNorm${dims}d(${size(x, 1)})`, () => new BATCH_NORM[dims](size(x, 1))]
    ]),
    modules(
      `InstanceNorm${dims}d`,
      x => image(dims)(x) && x.shape.slice(2).some(n => n > 1),
      x => [
        [`nn.InstanceNorm${dims}d(${size(x, 1)})`, () => new INSTANCE_NORM[dims](size(x, 1))],
        [
          `nn.InstanceNorm${dims}d(${size(x, 1)}, affine=True)`,
          () => new INSTANCE_NORM[dims](size(x, 1), { affine: true })
        ]
      ]
    )
  ]),
  modules(
    'LayerNorm',
    x => x.ndim >= 2 && size(x, -1) > 1,
    x => [
      [`nn.LayerNorm(${size(x, -1)})`, () => new nn.LayerNorm(size(x, -1))],
      [`nn.LayerNorm(${list(x.shape.slice(1))})`, () => new nn.LayerNorm(x.shape.slice(1))]
    ]
  ),
  modules(
    'GroupNorm',
    x => x.ndim >= 3 && x.numel() > 2,
    x => [[`nn.GroupNorm(1, ${size(x, 1)})`, () => new nn.GroupNorm(1, size(x, 1))]]
  ),
  choices(
    'F.layer_norm',
    x => x.ndim >= 2 && size(x, -1) > 1,
    x => [[`F.layer_norm({0}, [${size(x, -1)}])`, t => F.layerNorm(t, [size(x, -1)])]]
  )
];

const pools: readonly Row[] = [
  ...DIMS.map(dims => poolModules(dims)),
  choices(
    'pool 1',
    x => image(1)(x) && space(x) >= 2,
    () => [
      ['F.max_pool1d({0}, 2)', x => F.maxPool1d(x, 2)],
      ['F.avg_pool1d({0}, 2)', x => F.avgPool1d(x, 2)],
      ['F.adaptive_avg_pool1d({0}, 1)', x => F.adaptiveAvgPool1d(x, 1)]
    ]
  ),
  choices(
    'pool 2',
    x => image(2)(x) && space(x) >= 2,
    () => [
      ['F.max_pool2d({0}, 2)', x => F.maxPool2d(x, 2)],
      ['F.max_pool2d({0}, 2, stride=1)', x => F.maxPool2d(x, 2, { stride: 1 })],
      ['F.avg_pool2d({0}, 2)', x => F.avgPool2d(x, 2)],
      ['F.adaptive_avg_pool2d({0}, (1, 1))', x => F.adaptiveAvgPool2d(x, [1, 1])]
    ]
  ),
  choices('interpolate', image(2), () => [
    [
      "F.interpolate({0}, scale_factor=2, mode='nearest')",
      x => F.interpolate(x, { scaleFactor: 2, mode: 'nearest' })
    ],
    [
      "F.interpolate({0}, size=[3, 3], mode='bilinear', align_corners=False)",
      x => F.interpolate(x, { size: [3, 3], mode: 'bilinear', alignCorners: false })
    ]
  ]),
  modules(
    'PixelShuffle',
    x => x.ndim === 4 && size(x, 1) % 4 === 0,
    () => [['nn.PixelShuffle(2)', () => new nn.PixelShuffle(2)]]
  ),
  modules(
    'PixelUnshuffle',
    x => x.ndim === 4 && size(x, 2) % 2 === 0 && size(x, 3) % 2 === 0,
    () => [['nn.PixelUnshuffle(2)', () => new nn.PixelUnshuffle(2)]]
  )
];

function poolModules(dims: Dims): Row {
  const MAX = { 1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d } as const;
  const AVERAGE = { 1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d } as const;
  const ADAPTIVE = { 1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d, 3: nn.AdaptiveAvgPool3d } as const;
  return modules(
    `pool ${dims}`,
    x => image(dims)(x) && space(x) >= 2,
    () => [
      [`nn.MaxPool${dims}d(2)`, () => new MAX[dims](2)],
      [`nn.AvgPool${dims}d(2)`, () => new AVERAGE[dims](2)],
      [`nn.AdaptiveAvgPool${dims}d(1)`, () => new ADAPTIVE[dims](1 as never)],
      [`nn.AdaptiveAvgPool${dims}d(2)`, () => new ADAPTIVE[dims](2 as never)],
      [`nn.MaxPool${dims}d(2, stride=1)`, () => new MAX[dims](2, { stride: 1 })],
      [`nn.MaxPool${dims}d(2, ceil_mode=True)`, () => new MAX[dims](2, { ceilMode: true })]
    ]
  );
}

export const layerRows: readonly Row[] = [
  linear,
  functionalLinear,
  ...DIMS.flatMap(dims => [conv(dims), convChain(dims), functionalConv(dims), transposed(dims)]),
  matmul,
  ...norms,
  ...pools
];
