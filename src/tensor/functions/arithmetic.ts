// Addition and multiplication whatever the operands are: float tensors, numbers, quantized tensors with a
// number. Two quantized tensors need output qparams and so go through `torch.ops.quantized`.

import { Tensor } from '../tensor';
import { add, mul, type Operand } from '../ops/elementwise';
import { quantizedAddScalar, quantizedMulScalar } from '../quantized/scalar';

export function addAny(a: Operand, b: Operand, alpha: number): Tensor {
  return (
    quantizedWithScalar(a, b, (x, scalar) => quantizedAddScalar(x, scalar * alpha, false)) ?? add(a, b, alpha)
  );
}

export function mulAny(a: Operand, b: Operand): Tensor {
  return quantizedWithScalar(a, b, (x, scalar) => quantizedMulScalar(x, scalar, false)) ?? mul(a, b);
}

function quantizedWithScalar(
  a: Operand,
  b: Operand,
  run: (x: Tensor, scalar: number) => Tensor
): Tensor | undefined {
  if (a instanceof Tensor && a.quantizer && !(b instanceof Tensor)) {
    return run(a, Number(b));
  }
  return b instanceof Tensor && b.quantizer && !(a instanceof Tensor) ? run(b, Number(a)) : undefined;
}
