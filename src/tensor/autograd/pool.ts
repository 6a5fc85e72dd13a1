// Gradients of pools: an average's goes evenly to its window, a maximum's to the element that was it.

import { adaptiveMaxOp, averageOp, eachWindow, maxPoolOp, poolPadding } from '../ops/pool';
import { empty, product } from '../ops/create';
import { unpool } from '../ops/unpool';
import { storageFrom } from '../storage';
import { Tensor } from '../tensor';
import { defineGradient } from './record';

/** Each output's gradient goes where its element was found. */
function toPlaces(dy: Tensor, x: Tensor, indices: Tensor): Tensor {
  const sums = new Float64Array(x.numel());
  const [gradient, places] = [dy.data(), indices.data()];
  const [from, to] = [product(dy.shape.slice(2)), product(x.shape.slice(2))];
  for (let i = 0; i < gradient.length; i++) {
    add(sums, Math.floor(i / from) * to + (places[i] as number), gradient[i] as number);
  }
  return shaped(sums, x);
}
defineGradient(maxPoolOp, (dy, [, x], { result }) => [null, toPlaces(dy, x, result.indices)]);
defineGradient(adaptiveMaxOp, (dy, [x], { result }) => [toPlaces(dy, x, result.indices)]);
defineGradient(unpool, (dy, [x, indices]) => {
  const gradient = empty(x.shape, dy.dtype);
  const out = gradient.storage.view();
  const [upper, places] = [dy.data(), indices.data()];
  const [from, to] = [product(dy.shape.slice(2)), product(x.shape.slice(2))];
  for (let i = 0; i < out.length; i++) {
    out[i] = upper[Math.floor(i / to) * from + (places[i] as number)] as number;
  }
  return [gradient];
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
