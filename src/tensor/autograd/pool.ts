// Gradients of pools: an average's goes evenly to its window, a maximum's to the element that was it.

import { adaptiveMaxOp, averageOp, eachWindow, maxPoolOp, poolPadding } from '../ops/pool';
import { product } from '../ops/create';
import { storageFrom } from '../storage';
import { Tensor } from '../tensor';
import { defineGradient } from './record';

defineGradient(maxPoolOp, (dy, [, x], { result }) => {
  const sums = new Float64Array(x.numel());
  const [gradient, places] = [dy.data(), result.indices.data()];
  const [from, to] = [product(dy.shape.slice(2)), product(x.shape.slice(2))];
  for (let i = 0; i < gradient.length; i++) {
    add(sums, Math.floor(i / from) * to + (places[i] as number), gradient[i] as number);
  }
  return [null, shaped(sums, x)];
});

defineGradient(adaptiveMaxOp, (dy, [x, window]) => {
  const sums = new Float64Array(x.numel());
  const [gradient, source] = [dy.data(), x.data()];
  eachWindow(x, window, (i, visit) => {
    let best = -1;
    visit(position => {
      const v = source[position] as number;
      if (best < 0 || v > (source[best] as number) || v !== v) {
        best = position;
      }
    });
    add(sums, best, gradient[i] as number);
  });
  return [shaped(sums, x)];
});

defineGradient(averageOp, (dy, [x, window, dims, options, rule]) => {
  const sums = new Float64Array(x.numel());
  const gradient = dy.data();
  const padding = poolPadding(options, dims);
  eachWindow(x, window, (i, visit, full) => {
    let valid = 0;
    visit(() => {
      valid += 1;
    });
    // What the average makes of a window with a single 1 is the weight of each element.
    const share = rule(gradient[i] as number, valid, full(padding));
    visit(position => add(sums, position, share));
  });
  return [shaped(sums, x)];
});

function add(sums: Float64Array, position: number, value: number): void {
  sums[position] = (sums[position] as number) + value;
}

function shaped(values: Float64Array, like: Tensor): Tensor {
  return new Tensor(storageFrom(like.dtype, values), [...like.shape]);
}
