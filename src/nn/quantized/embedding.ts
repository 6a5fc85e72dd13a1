// `torch.ao.nn.quantized.Embedding`, `EmbeddingBag`: tables of 8- or 4-bit rows, float results.

import type { BagMode } from '../../tensor/ops/embeddingBag';
import { quantizedEmbedding, quantizedEmbeddingBag } from '../../tensor/quantized/embedding';
import { EmbeddingPackedParams } from '../../tensor/quantized/packed';
import { quantizePerChannel } from '../../tensor/quantized/quantize';
import type { Tensor } from '../../tensor/tensor';
import { declareForward } from '../forward';
import { registerLibraryModule } from '../library';
import { className, Module } from '../module';
import { acceptWeight, constantField, type StateField } from '../stateDict';
import type * as sparse from '../modules/sparse';
import type { ObserverLike } from '../qconfig';
import { quantizeWeight, type ReferenceModule } from '../reference';

/** The rows, observed with the module's qconfig or its fake-quantize module. */
function observedRows(float: sparse.Embedding | sparse.EmbeddingBag): Tensor {
  const trained = Reflect.get(float, 'weight_fake_quant') as ObserverLike | undefined;
  const observer = trained ?? float.qconfig?.weight.create();
  const name = className(float);
  if (!observer) {
    throw new Error(`nn.quantized.${name}.fromFloat: the ${name} has no qconfig; set one before`);
  }
  if (observer.qscheme !== 'per_channel_affine_float_qparams') {
    throw new Error(
      `nn.quantized.${name}.fromFloat: rows need float qparams of their own; use floatQParamsWeightOnlyQConfig`
    );
  }
  if (observer.dtype !== 'quint8' && observer.dtype !== 'quint4x2') {
    throw new Error(`nn.quantized.${name}.fromFloat: rows can be quint8 or quint4x2, not ${observer.dtype}`);
  }
  observer(float.weight);
  const { scale, zeroPoint } = observer.calculateQParams();
  return quantizePerChannel(float.weight, scale.data(), zeroPoint.data(), 0, observer.dtype, true);
}

abstract class Table<Args extends unknown[]> extends Module<Args, Tensor> {
  packedParams: EmbeddingPackedParams;
  readonly numEmbeddings: number;
  readonly embeddingDim: number;

  constructor(weight: Tensor) {
    super();
    this.packedParams = new EmbeddingPackedParams(weight);
    [this.numEmbeddings = 0, this.embeddingDim = 0] = weight.shape;
  }

  /** The rows as a quantized tensor. */
  weight(): Tensor {
    return this.packedParams.weight;
  }

  protected override stateFields(): StateField[] {
    const current = this.packedParams.weight;
    const rows: StateField = {
      name: '_packed_params._packed_weight',
      owner: this,
      get: () => current,
      accept: value => {
        const accepted = acceptWeight(value, current);
        return () => {
          this.packedParams = new EmbeddingPackedParams(accepted);
        };
      }
    };
    return [...super.stateFields(), constantField(this, '_packed_params.dtype', current.dtype), rows];
  }

  override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}, ${this.weight().dtype}`;
  }
}

/** `[…]` → `[…, D]`. */
export class Embedding extends Table<[indices: Tensor]> {
  override forward(indices: Tensor): Tensor {
    return quantizedEmbedding(this.packedParams, indices);
  }
  /** Of a reference module. */
  static fromReference(ref: sparse.Embedding & ReferenceModule): Embedding {
    return new Embedding(quantizeWeight(ref.weight, ref.weightQParams));
  }
  /** From a float embedding with a `qconfig`, or a QAT one. */
  static fromFloat(float: sparse.Embedding): Embedding {
    return new Embedding(observedRows(float));
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.embedding_ops.Embedding', Embedding);

type BagSettings = Pick<sparse.EmbeddingBag, 'mode' | 'includeLastOffset' | 'paddingIdx'>;

/** Bags of rows → `[B, D]`. */
export class EmbeddingBag extends Table<
  [indices: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor | null]
> {
  readonly mode: BagMode;
  readonly includeLastOffset: boolean;
  readonly paddingIdx: number | null;

  constructor(weight: Tensor, settings: BagSettings) {
    super(weight);
    this.mode = settings.mode;
    this.includeLastOffset = settings.includeLastOffset;
    this.paddingIdx = settings.paddingIdx;
  }
  override forward(
    indices: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null
  ): Tensor {
    return quantizedEmbeddingBag(this.packedParams, indices, offsets, perSampleWeights, this);
  }
  /** Of a reference module. */
  static fromReference(ref: sparse.EmbeddingBag & ReferenceModule): EmbeddingBag {
    return new EmbeddingBag(quantizeWeight(ref.weight, ref.weightQParams), ref);
  }
  /** From a float embedding bag with a `qconfig`, or a QAT one. */
  static fromFloat(float: sparse.EmbeddingBag): EmbeddingBag {
    return new EmbeddingBag(observedRows(float), float);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.embedding_ops.EmbeddingBag', EmbeddingBag);

// PyTorch's quantized bag calls its first argument `indices`, but gets calls written for the float one.
declareForward(Embedding, 'input');
declareForward(EmbeddingBag, 'input', ['offsets', null], ['per_sample_weights', null]);
