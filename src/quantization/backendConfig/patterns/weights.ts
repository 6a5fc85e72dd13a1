// Recurrent modules and embeddings. Spec 4.3. PyTorch: `_get_rnn_op_configs`, `_get_embedding_op_configs`.

import * as nn from '../../../nn';
import * as reference from '../../../nn/reference';
import type { DTypeConfig } from '../dtypes';
import type { BackendPatternConfig } from '../patternConfig';
import { cls, config } from './parts';

const RECURRENT = [
  [nn.GRUCell, reference.GRUCell],
  [nn.LSTMCell, reference.LSTMCell],
  [nn.RNNCell, reference.RNNCell],
  [nn.LSTM, reference.LSTM],
  [nn.GRU, reference.GRU]
] as const;

export function* recurrentConfigs(dtypes: readonly DTypeConfig[]): Generator<BackendPatternConfig> {
  for (const [float, ref] of RECURRENT) {
    yield config(cls(float), dtypes).setRootModule(cls(float)).setReferenceQuantizedModule(cls(ref));
  }
}

const EMBEDDINGS = [
  [nn.Embedding, nn.qat.Embedding, reference.Embedding],
  [nn.EmbeddingBag, nn.qat.EmbeddingBag, reference.EmbeddingBag]
] as const;

export function* embeddingConfigs(dtypes: readonly DTypeConfig[]): Generator<BackendPatternConfig> {
  for (const [float, qat, ref] of EMBEDDINGS) {
    const rows = (c: unknown) =>
      config(cls(c), dtypes).setRootModule(cls(float)).setReferenceQuantizedModule(cls(ref));
    yield rows(float).setQatModule(cls(qat));
    yield rows(qat);
  }
}
