// `torch.nn.MultiheadAttention`. The computation is `F.multiHeadAttentionForward`.

import { zeros } from '../../tensor/ops/create';
import { contiguous, transpose } from '../../tensor/ops/shape';
import { randn } from '../../tensor/random';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, optional } from '../config';
import { declareForward } from '../forward';
import * as F from '../functional';
import { xavierUniform } from '../init';
import { registerLibraryModule } from '../library';
import { Module, Parameter } from '../module';
import type { QConfigLike } from '../qconfig';
import { Linear } from './linear';
import { tuple2 } from './rnn';

/** A Linear that dynamic quantization of the eager kind leaves alone: attention reads its weight. */
export class NonDynamicallyQuantizableLinear extends Linear {}
registerLibraryModule(
  'torch.nn.modules.linear.NonDynamicallyQuantizableLinear',
  NonDynamicallyQuantizableLinear,
  c =>
    new NonDynamicallyQuantizableLinear(num(c, 'in_features'), num(c, 'out_features'), {
      bias: bool(c, 'bias')
    })
);

/** Settings of `MultiheadAttention`, with PyTorch's defaults. */
export interface MultiheadAttentionOptions {
  /** Of the attention weights, in training. Default 0. */
  dropout?: number;
  /** Of the projections. Default true. */
  bias?: boolean;
  /** One learned key and value more. Default false. */
  addBiasKv?: boolean;
  /** One key and value of zeros more. Default false. */
  addZeroAttn?: boolean;
  /** Features of the keys; those of the queries if absent. */
  kdim?: number | null;
  vdim?: number | null;
  /** Inputs and output are `[N, L, E]` instead of `[L, N, E]`. Default false. */
  batchFirst?: boolean;
}

/** How a call may look; see `MultiheadAttention.forward`. */
export interface AttentionCallOptions {
  keyPaddingMask?: Tensor | null;
  needWeights?: boolean;
  attnMask?: Tensor | null;
  averageAttnWeights?: boolean;
  isCausal?: boolean;
}

/** `attention(query, key, value, { needWeights: false })` → `[output, weights or null]`. */
export class MultiheadAttention extends Module<
  [query: Tensor, key: Tensor, value: Tensor, options?: AttentionCallOptions],
  [output: Tensor, weights: Tensor | null]
