// The `torch.*` functions, one file per family.

export * from './binary';
export * from './convolution';
export * from './create';
export * from './linalg';
export * from './pick';
export * from './pointwise';
export * from './quantization';
export * from './random';
export * from './reduce';
export * from './shape';
