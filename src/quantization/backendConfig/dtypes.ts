// One combination of dtypes that an operator has a kernel for, and what its scales must satisfy.
// PyTorch: `DTypeConfig`, `DTypeWithConstraints`.

import { isDType, type DType } from '../../tensor/dtype';

/** Bounds are on the qconfig's settings: a qconfig outside them is not used. */
export interface DTypeWithConstraints {
  readonly dtype: DType;
  readonly quantMinLowerBound?: number;
  readonly quantMaxUpperBound?: number;
  /** For the observer's `eps`, which stands for the smallest scale. */
  readonly scaleMinLowerBound?: number;
  /** Kept, and never checked, as in PyTorch. */
  readonly scaleMaxUpperBound?: number;
  /** The observer has to be a FixedQParamsObserver with this scale … */
  readonly scaleExactMatch?: number;
  /** … and this zero point. */
  readonly zeroPointExactMatch?: number;
}

/** The dtypes of an operator's inputs, outputs, weight and bias. */
export interface DTypeConfigOptions {
  readonly inputDtype?: DType | DTypeWithConstraints;
  readonly outputDtype?: DType | DTypeWithConstraints;
  readonly weightDtype?: DType | DTypeWithConstraints;
  readonly biasDtype?: DType;
  readonly isDynamic?: boolean;
}

/** What is absent is not constrained. */
export class DTypeConfig {
  declare readonly inputDtype?: DTypeWithConstraints;
  declare readonly outputDtype?: DTypeWithConstraints;
  declare readonly weightDtype?: DTypeWithConstraints;
  declare readonly biasDtype?: DType;
  declare readonly isDynamic?: boolean;

  /** @throws TypeError for a name that is no dtype. */
  constructor(options: DTypeConfigOptions) {
    for (const [key, value] of Object.entries(options) as [
      string,
      DTypeConfigOptions[keyof DTypeConfigOptions]
    ][]) {
      if (value !== undefined) {
        Reflect.set(
          this,
          key,
          key === 'biasDtype' || key === 'isDynamic' ? value : withConstraints(key, value)
        );
      }
    }
  }

  /** PyTorch's keys. */
  toDict(): Record<string, unknown> {
    return Object.fromEntries(
      KEYS.flatMap(([snake, key]) => (this[key] === undefined ? [] : [[snake, this[key]]]))
    );
  }

  /** @throws Error for a key that means nothing. */
  static fromDict(dict: Readonly<Record<string, unknown>>): DTypeConfig {
    const known = new Map<string, string>(KEYS);
    return new DTypeConfig(
      Object.fromEntries(
        Object.entries(dict).map(([snake, value]) => {
          const key = known.get(snake);
          if (!key) {
            throw new Error(
              `DTypeConfig.fromDict: unknown key '${snake}'; one of ${[...known.keys()].join(', ')}`
            );
          }
          return [key, value];
        })
      )
    );
  }
}

const KEYS = [
  ['input_dtype', 'inputDtype'],
  ['output_dtype', 'outputDtype'],
  ['weight_dtype', 'weightDtype'],
  ['bias_dtype', 'biasDtype'],
  ['is_dynamic', 'isDynamic']
] as const;

function withConstraints(key: string, value: unknown): DTypeWithConstraints {
  const constraints = (typeof value === 'string' ? { dtype: value } : value) as DTypeWithConstraints;
  if (!isDType(constraints.dtype)) {
    throw new TypeError(`DTypeConfig: ${key} ${String(constraints.dtype)} is no dtype`);
  }
  return constraints;
}

/** Every input and output dtype of these, held to one range and one scale: sigmoid and its kind. */
export function withFixedQParams(config: DTypeConfig, scale: number, zeroPoint: number): DTypeConfig {
  const fixed = (side: DTypeWithConstraints | undefined): DTypeWithConstraints | undefined =>
    side && {
      ...side,
      quantMinLowerBound: 0,
      quantMaxUpperBound: 255,
      scaleExactMatch: scale,
      zeroPointExactMatch: zeroPoint
    };
  const [input, output] = [fixed(config.inputDtype), fixed(config.outputDtype)];
  return new DTypeConfig({
    ...config,
    ...(input ? { inputDtype: input } : {}),
    ...(output ? { outputDtype: output } : {})
  });
}

const signed = { dtype: 'qint8', scaleMinLowerBound: 2 ** -12 } as const;
const signedWeight = { ...signed, quantMinLowerBound: -127, quantMaxUpperBound: 127 } as const;

/** Integer in and out, with a weight. */
export const W8 = new DTypeConfig({
  inputDtype: 'quint8',
  outputDtype: 'quint8',
  weightDtype: 'qint8',
  biasDtype: 'float32'
});
/** Integer in and out. */
export const D8 = new DTypeConfig({ inputDtype: 'quint8', outputDtype: 'quint8' });
/** Float in and out, integers inside. */
export const DYN8 = new DTypeConfig({
  inputDtype: 'quint8',
  outputDtype: 'float32',
  weightDtype: 'qint8',
  biasDtype: 'float32',
  isDynamic: true
});
export const DYN16 = new DTypeConfig({
  inputDtype: 'float16',
  outputDtype: 'float32',
  weightDtype: 'float16',
  biasDtype: 'float32',
  isDynamic: true
});
/** Layer norm: its weight stays float. */
export const LN8 = new DTypeConfig({ ...D8, weightDtype: 'float32', biasDtype: 'float32' });
const weightOnly = (weightDtype: DType) =>
  new DTypeConfig({ inputDtype: 'float32', outputDtype: 'float32', weightDtype });
export const WO8 = weightOnly('quint8');
export const WO4 = weightOnly('quint4x2');
export const WOS8 = weightOnly('qint8');
/** XNNPACK's: signed activations, weights without −128. */
export const S8 = new DTypeConfig({ inputDtype: signed, outputDtype: signed });
export const SW8 = new DTypeConfig({ ...S8, weightDtype: signedWeight, biasDtype: 'float32' });
export const SDYN8 = new DTypeConfig({ ...SW8, outputDtype: 'float32', isDynamic: true });
