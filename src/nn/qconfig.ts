// What modules need to know of a qconfig and of observers: interfaces only. The classes are in
// `quantization/`; with these, QAT, reference and quantized modules need not import them.

import type { DType, QScheme } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { ModuleBase } from './module';

/** `calculate_qparams()`: one entry per tensor, or one per channel. */
export interface CalculatedQParams {
  scale: Tensor;
  zeroPoint: Tensor;
}

/** An observer or fake-quantize module, as far as modules use it. */
export interface ObserverLike extends ModuleBase {
  (x: Tensor): Tensor;
  readonly dtype: DType;
  readonly qscheme: QScheme | null;
  readonly isDynamic: boolean;
  readonly quantMin: number;
  readonly quantMax: number;
  /** Channel axis of per-channel observers. */
  readonly chAxis?: number;
  /** Scale and zero point for what was seen. */
  calculateQParams(): CalculatedQParams;
}

/** Makes a fresh observer: a class or `Class.withArgs({ … })`. */
export type ObserverFactory = () => ObserverLike;

/** `torch.ao.quantization.QConfig`, structurally. */
export interface QConfigLike {
  readonly activation: {
    /** A fresh observer of activations. */
    create(): ModuleBase;
  };
  readonly weight: {
    /** A fresh observer of weights. */
    create(): ObserverLike;
  };
}
