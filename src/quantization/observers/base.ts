// What all observers share: a dtype, passing the input on, and ignoring empty batches.
// PyTorch: `torch.ao.quantization.observer.ObserverBase`.

import type { DType } from '../../tensor/dtype';
import { compatibility } from '../../tensor/compatibility';
import { noGrad } from '../../tensor/autograd/record';
import type { Tensor } from '../../tensor/tensor';
import { Module } from '../../nn/module';
import type { CalculatedQParams } from '../../nn/qconfig';
import { factory, type CallableOptions, type ObserverClass, type ObserverFactory } from './factory';

/** Settings an observer cannot have, values it cannot observe, or qparams it cannot give. */
export class ObserverError extends Error {
  override readonly name = 'ObserverError';
}

/** Plain numbers for views; absent before the first batch. */
export interface ObserverSummary {
  readonly min?: number;
  readonly max?: number;
  readonly histogram?: ArrayLike<number>;
  readonly count: number;
  readonly batches: number;
}

/** A module that passes its input on and remembers something of it. */
export abstract class ObserverBase extends Module {
  readonly dtype: DType;
  readonly isDynamic: boolean;
  /** How much was seen, for people; not part of the state. */
  declare batchesSeen: number;
  declare valuesSeen: number;

  constructor(dtype: DType, isDynamic: boolean) {
    super();
    this.dtype = dtype;
    this.isDynamic = isDynamic;
    for (const name of ['batchesSeen', 'valuesSeen']) {
      Object.defineProperty(this, name, { value: 0, writable: true, enumerable: false, configurable: true });
    }
  }

  /** Returns `x` itself. An empty tensor leaves everything as it was. */
  override forward(x: Tensor): Tensor {
    if (x.numel() > 0) {
      noGrad(() => this.observe(x));
      this.batchesSeen += 1;
      this.valuesSeen += x.numel();
    }
    return x;
  }

  /** Takes one batch in; never empty. */
  protected abstract observe(x: Tensor): void;

  /** Scale and zero point for what was seen. */
  abstract calculateQParams(): CalculatedQParams;

  /** True if `calculateQParams` would tell something. */
  abstract get isCalibrated(): boolean;

  /** What an observer knows may have another shape than it has now: extrema per channel are empty before the first batch. */
  protected override stateRule(name: string): { readonly optional: boolean; readonly resizes: boolean } {
    return { optional: name === 'eps', resizes: name !== 'histogram' };
  }

  /** What was seen so far, as plain numbers for views. */
  summary(): ObserverSummary {
    return { count: this.valuesSeen, batches: this.batchesSeen };
  }

  /** A factory whose options are functions, called for each observer made. PyTorch: `with_callable_args`. */
  static withCallableArgs<T>(this: ObserverClass<T>, options: CallableOptions): ObserverFactory<T> {
    return factory(this, {}, options);
  }
}

/**
 * Refuses extrema that leave no usable scale (D28). PyTorch keeps NaN and infinities for ever.
 * @throws ObserverError for NaN or an infinite value.
 */
export function requireFiniteExtrema(name: string, min: number, max: number): void {
  if (compatibility.reproducePyTorchDefects || (Number.isFinite(min) && Number.isFinite(max))) {
    return;
  }
  throw new ObserverError(
    Number.isNaN(min) || Number.isNaN(max)
      ? `${name}: the values to observe contain NaN; find the operator that makes it before calibrating`
      : `${name}: the values to observe contain an infinity, for which no scale exists; mask with a large finite ` +
          'number, use HistogramObserver, which leaves infinities out, or give the operator a null qconfig'
  );
}
