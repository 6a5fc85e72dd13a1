// Tensors as text: numbers as torch prints them (`torch/_tensor_str.py`: four digits, common width, scientific where
// values differ by much, dots in place of the middle of long dimensions), then shape and dtype, which a person
// reading a notebook wants to see.

import { isFloatingDType, type DType } from './dtype';
import type { Tensor } from './tensor';

const PRECISION = 4;
/** Tensors of more elements are shortened. */
const THRESHOLD = 1000;
/** Elements shown at either end of a shortened dimension. */
const EDGE = 3;
const LINE_WIDTH = 80;
const PREFIX = 'tensor(';

type Format = (value: number) => string;

/** `tensor([[1., 2.], [3., 4.]], shape=[2, 2], dtype=float32)`. PyTorch: `Tensor.__repr__`. */
export function printTensor(x: Tensor): string {
  const { shape } = x;
  const values = (x.quantizer ? x.dequantize() : x).data();
  const shortens = values.length > THRESHOLD;
  const shown = shownIndexes(shape, shortens);
  const dtype = x.quantizer ? 'float32' : x.dtype;
  const format = formatFor(
    shown.map(i => Number(values[i])),
    dtype
  );
  const rows = (dim: number, offset: number, indent: number): string => {
    if (dim === shape.length) {
      return format(Number(values[offset]));
    }
    const size = shape[dim] ?? 0;
    const step = shape.slice(dim + 1).reduce((a, b) => a * b, 1);
    const parts = edges(size, shortens).map(i => {
      const dots = dim === shape.length - 1 ? ' ...' : '...';
      return i === null ? dots : rows(dim + 1, offset + i * step, indent + 1);
    });
    return dim === shape.length - 1
      ? `[${wrap(parts, indent)}]`
      : `[${parts.join(`,${'\n'.repeat(shape.length - dim - 1)}${' '.repeat(indent)}`)}]`;
  };
  const body = values.length === 0 ? '[]' : rows(0, 0, PREFIX.length + 1);
  return `${PREFIX}${[body, `shape=[${shape.join(', ')}]`, `dtype=${x.dtype}`, ...qparams(x)].join(', ')})`;
}

function qparams(x: Tensor): string[] {
  if (!x.quantizer) {
    return x.requiresGrad ? ['requiresGrad=true'] : [];
  }
  const { scales, zeroPoints } = x.quantizer;
  return scales.length === 1
    ? [`scale=${scales[0] ?? NaN}`, `zeroPoint=${zeroPoints[0] ?? NaN}`]
    : [`scales of ${scales.length} channels`];
}

/** Positions along a dimension, null for the dots. */
function edges(size: number, shortens: boolean): (number | null)[] {
  const all = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  return shortens && size > 2 * EDGE ? [...all(0, EDGE), null, ...all(size - EDGE, size)] : all(0, size);
}

function shownIndexes(shape: readonly number[], shortens: boolean): number[] {
  return shape.reduce(
    (offsets: number[], size) =>
      offsets.flatMap(offset =>
        edges(size, shortens)
          .filter((i): i is number => i !== null)
          .map(i => offset * size + i)
      ),
    [0]
  );
}

/** The innermost row, over several lines where one is too short. */
function wrap(parts: readonly string[], indent: number): string {
  const width = Math.max(1, Math.floor((LINE_WIDTH + 1 - indent) / ((parts[0]?.length ?? 0) + 2)));
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += width) {
    lines.push(parts.slice(i, i + width).join(', '));
  }
  return lines.join(`,\n${' '.repeat(indent)}`);
}

function formatFor(values: readonly number[], dtype: DType): Format {
  const write =
    dtype === 'bool'
      ? (v: number) => (v === 0 ? 'false' : 'true')
      : isFloatingDType(dtype)
        ? floatFormat(values)
        : (v: number) => String(v);
  const width = Math.max(0, ...values.map(v => write(v).length));
  return v => write(v).padStart(width);
}

function floatFormat(values: readonly number[]): Format {
  const finite = values.filter(v => Number.isFinite(v) && v !== 0).map(Math.abs);
  const [least, most] = finite.length > 0 ? [Math.min(...finite), Math.max(...finite)] : [1, 1];
  const whole = values.every(v => !Number.isFinite(v) || Number.isInteger(v));
  const scientific = most / least > 1000 || most > 1e8 || least < 1e-4;
  return v => {
    if (!Number.isFinite(v)) {
      return Number.isNaN(v) ? 'nan' : v > 0 ? 'inf' : '-inf';
    }
    if (scientific) {
      return rounded(v, (x, digits) => x.toExponential(digits)).replace(/e([+-])(\d)$/, 'e$10$2');
    }
    return whole ? `${v}.` : rounded(v, (x, digits) => x.toFixed(digits));
  };
}

/** JavaScript rounds a decimal tie away from zero, C to the even digit. */
function rounded(v: number, write: (v: number, digits: number) => string): string {
  const up = write(v, PRECISION);
  const isTie = /^-?\d+\.\d{4}50*(e|$)/.test(write(v, 60));
  const isOdd = /[13579](e|$)/.test(up);
  return isTie && isOdd ? write(v, PRECISION + 1).replace(/5(e|$)/, '$1') : up;
}
