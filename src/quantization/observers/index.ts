// All observers, under PyTorch's names.

import { registerLibraryModule, type ModuleClass } from '../../nn/library';
import { HistogramObserver } from './histogram';
import { MinMaxObserver, MovingAverageMinMaxObserver } from './minMax';
import { MovingAveragePerChannelMinMaxObserver, PerChannelMinMaxObserver } from './perChannel';
import { RecordingObserver } from './recording';
import { FixedQParamsObserver, NoopObserver, PlaceholderObserver, ReuseInputObserver } from './silent';

export { ObserverBase, ObserverError, type ObserverSummary } from './base';
export { factory, type CallableOptions, type ObserverClass, type ObserverFactory } from './factory';
export { DEFAULT_EPS, UniformObserver, type ObserverOptions } from './uniform';
export { HistogramObserver, type HistogramOptions } from './histogram';
export {
  minMaxOf,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  movingAverage,
  type MovingAverageOptions
} from './minMax';
export * from './perChannel';
export * from './recording';
export * from './silent';
export * from './defaults';
export { getObserverStateDict, loadObserverStateDict } from './stateDict';

/** Observer classes by their own names. */
export const observerClasses = {
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  PerChannelMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  FixedQParamsObserver,
  PlaceholderObserver,
  NoopObserver,
  ReuseInputObserver,
  RecordingObserver
} as const;

for (const [name, cls] of Object.entries(observerClasses)) {
  registerLibraryModule(`torch.ao.quantization.observer.${name}`, cls as unknown as ModuleClass);
}
