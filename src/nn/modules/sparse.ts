// Tables of rows: `torch.nn.Embedding`, `torch.nn.EmbeddingBag`.

import { zeros } from '../../tensor/ops/create';
import { randn } from '../../tensor/random';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, optional, str } from '../config';
import { declareForward } from '../forward';
import * as F from '../functional';
import type { BagMode } from '../functional/embedding';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { className, Module, Parameter } from '../module';
import type { QConfigLike } from '../qconfig';

/** Settings of `Embedding`, with PyTorch's defaults. */
export type EmbeddingModuleOptions = F.EmbeddingOptions;

/** Settings of `EmbeddingBag`, with PyTorch's defaults. */
export interface EmbeddingBagOptions extends EmbeddingModuleOptions {
  /** `'mean'` if absent. */
  mode?: BagMode;
  /** The last offset is the end of the last bag. */
  includeLastOffset?: boolean;
}

/** The table and its settings. @throws RangeError for a `paddingIdx` outside of the table. */
abstract class Table<Args extends unknown[]> extends Module<Args, Tensor> {
  readonly weight: Parameter;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly sparse: boolean;
  declare qconfig?: QConfigLike | null;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    options: EmbeddingModuleOptions
  ) {
    super();
    const padding = options.paddingIdx ?? null;
    if (padding !== null && (padding >= numEmbeddings || padding < -numEmbeddings)) {
      throw new RangeError(
        `${className(this)}: paddingIdx ${padding} must be within the ${numEmbeddings} rows`
      );
    }
    this.paddingIdx = padding !== null && padding < 0 ? padding + numEmbeddings : padding;
    this.maxNorm = options.maxNorm ?? null;
    this.normType = options.normType ?? 2;
    this.scaleGradByFreq = options.scaleGradByFreq ?? false;
    this.sparse = options.sparse ?? false;
    const rows = randn([numEmbeddings, embeddingDim]);
    if (this.paddingIdx !== null) {
      rows.select(0, this.paddingIdx).copyFrom(zeros([embeddingDim]));
    }
    this.weight = new Parameter(rows);
  }

  protected get lookupOptions(): Required<EmbeddingModuleOptions> {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse } = this;
    return { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse };
  }

  override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}${this.paddingIdx === null ? '' : `, paddingIdx=${this.paddingIdx}`}`;
  }
}

/** Rows by index, `[…]` → `[…, D]`; the row `paddingIdx` starts at 0 and is not trained. */
export class Embedding extends Table<[indices: Tensor]> {
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingModuleOptions = {}) {
    super(numEmbeddings, embeddingDim, options);
  }

  override forward(indices: Tensor): Tensor {
    return this.lookup(indices, this.weight);
  }

  /** Reference and QAT modules look up rounded rows. */
  protected lookup(indices: Tensor, weight: Tensor): Tensor {
    return F.embedding(indices, weight, this.lookupOptions);
  }
}

/** The sum, mean or maximum of the rows of each bag of indices → `[B, D]`. */
export class EmbeddingBag extends Table<
  [indices: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor | null]
> {
  readonly mode: BagMode;
  readonly includeLastOffset: boolean;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagOptions = {}) {
    super(numEmbeddings, embeddingDim, options);
    this.mode = options.mode ?? 'mean';
    this.includeLastOffset = options.includeLastOffset ?? false;
  }

  /** `indices`: `[N]` with `offsets` `[B]`, or `[B, n]`. `perSampleWeights`: shaped as the indices. */
  override forward(
    indices: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null
  ): Tensor {
    return this.lookup(indices, this.weight, offsets, perSampleWeights);
  }

  /** Reference and QAT modules look up rounded rows. */
  protected lookup(
    indices: Tensor,
    weight: Tensor,
    offsets: Tensor | null,
    perSampleWeights: Tensor | null
  ): Tensor {
    const { mode, includeLastOffset, lookupOptions } = this;
    const options = { ...lookupOptions, mode, includeLastOffset, offsets, perSampleWeights };
    return F.embeddingBag(indices, weight, options);
  }
}

declareForward(Embedding, 'input');
declareForward(EmbeddingBag, 'input', ['offsets', null], ['per_sample_weights', null]);

function tableOptions(c: ModuleConfig): EmbeddingModuleOptions {
  return {
    paddingIdx: optional<number>(c, 'padding_idx'),
    maxNorm: optional<number>(c, 'max_norm'),
    normType: num(c, 'norm_type', 2),
    scaleGradByFreq: bool(c, 'scale_grad_by_freq'),
    sparse: bool(c, 'sparse')
  };
}
const sizes = (c: ModuleConfig) => [num(c, 'num_embeddings'), num(c, 'embedding_dim')] as const;
registerLibraryModule(
  'torch.nn.modules.sparse.Embedding',
  Embedding,
  c => new Embedding(...sizes(c), tableOptions(c))
);
registerLibraryModule(
  'torch.nn.modules.sparse.EmbeddingBag',
  EmbeddingBag,
  c =>
    new EmbeddingBag(...sizes(c), {
      ...tableOptions(c),
      mode: str<BagMode>(c, 'mode', 'mean'),
      includeLastOffset: bool(c, 'include_last_offset')
    })
);
