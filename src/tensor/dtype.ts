// Element types and quantization schemes, by PyTorch's names (`torch.float32` is 'float32').
// A dtype is its name: it prints, compares and serialises as itself.

/** Every dtype, by PyTorch's name without `torch.`. */
export const DTYPES = [
  'float32',
  'float64',
  'float16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
  'quint8',
  'qint8',
  'qint32',
  'quint4x2'
] as const;
/** `torch.dtype`. int64 is held as float64 whole numbers inside; BigInt appears only when reading or writing files. */
export type DType = (typeof DTYPES)[number];

/** Every quantization scheme, by PyTorch's name. */
export const QSCHEMES = [
  'per_tensor_affine',
  'per_tensor_symmetric',
  'per_channel_affine',
  'per_channel_symmetric',
  'per_channel_affine_float_qparams'
] as const;
/** `torch.qscheme`. */
export type QScheme = (typeof QSCHEMES)[number];

const QUANTIZED: ReadonlySet<DType> = new Set<DType>(['quint8', 'qint8', 'qint32', 'quint4x2']);
const FLOATING: ReadonlySet<DType> = new Set<DType>(['float32', 'float64', 'float16']);

/** Is it the name of a dtype? */
export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && (DTYPES as readonly string[]).includes(name);
}

/** Does it hold integers with a scale? */
export function isQuantizedDType(dtype: DType): boolean {
  return QUANTIZED.has(dtype);
}

/** Does it hold fractions? */
export function isFloatingDType(dtype: DType): boolean {
  return FLOATING.has(dtype);
}

const ELEMENT_SIZES: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
  quint8: 1,
  qint8: 1,
  qint32: 4,
  quint4x2: 1
};

/** Bytes of one element in PyTorch, where two of quint4x2 share one (`torch.Tensor.element_size`). */
export function elementSize(dtype: DType): number {
  return ELEMENT_SIZES[dtype];
}

/** The integers a quantized or small integer dtype can hold, both ends included (`torch.iinfo`). */
export function integerRange(dtype: DType): readonly [number, number] {
  switch (dtype) {
    case 'quint8':
    case 'uint8':
      return [0, 255];
    case 'qint8':
    case 'int8':
      return [-128, 127];
    case 'int16':
      return [-32768, 32767];
    case 'qint32':
    case 'int32':
      return [-2147483648, 2147483647];
    case 'quint4x2':
      return [0, 15];
    default:
      throw new TypeError(`integerRange: ${dtype} is no bounded integer type`);
  }
}
