// The layout in a worker: one request in, one result out.

import { runLayout } from './index';
import type { LayoutRequest } from './types';

self.onmessage = (event: MessageEvent<LayoutRequest>) => {
  self.postMessage(runLayout(event.data));
};
