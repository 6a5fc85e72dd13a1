// `torch.nn.TransformerEncoderLayer`, `TransformerDecoderLayer`. Stacks of them are in `transformer.ts`.

import { add } from '../../tensor/ops/elementwise';
import type { Tensor } from '../../tensor/tensor';
import { declareForward } from '../forward';
import * as F from '../functional';
import { additiveMask } from '../functional/attention';
import { bool, num } from '../config';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module } from '../module';
import { Dropout } from './activation';
import { MultiheadAttention, type AttentionCallOptions } from './attention';
import { Linear } from './linear';
import { LayerNorm } from './norm';

/** Settings of encoder and decoder layers, with PyTorch's defaults. */
export interface TransformerLayerOptions {
  /** Width between the two linear layers. Default 2048. */
  dimFeedforward?: number;
  /** Default 0.1. */
  dropout?: number;
  /** Default `'relu'`. */
  activation?: 'relu' | 'gelu' | ((x: Tensor) => Tensor);
  /** Default 1e-5. */
  layerNormEps?: number;
  /** Inputs are `[N, L, E]` instead of `[L, N, E]`. Default false. */
  batchFirst?: boolean;
  /** Norms before the blocks instead of after them. Default false. */
  normFirst?: boolean;
  /** Of linear layers and norms. Default true. */
  bias?: boolean;
}

const activations = { relu: (x: Tensor) => F.relu(x), gelu: (x: Tensor) => F.gelu(x) } as const;

/** @throws RangeError naming the activations there are. */
function activationOf(given: TransformerLayerOptions['activation'] = 'relu'): (x: Tensor) => Tensor {
  if (typeof given === 'function') {
    return given;
  }
  if (!Object.hasOwn(activations, given)) {
    throw new RangeError(`transformer layer: activation '${given}' is unknown; 'relu', 'gelu' or a function`);
  }
  return activations[given];
}

interface Masks {
  readonly attnMask: Tensor | null;
  readonly keyPaddingMask: Tensor | null;
  readonly isCausal: boolean;
}

/** What both kinds of layers are made of. */
abstract class Layer<Args extends unknown[]> extends Module<Args, Tensor> {
  readonly normFirst: boolean;
  readonly self_attn: MultiheadAttention;
  /** What stands between the two linear layers. */
  readonly activation: (x: Tensor) => Tensor;
  // Declared, not defined: fields come in the order of the constructor, which is PyTorch's.
  declare readonly linear1: Linear;
  declare readonly dropout: Dropout;
  declare readonly linear2: Linear;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions) {
    super();
    const { batchFirst = false, bias = true } = options;
    this.self_attn = new MultiheadAttention(dModel, nhead, { ...attention(options), batchFirst, bias });
    this.normFirst = options.normFirst ?? false;
    this.activation = activationOf(options.activation);
  }

  /** In PyTorch's order, which is that of the state dict. */
  protected addFeedForward(dModel: number, options: TransformerLayerOptions): void {
    const { dimFeedforward = 2048, bias = true } = options;
    Reflect.set(this, 'linear1', new Linear(dModel, dimFeedforward, { bias }));
    Reflect.set(this, 'dropout', new Dropout(options.dropout ?? 0.1));
    Reflect.set(this, 'linear2', new Linear(dimFeedforward, dModel, { bias }));
  }

  /** Self-attention, dropped out. */
  protected attend(block: MultiheadAttention, x: Tensor, memory: Tensor, masks: Masks): Tensor {
    const options: AttentionCallOptions = { ...masks, needWeights: false };
    return block(x, memory, memory, options)[0];
  }

  /** Two linear layers with the activation between them. */
  protected feedForward(x: Tensor): Tensor {
    return this.linear2(this.dropout(this.activation(this.linear1(x))));
  }

  /** A block with its norm around the sum, or in front of the block. */
  protected residual(x: Tensor, norm: LayerNorm, block: (x: Tensor) => Tensor): Tensor {
    return this.normFirst ? add(x, block(norm(x))) : norm(add(x, block(x)));
  }
}

const attention = ({ dropout = 0.1 }: TransformerLayerOptions) => ({ dropout });
/** Used by layers and at the end of stacks. */
export const normOf = (dModel: number, { layerNormEps = 1e-5, bias = true }: TransformerLayerOptions) =>
  new LayerNorm(dModel, { eps: layerNormEps, bias });
const dropoutOf = ({ dropout = 0.1 }: TransformerLayerOptions) => new Dropout(dropout);

/** Masks of a call of `TransformerEncoderLayer`. */
export interface EncoderLayerCallOptions {
  /** `[L, L]` or `[N·heads, L, L]`: what must not be looked at. */
  srcMask?: Tensor | null;
  /** `[N, L]`: places to leave out. */
  srcKeyPaddingMask?: Tensor | null;
  isCausal?: boolean;
}

