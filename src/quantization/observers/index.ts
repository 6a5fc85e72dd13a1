// All observers, under PyTorch's names.

import { registerLibraryModule, type ModuleClass } from '../../nn/library';
import { HistogramObserver } from './histogram';
import {
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  PerChannelMinMaxObserver
} from './minMax';
import {
  FixedQParamsObserver,
  NoopObserver,
  PlaceholderObserver,
  RecordingObserver,
  ReuseInputObserver
} from './others';

export {
  DEFAULT_EPS,
  factory,
  ObserverBase,
  ObserverError,
  UniformObserver,
  type ObserverClass,
  type ObserverFactory,
  type ObserverOptions,
  type ObserverSummary
} from './base';
export { HistogramObserver } from './histogram';
export * from './minMax';
export * from './others';

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
