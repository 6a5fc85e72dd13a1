// `torch.ao.nn.quantized.MultiheadAttention`: the observed attention with integer projections.

import { deepCopy } from '../deepcopy';
import { registerLibraryModule } from '../library';
import type { Module } from '../module';
import { MultiheadAttention as Quantizable, quantizedBias } from '../quantizable/attention';
import { convertObserved } from '../quantizable/base';
import { adopt } from '../qat/base';

/** Quantized in, quantized out, weights too. */
export class MultiheadAttention extends Quantizable {
  /** From the observed attention, which has seen calibration data. */
  static fromObserved(observed: Quantizable): MultiheadAttention {
    const converted = adopt<MultiheadAttention>(
      MultiheadAttention,
      deepCopy(observed as unknown as Module),
      {}
    );
    convertObserved(converted);
    for (const name of ['bias_k', 'bias_v'] as const) {
      const bias = converted[name];
      if (bias) {
        Reflect.set(converted, name, quantizedBias(bias));
      }
    }
    return converted;
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.MultiheadAttention', MultiheadAttention);
