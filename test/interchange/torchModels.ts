// The models of fixtures/record.py, by name, with the settings they were prepared with.

import {
  defaultDynamicQConfig,
  F,
  FakeQuantize,
  float16DynamicQConfig,
  floatQParamsWeightOnlyQConfig,
  getDefaultQatQConfigMapping,
  getDefaultQConfigMapping,
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  nn,
  PerChannelMinMaxObserver,
  QConfig,
  QConfigMapping,
  torch,
  type Tensor
} from '../../src';

class Block extends nn.Module {
  w = new nn.Parameter(torch.zeros([6, 6]));
  b = new nn.Parameter(torch.zeros([6]));
  k = new nn.Parameter(torch.zeros([2, 1, 3]));
  override forward(x: Tensor): Tensor {
    const y = F.linear(x, this.w, this.b);
    return F.conv1d(y.unsqueeze(1), this.k, null, [1], [1], [1], 1);
  }
}

class Layers extends nn.Module {
  conv = new nn.Conv2d(1, 4, 3, { bias: false });
  bn = new nn.BatchNorm2d(4);
  relu = new nn.ReLU();
  up = new nn.ConvTranspose2d(4, 2, 2, { stride: 2 });
  fc = new nn.Linear(32, 6, { bias: false });
  act = new nn.Sequential(
    new nn.LayerNorm([6]),
    new nn.Hardswish(),
    new nn.ELU(0.5),
    new nn.LeakyReLU(0.1),
    new nn.Dropout()
  );
  block = new Block();
  end = new nn.Sequential(new nn.Sigmoid(), new nn.Softmax({ dim: 1 }));
  override forward(x: Tensor): Tensor {
    const y = this.up(this.relu(this.bn(this.conv(x))));
    const z = torch.flatten(this.block(this.act(this.fc(torch.flatten(y, 1)))), 1);
    return this.end(z.add(z));
  }
}

class Norms extends nn.Module {
  conv = new nn.Conv2d(2, 2, 1);
  inorm = new nn.InstanceNorm2d(2, { affine: true });
  bn = new nn.BatchNorm2d(2);
  bnrelu = new nn.BatchNorm2d(2);
  relu = new nn.ReLU();
  gn = new nn.GroupNorm(1, 2);
  override forward(x: Tensor): Tensor {
    const y = this.bn(this.inorm(this.conv(x)).add(1));
    const z = this.relu(this.bnrelu(y.add(1)));
    return torch.cat([y, this.gn(z), x]);
  }
}

class Recurrent extends nn.Module {
  gru = new nn.GRU(4, 3, { numLayers: 2 });
  cell = new nn.LSTMCell(3, 3);
  fc = new nn.Linear(3, 2);
  override forward(x: Tensor): Tensor {
    const [y] = this.gru(x);
    const [h] = this.cell(y.at(0));
    return this.fc(h);
  }
}

class Embeddings extends nn.Module<[Tensor, Tensor], readonly [Tensor, Tensor]> {
  word = new nn.Embedding(8, 4);
  bag = new nn.EmbeddingBag(8, 6, { mode: 'sum', includeLastOffset: true });
  override forward(x: Tensor, offsets: Tensor): readonly [Tensor, Tensor] {
    return [this.word(x), this.bag(x, offsets)];
  }
}

class Trained extends nn.Module {
  conv = new nn.Conv2d(1, 2, 3, { bias: false });
  bn = new nn.BatchNorm2d(2);
  relu = new nn.ReLU();
  fc = new nn.Linear(8, 3);
  override forward(x: Tensor): Tensor {
    return this.fc(torch.flatten(this.relu(this.bn(this.conv(x))), 1));
  }
}

const channelWeight = PerChannelMinMaxObserver.withArgs({ dtype: 'qint8', qscheme: 'per_channel_symmetric' });
const tensorWeight = MinMaxObserver.withArgs({ dtype: 'qint8', qscheme: 'per_tensor_symmetric' });
const activation = MinMaxObserver.withArgs({ reduceRange: true });
const histogram = HistogramObserver.withArgs({ reduceRange: true });

function layersMapping(): QConfigMapping {
  const defaults = getDefaultQConfigMapping('fbgemm');
  const mapping = new QConfigMapping()
    .setGlobal(new QConfig(activation, channelWeight))
    .setObjectType(nn.ConvTranspose2d, new QConfig(activation, tensorWeight));
  for (const cls of [nn.Sigmoid, nn.Softmax]) {
    mapping.setObjectType(cls, defaults.objectTypeQConfigs.get(cls) ?? null);
  }
  return mapping;
}

const trained = new QConfig(
  FakeQuantize.withArgs({
    observer: MovingAverageMinMaxObserver as never,
    quantMin: 0,
    quantMax: 255,
    reduceRange: true
  }),
  FakeQuantize.withArgs({
    observer: MovingAveragePerChannelMinMaxObserver as never,
    quantMin: -128,
    quantMax: 127,
    dtype: 'qint8',
    qscheme: 'per_channel_symmetric'
  })
);

export interface TorchModel {
  make(): nn.TensorModule;
  readonly mapping: QConfigMapping;
  readonly isQat?: boolean;
  /** Whole numbers, not floats. */
  readonly indices?: boolean;
}

const global = (qconfig: QConfig) => new QConfigMapping().setGlobal(qconfig);

export const torchModels: Readonly<Record<string, TorchModel>> = {
  layers: { make: () => new Layers(), mapping: layersMapping() },
  norms: { make: () => new Norms(), mapping: global(new QConfig(histogram, tensorWeight)) },
  dynamic: { make: () => new Recurrent(), mapping: global(defaultDynamicQConfig) },
  half: { make: () => new Recurrent(), mapping: global(float16DynamicQConfig) },
  embeddings: {
    make: () => new Embeddings() as never,
    indices: true,
    mapping: new QConfigMapping()
      .setObjectType(nn.Embedding, floatQParamsWeightOnlyQConfig)
      .setObjectType(nn.EmbeddingBag, floatQParamsWeightOnlyQConfig)
  },
  trained: { make: () => new Trained(), mapping: global(trained), isQat: true },
  fused: { make: () => new Trained(), mapping: getDefaultQatQConfigMapping('fbgemm'), isQat: true }
};
