// Sums, products and joins of quantized tensors: `torch.ops.quantized.add`, `mul`, `matmul`, `cat`.

import * as binary from '../../quantized/binary';
import { quantizedCat, quantizedCatTo } from '../../quantized/join';
import { quantizedAddScalar, quantizedMulScalar } from '../../quantized/scalar';
import { Tensor } from '../../tensor';
import { params } from '../parameters';
import { define, num, withOutput, type Scalar } from './define';

type Grid = Scalar | null;
const operands = params('a', 'b', ['scale', null], ['zero_point', null]);

for (const relu of [false, true]) {
  const suffix = relu ? '_relu' : '';
  define(
    `add${suffix}`,
    operands,
    (a: Scalar, b: Scalar, s: Grid, z: Grid) =>
      withScalar(a, b, (x, c) => quantizedAddScalar(x, c, relu)) ??
      binary.quantizedAdd(a as Tensor, b as Tensor, num(s ?? 1), num(z ?? 0), relu)
  );
  define(
    `mul${suffix}`,
    operands,
    (a: Scalar, b: Scalar, s: Grid, z: Grid) =>
      withScalar(a, b, (x, c) => quantizedMulScalar(x, c, relu)) ??
      binary.quantizedMul(a as Tensor, b as Tensor, num(s ?? 1), num(z ?? 0), relu)
  );
  define(
    `cat${suffix}`,
    params('qxs', 'dim', ['scale', null], ['zero_point', null]),
    (tensors: readonly Tensor[], dim: number, s: Grid, z: Grid) =>
      s === null && z === null && !relu
        ? quantizedCat(tensors, dim)
        : quantizedCatTo(tensors, dim, ...gridOr(tensors, s, z), relu)
  );
}

/** One quantized tensor and a number; undefined for two tensors. */
function withScalar(a: Scalar, b: Scalar, run: (x: Tensor, scalar: number) => Tensor): Tensor | undefined {
  const isTensor = (v: Scalar): v is Tensor => v instanceof Tensor && v.quantizer !== null;
  if (isTensor(a) && !isTensor(b)) {
    return run(a, num(b));
  }
  return isTensor(b) && !isTensor(a) ? run(b, num(a)) : undefined;
}

/** What is not given is the first tensor's. */
function gridOr(tensors: readonly Tensor[], s: Grid, z: Grid): [number, number] {
  const own = tensors[0]?.quantizer;
  return [num(s ?? own?.scales[0] ?? 1), num(z ?? own?.zeroPoints[0] ?? 0)];
}

define('matmul', withOutput('a', 'b'), (a: Tensor, b: Tensor, s: Scalar, z: Scalar) =>
  binary.quantizedMatmul(a, b, num(s), num(z))
);
