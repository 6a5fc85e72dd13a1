// `torch.ao.nn.quantizable`: modules that observe themselves, for `setFloatToObservedMapping`.

export { LSTM, LSTMCell, type CellWeights, type QuantizableOptions } from './lstm';
export { MultiheadAttention } from './attention';
