// Stacks of transformer layers and `torch.nn.Transformer`. What PyTorch's nested tensors do to padded places in its
// fast path (they become 0) is not done: values and gradients are those of its ordinary path.

import { zeros } from '../../tensor/ops/create';
import type { Tensor } from '../../tensor/tensor';
import { num } from '../config';
import { deepCopy } from '../deepcopy';
import { declareForward } from '../forward';
import { causalMask } from '../functional/attention';
import { xavierUniform } from '../init';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module, type ModuleBase } from '../module';
import { ModuleList } from './container';
import type { Linear } from './linear';
import {
  normOf,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  transformerOptions,
  type DecoderCallOptions,
  type TransformerLayerOptions
} from './transformerLayers';

type Norm = ModuleBase & ((x: Tensor) => Tensor);

/** Copies of a layer: no parameter is shared. */
function clones<L extends ModuleBase>(layer: L, count: number): ModuleList<L> {
  return new ModuleList(
    Array.from({ length: count }, () => deepCopy(layer as unknown as Linear) as unknown as L)
  );
}

/** Only a hint for kernels, which here takes no other path; PyTorch finds it by comparing with `causalMask`. */
const hint = (isCausal: boolean | null): boolean => isCausal ?? false;

/** Masks of a call of `TransformerEncoder`. */
export interface EncoderCallOptions {
  mask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
  isCausal?: boolean | null;
}

/** `numLayers` copies of a layer, one after the other, and a norm at the end if given. */
export class TransformerEncoder extends Module<[src: Tensor, options?: EncoderCallOptions], Tensor> {
  readonly layers: ModuleList<TransformerEncoderLayer>;
  readonly norm: Norm | null;
  constructor(
    encoderLayer: TransformerEncoderLayer,
    readonly numLayers: number,
    options: { norm?: Norm | null } = {}
  ) {
    super();
    this.layers = clones(encoderLayer, numLayers);
    this.norm = options.norm ?? null;
  }

  override forward(
    src: Tensor,
    mask: Tensor | null = null,
    srcKeyPaddingMask: Tensor | null = null,
    isCausal: boolean | null = null
  ): Tensor {
    const options = { srcMask: mask, srcKeyPaddingMask, isCausal: hint(isCausal) };
    const encoded = [...this.layers].reduce((x, layer) => layer(x, options), src);
    return this.norm ? this.norm(encoded) : encoded;
  }
}
declareForward(
  TransformerEncoder,
  'src',
  ['mask', null],
  ['src_key_padding_mask', null],
  ['is_causal', null]
);

/** `numLayers` copies of a layer, one after the other, and a norm at the end if given. */
export class TransformerDecoder extends Module<
  [tgt: Tensor, memory: Tensor, options?: DecoderCallOptions],
  Tensor
> {
  readonly layers: ModuleList<TransformerDecoderLayer>;
  readonly norm: Norm | null;
  constructor(
    decoderLayer: TransformerDecoderLayer,
    readonly numLayers: number,
    options: { norm?: Norm | null } = {}
  ) {
    super();
    this.layers = clones(decoderLayer, numLayers);
    this.norm = options.norm ?? null;
  }

  override forward(
    tgt: Tensor,
    memory: Tensor,
    tgtMask: Tensor | null = null,
    memoryMask: Tensor | null = null,
    tgtKeyPaddingMask: Tensor | null = null,
    memoryKeyPaddingMask: Tensor | null = null,
    tgtIsCausal: boolean | null = null,
    memoryIsCausal = false
  ): Tensor {
    const options = {
      tgtMask,
      memoryMask,
      tgtKeyPaddingMask,
      memoryKeyPaddingMask,
      tgtIsCausal: hint(tgtIsCausal),
      memoryIsCausal
    };
    const decoded = [...this.layers].reduce((x, layer) => layer(x, memory, options), tgt);
    return this.norm ? this.norm(decoded) : decoded;
  }
}
declareForward(
  TransformerDecoder,
  'tgt',
  'memory',
  ['tgt_mask', null],
  ['memory_mask', null],
  ['tgt_key_padding_mask', null],
  ['memory_key_padding_mask', null],
  ['tgt_is_causal', null],
  ['memory_is_causal', false]
);

/** Settings of `Transformer`, with PyTorch's defaults. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** Default 512. */
  dModel?: number;
  /** Default 8. */
  nhead?: number;
  /** Default 6. */
  numEncoderLayers?: number;
  /** Default 6. */
  numDecoderLayers?: number;
}

