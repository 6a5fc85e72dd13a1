// Embeddings with fake-quantized rows. PyTorch: `torch.ao.nn.qat.Embedding`, `EmbeddingBag`. Spec 10.1.

import type { Tensor } from '../../tensor/tensor';
import { Embedding as FloatEmbedding, EmbeddingBag as FloatEmbeddingBag } from '../modules/sparse';
import { registerLibraryModule, type ModuleClass } from '../library';
import type { Module } from '../module';
import type { ObserverLike } from '../qconfig';
import { adopt, release, requireFloat, type QatModule } from './base';

/** @throws Error unless the weight's observer has float qparams per row. */
function rowFakeQuantize(name: string, module: Module, float: unknown): ObserverLike {
  const weight = requireFloat(name, module, float as ModuleClass).weight.create();
  if (weight.qscheme !== 'per_channel_affine_float_qparams') {
    throw new Error(
      `qat.${name} needs a weight observer with qscheme per_channel_affine_float_qparams; use defaultEmbeddingQatQConfig`
    );
  }
  return weight;
}

export class Embedding extends FloatEmbedding implements QatModule {
  declare readonly weight_fake_quant: ObserverLike;

  override forward(indices: Tensor): Tensor {
    return this.lookup(indices, this.weight_fake_quant(this.weight));
  }

  toFloat(): Module {
    return release(FloatEmbedding, this as unknown as Module);
  }

  /** @throws Error unless the weight's observer has float qparams per row. */
  static fromFloat(module: Module): Embedding {
    const weight = rowFakeQuantize('Embedding', module, FloatEmbedding);
    return adopt(Embedding, module, { weight_fake_quant: weight });
  }
}
registerLibraryModule('torch.ao.nn.qat.modules.embedding_ops.Embedding', Embedding);

export class EmbeddingBag extends FloatEmbeddingBag implements QatModule {
  declare readonly weight_fake_quant: ObserverLike;

  override forward(
    indices: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null
  ): Tensor {
    return this.lookup(indices, this.weight_fake_quant(this.weight), offsets, perSampleWeights);
  }

  toFloat(): Module {
    return release(FloatEmbeddingBag, this as unknown as Module);
  }

  /** @throws Error unless the weight's observer has float qparams per row. */
  static fromFloat(module: Module): EmbeddingBag {
    const weight = rowFakeQuantize('EmbeddingBag', module, FloatEmbeddingBag);
    return adopt(EmbeddingBag, module, { weight_fake_quant: weight });
  }
}
registerLibraryModule('torch.ao.nn.qat.modules.embedding_ops.EmbeddingBag', EmbeddingBag);