> {
  readonly kdim: number;
  readonly vdim: number;
  readonly dropout: number;
  readonly addZeroAttn: boolean;
  readonly batchFirst: boolean;
  readonly headDim: number;
  in_proj_weight: Parameter | null = null;
  q_proj_weight: Parameter | null = null;
  k_proj_weight: Parameter | null = null;
  v_proj_weight: Parameter | null = null;
  in_proj_bias: Parameter | null;
  out_proj: Linear;
  bias_k: Parameter | null;
  bias_v: Parameter | null;
  declare qconfig?: QConfigLike | null;

  /** @throws RangeError unless `embedDim` divides into the heads. */
  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    options: MultiheadAttentionOptions = {}
  ) {
    super();
    this.kdim = options.kdim ?? embedDim;
    this.vdim = options.vdim ?? embedDim;
    this.dropout = options.dropout ?? 0;
    this.addZeroAttn = options.addZeroAttn ?? false;
    this.batchFirst = options.batchFirst ?? false;
    this.headDim = embedDim / numHeads;
    if (!(Number.isInteger(this.headDim) && this.headDim > 0)) {
      throw new RangeError(`MultiheadAttention: embedDim ${embedDim} does not divide into ${numHeads} heads`);
    }
    const bias = options.bias ?? true;
    this.out_proj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, { bias });
    this.in_proj_bias = bias ? new Parameter(zeros([3 * embedDim])) : null;
    if (this.hasOneWidth) {
      this.in_proj_weight = new Parameter(xavierUniform([3 * embedDim, embedDim]));
    } else {
      this.q_proj_weight = new Parameter(xavierUniform([embedDim, embedDim]));
      this.k_proj_weight = new Parameter(xavierUniform([embedDim, this.kdim]));
      this.v_proj_weight = new Parameter(xavierUniform([embedDim, this.vdim]));
    }
    this.out_proj.bias?.copyFrom(zeros([embedDim]));
    const learned = () =>
      options.addBiasKv ? new Parameter(randn([1, 1, embedDim]).mul(Math.sqrt(1 / embedDim))) : null;
    this.bias_k = learned();
    this.bias_v = learned();
  }

  /** Queries, keys and values have the same number of features, and one weight for all three projections. */
  get hasOneWidth(): boolean {
    return this.kdim === this.embedDim && this.vdim === this.embedDim;
  }

  /**
   * `query` `[L, N, E]`, `key` `[S, N, kdim]`, `value` `[S, N, vdim]`; N first with `batchFirst`, or no N at all.
   * `keyPaddingMask` `[N, S]`: keys to leave out. `attnMask` `[L, S]` or `[N·heads, L, S]`: what must not be looked
   * at. Boolean masks: `true` hides; float masks are added to the scores.
   * @returns output, shaped as the query, and the weights `[N, L, S]` (per head `[N, heads, L, S]` without
   * `averageAttnWeights`), or null without `needWeights`.
   */
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    keyPaddingMask: Tensor | null = null,
    needWeights = true,
    attnMask: Tensor | null = null,
    averageAttnWeights = true,
    isCausal = false
  ): [output: Tensor, weights: Tensor | null] {
    const swaps = this.batchFirst && query.ndim === 3;
    const [q, k, v] = (swaps ? [query, key, value].map(x => transpose(x, 0, 1)) : [query, key, value]) as [
      Tensor,
      Tensor,
      Tensor
    ];
    const { q_proj_weight: qProjWeight, k_proj_weight: kProjWeight, v_proj_weight: vProjWeight } = this;
    const [output, weights] = F.multiHeadAttentionForward(
      q,
      k,
      v,
      this.embedDim,
      this.numHeads,
      this.in_proj_weight,
      this.in_proj_bias,
      this.bias_k,
      this.bias_v,
      this.addZeroAttn,
      this.dropout,
      this.out_proj.weight,
      this.out_proj.bias,
      {
        training: this.training,
        keyPaddingMask,
        needWeights,
        attnMask,
        averageAttnWeights,
        isCausal,
        useSeparateProjWeight: !this.hasOneWidth,
        ...(this.hasOneWidth ? {} : { qProjWeight, kProjWeight, vProjWeight })
      }
    );
    // PyTorch's fast path of evaluation returns contiguous memory, so that `view` works on it.
    const swapped = swaps ? transpose(output, 0, 1) : output;
    return tuple2(swaps && !this.training ? contiguous(swapped) : swapped, weights);
  }

  override extraRepr(): string {
    return `${this.embedDim}, ${this.numHeads}${this.batchFirst ? ', batchFirst=true' : ''}`;
  }
}
declareForward(
  MultiheadAttention,
  'query',
  'key',
  'value',
  ['key_padding_mask', null],
  ['need_weights', true],
  ['attn_mask', null],
  ['average_attn_weights', true],
  ['is_causal', false]
);
registerLibraryModule(
  'torch.nn.modules.activation.MultiheadAttention',
  MultiheadAttention,
  c =>
    new MultiheadAttention(num(c, 'embed_dim'), num(c, 'num_heads'), {
      dropout: num(c, 'dropout', 0),
      bias: bool(c, 'bias', true),
      addBiasKv: bool(c, 'add_bias_kv'),
      addZeroAttn: bool(c, 'add_zero_attn'),
      kdim: optional<number>(c, 'kdim'),
      vdim: optional<number>(c, 'vdim'),
      batchFirst: bool(c, 'batch_first')
    })
);
