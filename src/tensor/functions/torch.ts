// The `torch.*` functions, one file per family.

export * from './convolution';
export * from './pointwise';
export * from './quantization';
export * from './reduce';
export * from './shape';
