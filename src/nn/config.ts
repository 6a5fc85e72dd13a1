// Reading exported constructor configurations: PyTorch's snake_case names, tuples as arrays.

import type { ModuleConfig } from './library';
import type { Spatial } from '../tensor/ops/convolution';

export function num(config: ModuleConfig, name: string, fallback?: number): number {
  const value = config[name] ?? fallback;
  if (typeof value !== 'number') {
    throw new TypeError(`configuration: '${name}' should be a number, got ${JSON.stringify(value)}`);
  }
  return value;
}

export function bool(config: ModuleConfig, name: string, fallback = false): boolean {
  const value = config[name] ?? fallback;
  return value === true;
}

export function str<T extends string>(config: ModuleConfig, name: string, fallback: T): T {
  const value = config[name] ?? fallback;
  return typeof value === 'string' ? (value as T) : fallback;
}

export function spatial(config: ModuleConfig, name: string, fallback: Spatial): Spatial {
  const value = config[name] ?? fallback;
  return Array.isArray(value) ? ([...(value as number[])] as number[]) : (value as Spatial);
}

/** A number, a list, or null where the configuration says so. */
export function optional<T>(config: ModuleConfig, name: string): T | null {
  return (config[name] ?? null) as T | null;
}
