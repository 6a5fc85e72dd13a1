// `torch.nn.functional`, one file per family. Convolutions are the torch functions.

export {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d
} from '../../tensor/functions/torch';
export * from './activation';
export { scaledDotProductAttention, type ScaledDotProductOptions } from './attention';
export { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from './dropout';
export * from './embedding';
export * from './linear';
export * from './losses';
export * from './moreLosses';
export { multiHeadAttentionForward, type MultiHeadOptions } from './multiHeadAttention';
export * from './norm';
export * from './pool';
export * from './resample';
export * from './vector';
export * from './windows';