/** Self-attention and two linear layers, each with a norm and a shortcut. `[L, N, E]` → `[L, N, E]`. */
export class TransformerEncoderLayer extends Layer<[src: Tensor, options?: EncoderLayerCallOptions]> {
  declare readonly norm1: LayerNorm;
  declare readonly norm2: LayerNorm;
  declare readonly dropout1: Dropout;
  declare readonly dropout2: Dropout;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(dModel, nhead, options);
    this.addFeedForward(dModel, options);
    this.norm1 = normOf(dModel, options);
    this.norm2 = normOf(dModel, options);
    this.dropout1 = dropoutOf(options);
    this.dropout2 = dropoutOf(options);
  }

  override forward(
    src: Tensor,
    srcMask: Tensor | null = null,
    srcKeyPaddingMask: Tensor | null = null,
    isCausal = false
  ): Tensor {
    const masks = {
      attnMask: additiveMask(srcMask, 'srcMask'),
      keyPaddingMask: additiveMask(srcKeyPaddingMask, 'srcKeyPaddingMask'),
      isCausal
    };
    const attended = this.residual(src, this.norm1, x =>
      this.dropout1(this.attend(this.self_attn, x, x, masks))
    );
    return this.residual(attended, this.norm2, x => this.dropout2(this.feedForward(x)));
  }
}
declareForward(
  TransformerEncoderLayer,
  'src',
  ['src_mask', null],
  ['src_key_padding_mask', null],
  ['is_causal', false]
);

/** Masks of a call of the decoder or of one of its layers. */
export interface DecoderCallOptions {
  tgtMask?: Tensor | null;
  memoryMask?: Tensor | null;
  tgtKeyPaddingMask?: Tensor | null;
  memoryKeyPaddingMask?: Tensor | null;
  tgtIsCausal?: boolean | null;
  memoryIsCausal?: boolean;
}

/** Self-attention, attention to an encoder's output, two linear layers. `[T, N, E]`, `[S, N, E]` → `[T, N, E]`. */
export class TransformerDecoderLayer extends Layer<
  [tgt: Tensor, memory: Tensor, options?: DecoderCallOptions]
> {
  declare readonly multihead_attn: MultiheadAttention;
  declare readonly norm1: LayerNorm;
  declare readonly norm2: LayerNorm;
  declare readonly norm3: LayerNorm;
  declare readonly dropout1: Dropout;
  declare readonly dropout2: Dropout;
  declare readonly dropout3: Dropout;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(dModel, nhead, options);
    const { batchFirst = false, bias = true } = options;
    this.multihead_attn = new MultiheadAttention(dModel, nhead, { ...attention(options), batchFirst, bias });
    this.addFeedForward(dModel, options);
    this.norm1 = normOf(dModel, options);
    this.norm2 = normOf(dModel, options);
    this.norm3 = normOf(dModel, options);
    this.dropout1 = dropoutOf(options);
    this.dropout2 = dropoutOf(options);
    this.dropout3 = dropoutOf(options);
  }

  override forward(
    tgt: Tensor,
    memory: Tensor,
    tgtMask: Tensor | null = null,
    memoryMask: Tensor | null = null,
    tgtKeyPaddingMask: Tensor | null = null,
    memoryKeyPaddingMask: Tensor | null = null,
    tgtIsCausal = false,
    memoryIsCausal = false
  ): Tensor {
    const own = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal };
    const other = {
      attnMask: memoryMask,
      keyPaddingMask: memoryKeyPaddingMask,
      isCausal: memoryIsCausal
    };
    const attended = this.residual(tgt, this.norm1, x =>
      this.dropout1(this.attend(this.self_attn, x, x, own))
    );
    const informed = this.residual(attended, this.norm2, x =>
      this.dropout2(this.attend(this.multihead_attn, x, memory, other))
    );
    return this.residual(informed, this.norm3, x => this.dropout3(this.feedForward(x)));
  }
}
declareForward(
  TransformerDecoderLayer,
  'tgt',
  'memory',
  ['tgt_mask', null],
  ['memory_mask', null],
  ['tgt_key_padding_mask', null],
  ['memory_key_padding_mask', null],
  ['tgt_is_causal', false],
  ['memory_is_causal', false]
);

/** Settings as exported; `interchange` completes what exporters leave out. */
export function transformerOptions(c: ModuleConfig): TransformerLayerOptions {
  return {
    dimFeedforward: num(c, 'dim_feedforward', 2048),
    dropout: num(c, 'dropout', 0.1),
    activation: c.activation === 'gelu' ? 'gelu' : 'relu',
    layerNormEps: num(c, 'layer_norm_eps', 1e-5),
    batchFirst: bool(c, 'batch_first'),
    normFirst: bool(c, 'norm_first'),
    bias: bool(c, 'bias', true)
  };
}
registerLibraryModule(
  'torch.nn.modules.transformer.TransformerEncoderLayer',
  TransformerEncoderLayer,
  c => new TransformerEncoderLayer(num(c, 'd_model'), num(c, 'nhead'), transformerOptions(c))
);
registerLibraryModule(
  'torch.nn.modules.transformer.TransformerDecoderLayer',
  TransformerDecoderLayer,
  c => new TransformerDecoderLayer(num(c, 'd_model'), num(c, 'nhead'), transformerOptions(c))
);
