// Embeddings with rounded rows. PyTorch: `torch.ao.nn.quantized.reference.Embedding`, `EmbeddingBag`.

import type { Tensor } from '../../tensor/tensor';
import type { Module } from '../module';
import type { StateField } from '../stateDict';
import { Embedding as FloatEmbedding, EmbeddingBag as FloatEmbeddingBag } from '../modules/sparse';
import {
  makeReference,
  qparamsOf,
  quantizeDequantize,
  schemeFields,
  type ReferenceModule,
  type WeightQParams
} from './weight';

/** A table that rounds its rows. PyTorch: `torch.ao.nn.quantized.reference.Embedding`. */
export class Embedding extends FloatEmbedding implements ReferenceModule {
  get weightQParams(): WeightQParams {
    return qparamsOf(this);
  }
  protected override stateFields(): StateField[] {
    return [...super.stateFields(), ...schemeFields(this)];
  }
  override forward(indices: Tensor): Tensor {
    return this.lookup(indices, quantizeDequantize(this));
  }
  /** Of a float module and the qparams of its weight. */
  static fromFloat(float: Module, q: WeightQParams): Embedding {
    return makeReference(Embedding, float, q);
  }
}

/** A table that rounds its rows, read by bags. PyTorch: `torch.ao.nn.quantized.reference.EmbeddingBag`. */
export class EmbeddingBag extends FloatEmbeddingBag implements ReferenceModule {
  get weightQParams(): WeightQParams {
    return qparamsOf(this);
  }
  protected override stateFields(): StateField[] {
    return [...super.stateFields(), ...schemeFields(this)];
  }
  override forward(
    indices: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null
  ): Tensor {
    return this.lookup(indices, quantizeDequantize(this), offsets, perSampleWeights);
  }
  /** Of a float module and the qparams of its weight. */
  static fromFloat(float: Module, q: WeightQParams): EmbeddingBag {
    return makeReference(EmbeddingBag, float, q);
  }
}
