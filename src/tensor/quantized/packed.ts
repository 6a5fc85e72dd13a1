// Weights ready for the integer kernels: what PyTorch calls packed params. Immutable; saved and loaded as
// their parts (spec 12).

import { storageFrom } from '../storage';
import { Tensor } from '../tensor';
import type { Spatial } from '../ops/convolution';

/** Weight `[N, K]` (qint8, per tensor or per channel of axis 0) and float bias `[N]`. */
export class LinearPackedParams {
  constructor(
    readonly weight: Tensor,
    readonly bias: Tensor | null
  ) {}
}

/** Weight of half precision, held as float32 numbers. */
export class LinearPackedParamsFp16 {
  constructor(
    readonly weight: Tensor,
    readonly bias: Tensor | null
  ) {}
}

export interface ConvPackedOptions {
  readonly dims: number;
  readonly stride: Spatial;
  readonly padding: Spatial;
  readonly dilation: Spatial;
  readonly groups: number;
  readonly transposed: boolean;
  readonly outputPadding: Spatial;
}

/**
 * Weight, bias and geometry of a convolution, ready for the integer kernel. PyTorch:
 * `ConvPackedParamsBase`.
 */
export class ConvPackedParams {
  constructor(
    readonly weight: Tensor,
    readonly bias: Tensor | null,
    readonly options: ConvPackedOptions
  ) {}
}

/** A 1d convolution packed as PyTorch packs it, with an outer dimension of size 1, as one of `dims` 1. */
export function asConv1d(packed: ConvPackedParams): ConvPackedParams {
  const { weight, options } = packed;
  if (options.dims !== 2 || weight.shape[2] !== 1) {
    return packed;
  }
  const [outer = 0, inner = 0, , width = 0] = weight.shape;
  const shape = [outer, inner, width];
  const last = (sizes: Spatial): Spatial => (typeof sizes === 'number' ? sizes : sizes.slice(-1));
  return new ConvPackedParams(
    new Tensor(storageFrom(weight.dtype, weight.data()), shape, { quantizer: weight.quantizer }),
    packed.bias,
    {
      ...options,
      dims: 1,
      stride: last(options.stride),
      padding: last(options.padding),
      dilation: last(options.dilation),
      outputPadding: last(options.outputPadding)
    }
  );
}

/** Rows quantized one by one with float qparams; 8 or 4 bits. */
export class EmbeddingPackedParams {
  constructor(readonly weight: Tensor) {}
}

/** One layer and direction of a recurrent module: input, hidden and, with a projection, output weights. */
export class CellPackedParams {
  constructor(
    readonly ih: LinearPackedParams | LinearPackedParamsFp16,
    readonly hh: LinearPackedParams | LinearPackedParamsFp16,
    readonly hr?: LinearPackedParams | LinearPackedParamsFp16
  ) {}
}

export type PackedParams =
  LinearPackedParams | LinearPackedParamsFp16 | ConvPackedParams | EmbeddingPackedParams | CellPackedParams;

export function isPackedParams(value: unknown): value is PackedParams {
  return (
    value instanceof LinearPackedParams ||
    value instanceof LinearPackedParamsFp16 ||
    value instanceof ConvPackedParams ||
    value instanceof EmbeddingPackedParams ||
    value instanceof CellPackedParams
  );
}
