// Fake quantizers, their default settings, and the switches for a whole model.

export { FakeQuantizeBase, type FakeQuantizeOptions } from './base';
export * from './defaults';
export * from './fakeQuantize';
