// Functions that are reached under PyTorch's own paths: Python's `operator.*` and `torch.ops.quantized.*`.

import { definedFunctions, type TorchFunction } from '../function';
import type { Tensor } from '../tensor';
import './operators';
import './quantizedOps';

type LooseFunction = ((...args: readonly unknown[]) => Tensor) & TorchFunction;

const OPERATORS = [
  'add',
  'sub',
  'mul',
  'truediv',
  'floordiv',
  'mod',
  'pow',
  'matmul',
  'neg',
  'pos',
  'abs',
  'and_',
  'or_',
  'xor',
  'invert',
  'lshift',
  'rshift',
  'getitem',
  'gt',
  'lt',
  'ge',
  'le',
  'eq',
  'ne'
] as const;

/** Python's operators as functions: they also take numbers first, and sizes. */
export const operator = Object.fromEntries(
  OPERATORS.map(name => [name, definedFunctions().get(`operator.${name}`)])
) as { readonly [name in (typeof OPERATORS)[number]]: LooseFunction };

/** What lowered graphs call: `torch.ops.quantized.linear`. */
export const ops = { quantized: below('torch.ops.quantized.') } as const;

function below(prefix: string): Readonly<Record<string, LooseFunction>> {
  return Object.fromEntries(
    [...definedFunctions()]
      .filter(([target]) => target.startsWith(prefix))
      .map(([target, fn]) => [target.slice(prefix.length), fn as LooseFunction])
  );
}
