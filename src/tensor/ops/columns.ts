// im2col and col2im: windows of images as columns of a matrix, and columns added up to an image.

import { differentiable } from '../autograd/record';
import type { Tensor } from '../tensor';
import { empty } from './create';
import { at } from './views';

type Pair = readonly [number, number];
export interface WindowGeometry {
  readonly kernel: Pair;
  readonly dilation: Pair;
  readonly padding: Pair;
  readonly stride: Pair;
}

/** How many windows there are in each direction. @throws Error where there is none. */
function windowsIn(size: Pair, g: WindowGeometry, op: string): Pair {
  const count = (d: 0 | 1) =>
    Math.floor((size[d] + 2 * g.padding[d] - g.dilation[d] * (g.kernel[d] - 1) - 1) / g.stride[d]) + 1;
  const [rows, columns] = [count(0), count(1)];
  if (rows < 1 || columns < 1) {
    throw new Error(`${op}: no window of [${g.kernel.join(', ')}] fits into [${size.join(', ')}]`);
  }
  return [rows, columns];
}

/** Calls `visit` with a position in the columns and the one in the images it stands for, −1 in the padding. */
function eachElement(
  planes: number,
  size: Pair,
  g: WindowGeometry,
  op: string,
  visit: (column: number, image: number) => void
): void {
  const [rows, cols] = windowsIn(size, g, op);
  let column = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (let kh = 0; kh < g.kernel[0]; kh++) {
      for (let kw = 0; kw < g.kernel[1]; kw++) {
        for (let r = 0; r < rows; r++) {
          const y = r * g.stride[0] - g.padding[0] + kh * g.dilation[0];
          for (let c = 0; c < cols; c++) {
            const x = c * g.stride[1] - g.padding[1] + kw * g.dilation[1];
            const inside = y >= 0 && y < size[0] && x >= 0 && x < size[1];
            visit(column++, inside ? (plane * size[0] + y) * size[1] + x : -1);
          }
        }
      }
    }
  }
}

/** `[N, C, H, W]` → `[N, C·kh·kw, L]`. */
export const columns = differentiable('columns', (x: Tensor, g: WindowGeometry): Tensor => {
  if (x.ndim !== 4) {
    throw new Error(`unfold: expected [N, C, H, W] or [C, H, W], got [${x.shape.join(', ')}]`);
  }
  const [n = 0, c = 0, h = 0, w = 0] = x.shape;
  const [rows, cols] = windowsIn([h, w], g, 'unfold');
  const result = empty([n, c * g.kernel[0] * g.kernel[1], rows * cols], x.dtype);
  const out = result.storage.view();
  const source = x.data();
  eachElement(n * c, [h, w], g, 'unfold', (to, from) => {
    out[to] = from < 0 ? 0 : (source[from] as number);
  });
  return result;
});

/** `[N, C·kh·kw, L]` → `[N, C, H, W]`. */
export const overlapAdd = differentiable('overlapAdd', (x: Tensor, size: Pair, g: WindowGeometry): Tensor => {
  const perWindow = g.kernel[0] * g.kernel[1];
  const [rows, cols] = windowsIn(size, g, 'fold');
  if (x.ndim !== 3 || at(x.shape, 1) % perWindow !== 0 || at(x.shape, 2) !== rows * cols) {
    throw new Error(
      `fold: [${x.shape.join(', ')}] are no columns of ${rows * cols} windows of ${perWindow} elements for [${size.join(', ')}]`
    );
  }
  const [n = 0, height = 0] = x.shape;
  const result = empty([n, height / perWindow, ...size], x.dtype);
  const out = result.storage.view();
  const source = x.data();
  eachElement(n * (height / perWindow), size, g, 'fold', (from, to) => {
    if (to >= 0) {
      out[to] = (out[to] as number) + (source[from] as number);
    }
  });
  return result;
});
