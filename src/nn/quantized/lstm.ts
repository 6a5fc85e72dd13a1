// `torch.ao.nn.quantized.LSTM`: the observed LSTM with integer layers and arithmetic inside.

import { deepCopy } from '../deepcopy';
import { registerLibraryModule } from '../library';
import type { Module } from '../module';
import { convertObserved } from '../quantizable/base';
import { LSTM as QuantizableLSTM } from '../quantizable/lstm';
import { adopt } from '../qat/base';

/** Quantized in, quantized out; the state too. */
export class LSTM extends QuantizableLSTM {
  /** From the observed LSTM, which has seen calibration data. */
  static fromObserved(observed: QuantizableLSTM): LSTM {
    const converted = adopt<LSTM>(LSTM, deepCopy(observed as unknown as Module), {});
    convertObserved(converted);
    return converted;
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.rnn.LSTM', LSTM);
