// The integers an observer's settings allow. PyTorch: `calculate_qmin_qmax`, `validate_qmin_qmax`.

import { integerRange, type DType } from '../../tensor/dtype';
import { ObserverError } from './base';

export interface RangeOptions {
  /** Both or none: one alone is ignored. */
  quantMin?: number | null;
  quantMax?: number | null;
  /** Halves the range, for kernels that add pairs of products in 16 bits. */
  reduceRange?: boolean;
}

/** dtypes that observers compute scales for. */
const OBSERVED: ReadonlySet<DType> = new Set<DType>([
  'qint8',
  'quint8',
  'quint4x2',
  'qint32',
  'int8',
  'uint8',
  'int16',
  'int32'
]);

/** @throws ObserverError for a dtype that no scale exists for. */
export function requireObservedDType(name: string, dtype: DType): void {
  if (!OBSERVED.has(dtype)) {
    throw new ObserverError(
      `${name}: dtype ${dtype} has no scale to observe; one of ${[...OBSERVED].join(', ')}, ` +
        'or PlaceholderObserver for float dtypes'
    );
  }
}

/**
 * Lowest and highest integer, both included.
 * @throws ObserverError for a range without 0, upside down, or longer than the dtype.
 */
export function quantizationRange(options: RangeOptions, dtype: DType): readonly [number, number] {
  const { quantMin, quantMax, reduceRange = false } = options;
  if (quantMin != null && quantMax != null) {
    checkCustomRange(quantMin, quantMax, dtype);
    return reduceRange ? [Math.floor(quantMin / 2), Math.floor(quantMax / 2)] : [quantMin, quantMax];
  }
  const range = integerRange(dtype);
  const isByte = range[1] - range[0] === 255;
  return reduceRange && isByte ? [range[0] / 2, Math.floor(range[1] / 2)] : range;
}

function checkCustomRange(quantMin: number, quantMax: number, dtype: DType): void {
  if (quantMin > 0 || quantMax < 0) {
    throw new ObserverError(`quantization range ${quantMin} to ${quantMax} must include 0`);
  }
  if (quantMin >= quantMax) {
    throw new ObserverError(`quantMin ${quantMin} must be less than quantMax ${quantMax}`);
  }
  const isSigned = dtype === 'qint8' || dtype === 'int8' || dtype === 'qint32' || dtype === 'int32';
  const [lowest, highest] = integerRange(dtype);
  if (isSigned && quantMax - quantMin > highest - lowest) {
    throw new ObserverError(
      `quantization range ${quantMin} to ${quantMax} has more integers than ${dtype}, which has ${highest - lowest + 1}`
    );
  }
}
