// Keeps every value it sees, for looking at. PyTorch: RecordingObserver.

import type { DType, QScheme } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import { ObserverBase, ObserverError } from './base';
import { factory } from './factory';

/** Settings of `RecordingObserver`. */
export interface RecordingOptions {
  dtype?: DType;
}

/** Keeps a copy of every batch, empty ones too. Memory: that of all batches. */
export class RecordingObserver extends ObserverBase {
  readonly qscheme: QScheme = 'per_tensor_affine';
  declare private readonly recorded: Tensor[];

  constructor(options: RecordingOptions = {}) {
    super(options.dtype ?? 'quint8', false);
    Object.defineProperty(this, 'recorded', { value: [], enumerable: false });
  }

  override forward(x: Tensor): Tensor {
    this.observe(x);
    this.batchesSeen += 1;
    this.valuesSeen += x.numel();
    return x;
  }

  /** Keeps a copy of the batch. */
  protected override observe(x: Tensor): void {
    this.recorded.push(x.detach().clone());
  }

  /** Every batch in order. PyTorch: `get_tensor_value`. */
  getTensorValue(): readonly Tensor[] {
    return this.recorded;
  }

  override get isCalibrated(): boolean {
    return this.recorded.length > 0;
  }

  /** @throws ObserverError always. */
  override calculateQParams(): CalculatedQParams {
    throw new ObserverError('calculateQParams should not be called for RecordingObserver: it only records');
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: RecordingOptions) {
    return factory(this, { ...options });
  }
}