/** Masks of a call of `Transformer`. */
export interface TransformerCallOptions {
  srcMask?: Tensor | null;
  tgtMask?: Tensor | null;
  memoryMask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
  tgtKeyPaddingMask?: Tensor | null;
  memoryKeyPaddingMask?: Tensor | null;
  srcIsCausal?: boolean | null;
  tgtIsCausal?: boolean | null;
  memoryIsCausal?: boolean;
}

/** Encoder and decoder, each with a norm at the end. `src` `[S, N, E]`, `tgt` `[T, N, E]` → `[T, N, E]`. */
export class Transformer extends Module<
  [src: Tensor, tgt: Tensor, options?: TransformerCallOptions],
  Tensor
> {
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;

  constructor(options: TransformerOptions = {}) {
    super();
    const { dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6 } = options;
    this.encoder = new TransformerEncoder(
      new TransformerEncoderLayer(dModel, nhead, options),
      numEncoderLayers,
      { norm: normOf(dModel, options) }
    );
    this.decoder = new TransformerDecoder(
      new TransformerDecoderLayer(dModel, nhead, options),
      numDecoderLayers,
      { norm: normOf(dModel, options) }
    );
    for (const parameter of this.parameters()) {
      if (parameter.ndim === 2) {
        parameter.copyFrom(xavierUniform(parameter.shape as unknown as [number, number]));
      }
    }
    [this.dModel, this.nhead] = [dModel, nhead];
    this.batchFirst = options.batchFirst ?? false;
  }

  /** @throws Error unless both inputs have `dModel` features and the same batch. */
  override forward(
    src: Tensor,
    tgt: Tensor,
    srcMask: Tensor | null = null,
    tgtMask: Tensor | null = null,
    memoryMask: Tensor | null = null,
    srcKeyPaddingMask: Tensor | null = null,
    tgtKeyPaddingMask: Tensor | null = null,
    memoryKeyPaddingMask: Tensor | null = null,
    srcIsCausal: boolean | null = null,
    tgtIsCausal: boolean | null = null,
    memoryIsCausal = false
  ): Tensor {
    const batch = (x: Tensor) => (x.ndim === 3 ? x.shape[this.batchFirst ? 0 : 1] : undefined);
    if (batch(src) !== batch(tgt) || src.shape.at(-1) !== this.dModel || tgt.shape.at(-1) !== this.dModel) {
      throw new Error(
        `Transformer: src [${src.shape.join(', ')}] and tgt [${tgt.shape.join(', ')}] need the same batch and ${this.dModel} features`
      );
    }
    const memory = this.encoder(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal });
    return this.decoder(tgt, memory, {
      tgtMask,
      memoryMask,
      tgtKeyPaddingMask,
      memoryKeyPaddingMask,
      tgtIsCausal,
      memoryIsCausal
    });
  }

  /** −∞ above the diagonal: no place may look at later ones. `[size, size]`. */
  static generateSquareSubsequentMask(size: number): Tensor {
    return size === 0 ? zeros([0, 0]) : causalMask(size);
  }
}
declareForward(
  Transformer,
  'src',
  'tgt',
  ['src_mask', null],
  ['tgt_mask', null],
  ['memory_mask', null],
  ['src_key_padding_mask', null],
  ['tgt_key_padding_mask', null],
  ['memory_key_padding_mask', null],
  ['src_is_causal', null],
  ['tgt_is_causal', null],
  ['memory_is_causal', false]
);

/** A stack is exported with the settings of its first layer, and `norm_eps` where it ends in a norm. */
const endNorm = (c: ModuleConfig): { norm: Norm | null } => ({
  norm:
    typeof c.norm_eps === 'number'
      ? normOf(num(c, 'd_model'), { ...transformerOptions(c), layerNormEps: c.norm_eps })
      : null
});
registerLibraryModule('torch.nn.modules.transformer.TransformerEncoder', TransformerEncoder, c => {
  const layer = new TransformerEncoderLayer(num(c, 'd_model'), num(c, 'nhead'), transformerOptions(c));
  return new TransformerEncoder(layer, num(c, 'num_layers'), endNorm(c));
});
registerLibraryModule('torch.nn.modules.transformer.TransformerDecoder', TransformerDecoder, c => {
  const layer = new TransformerDecoderLayer(num(c, 'd_model'), num(c, 'nhead'), transformerOptions(c));
  return new TransformerDecoder(layer, num(c, 'num_layers'), endNorm(c));
});
registerLibraryModule(
  'torch.nn.modules.transformer.Transformer',
  Transformer,
  c =>
    new Transformer({
      ...transformerOptions(c),
      dModel: num(c, 'd_model', 512),
      nhead: num(c, 'nhead', 8),
      numEncoderLayers: num(c, 'num_encoder_layers', 6),
      numDecoderLayers: num(c, 'num_decoder_layers', 6)
    })
);
