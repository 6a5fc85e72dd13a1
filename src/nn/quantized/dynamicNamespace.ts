// `torch.ao.nn.quantized.dynamic`, under the names it has there: values and types alike.

export { DynamicLinear as Linear, DynamicLinearReLU as LinearReLU } from './dynamic';
export {
  DynamicGRU as GRU,
  DynamicGRUCell as GRUCell,
  DynamicLSTM as LSTM,
  DynamicLSTMCell as LSTMCell,
  DynamicRNNCell as RNNCell
} from './dynamicRnn';
