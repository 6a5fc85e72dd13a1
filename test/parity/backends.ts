// Backend configs by the name a recording has for them.

import * as quantization from '../../src/quantization';
import type { BackendConfig } from '../../src/quantization';

/** @throws Error for a name we have no config for. */
export function backendConfigNamed(name: string): BackendConfig {
  const getter = `get${name.charAt(0).toUpperCase()}${name.slice(1)}BackendConfig`;
  const get = (quantization as Readonly<Record<string, unknown>>)[getter];
  if (typeof get !== 'function') {
    throw new Error(`unsupported: backend config '${name}'`);
  }
  return (get as () => BackendConfig)();
}
