// Recurrent modules and embeddings. Spec 4.3.

import * as nn from '../../nn';
import type { BackendPatternConfig } from './index';
import { cls, config, DYN16, DYN8, weightOnly } from './parts';

export function* recurrentConfigs(): Generator<BackendPatternConfig> {
  for (const rnn of [nn.GRUCell, nn.LSTMCell, nn.RNNCell, nn.LSTM, nn.GRU]) {
    yield config(cls(rnn), [DYN8, DYN16], { rootModule: cls(rnn) });
  }
}

export function* embeddingConfigs(): Generator<BackendPatternConfig> {
  const dtypes = [weightOnly('quint8'), weightOnly('quint4x2')];
  for (const [float, qat] of [
    [nn.Embedding, nn.qat.Embedding],
    [nn.EmbeddingBag, nn.qat.EmbeddingBag]
  ]) {
    yield config(cls(float), dtypes, { rootModule: cls(float), qatModule: cls(qat) });
    yield config(cls(qat), dtypes, { rootModule: cls(float) });
  }
}
