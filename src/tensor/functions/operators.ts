// Python's operators and builtins as they stand in graphs: `operator.add`, `operator.getitem`, `getattr`.
// They also work on sizes and numbers, since graphs compute with those.

import { defineFunction, type FunctionSpec } from '../function';
import { Tuple, tuple, type Slice } from '../structures';
import { Tensor } from '../tensor';
import * as elementwise from '../ops/elementwise';
import { matmul } from '../ops/linear';
import { abs, neg, reciprocal } from '../ops/pointwise';
import { bitwise, bitwiseNot } from '../ops/compare';
import { isFloatingDType } from '../dtype';
import { index, setItem } from '../ops/shape';
import { addAny, mulAny } from './arithmetic';
import { params } from './parameters';

type Value = Tensor | number | readonly number[];

function arithmetic(
  name: string,
  onTensors: (a: elementwise.Operand, b: elementwise.Operand) => Tensor,
  onNumbers: (a: number, b: number) => number,
  options: Pick<FunctionSpec, 'differentiable'> = {}
): void {
  defineFunction({
    target: `operator.${name}`,
    parameters: params('a', 'b'),
    record: 'asWritten',
    ...options,
    forward: (a: Value, b: Value): unknown => {
      if (a instanceof Tensor || b instanceof Tensor) {
        return onTensors(a as elementwise.Operand, b as elementwise.Operand);
      }
      if (name === 'add' && Array.isArray(a) && Array.isArray(b)) {
        const joined = [...(a as number[]), ...(b as number[])];
        return a instanceof Tuple ? tuple(...joined) : joined;
      }
      return onNumbers(a as number, b as number);
    }
  });
}

arithmetic(
  'add',
  (a, b) => addAny(a, b, 1),
  (a, b) => a + b
);
arithmetic('sub', elementwise.sub, (a, b) => a - b);
arithmetic('mul', mulAny, (a, b) => a * b);
// A number divided by a tensor is the tensor's reciprocal times the number, as Tensor.__rtruediv__ has it.
arithmetic(
  'truediv',
  (a, b) =>
    !(a instanceof Tensor) && b instanceof Tensor && isFloatingDType(b.dtype)
      ? elementwise.mul(reciprocal(b), a)
      : elementwise.div(a, b),
  (a, b) => a / b
);
arithmetic('floordiv', elementwise.floorDivide, (a, b) => Math.floor(a / b), { differentiable: false });
arithmetic('mod', elementwise.remainder, (a, b) => a - b * Math.floor(a / b));
arithmetic('pow', elementwise.pow, (a, b) => a ** b);
arithmetic(
  'matmul',
  (a, b) => matmul(a as Tensor, b as Tensor),
  () => NaN
);
for (const [alias, target] of [
  ['iadd', 'add'],
  ['imul', 'mul'],
  ['isub', 'sub'],
  ['itruediv', 'truediv']
] as const) {
  // In-place operators are traced as the plain ones; imported graphs may still name them.
  arithmetic(
    alias,
    target === 'add'
      ? (a, b) => addAny(a, b, 1)
      : target === 'mul'
        ? mulAny
        : target === 'sub'
          ? elementwise.sub
          : elementwise.div,
    () => NaN
  );
}

for (const name of elementwise.COMPARISON_NAMES) {
  arithmetic(
    name,
    (a, b) => elementwise.compare(name, a, b),
    (a, b) => Number({ gt: a > b, lt: a < b, ge: a >= b, le: a <= b, eq: a === b, ne: a !== b }[name])
  );
}

for (const [name, bits, onNumbers] of [
  ['and_', 'bitwise_and', (a: number, b: number) => a & b],
  ['or_', 'bitwise_or', (a: number, b: number) => a | b],
  ['xor', 'bitwise_xor', (a: number, b: number) => a ^ b],
  ['lshift', 'bitwise_left_shift', (a: number, b: number) => a * 2 ** b],
  ['rshift', 'bitwise_right_shift', (a: number, b: number) => Math.floor(a / 2 ** b)]
] as const) {
  arithmetic(name, (a, b) => bitwise(bits, a, b), onNumbers, { differentiable: false });
}

defineFunction({
  target: 'operator.invert',
  parameters: params('a'),
  record: 'asWritten',
  differentiable: false,
  forward: (a: Tensor | number): unknown => (a instanceof Tensor ? bitwiseNot(a) : -a - 1)
});

defineFunction({
  target: 'operator.pos',
  parameters: params('a'),
  record: 'asWritten',
  forward: (a: Tensor | number): unknown => a
});

defineFunction({
  target: 'operator.neg',
  parameters: params('a'),
  record: 'asWritten',
  forward: (a: Tensor | number): unknown => (a instanceof Tensor ? neg(a) : -a)
});

defineFunction({
  target: 'operator.abs',
  parameters: params('a'),
  record: 'asWritten',
  forward: (a: Tensor | number): unknown => (a instanceof Tensor ? abs(a) : Math.abs(a))
});

defineFunction({
  target: 'operator.getitem',
  parameters: params('a', 'key'),
  record: 'asWritten',
  forward: (a: unknown, key: unknown): unknown => {
    if (a instanceof Tensor) {
      return index(a, key);
    }
    if (Array.isArray(a)) {
      return getItem(a as unknown[], key);
    }
    return Reflect.get(a as object, key as string);
  }
});

defineFunction({
  target: 'operator.setitem',
  parameters: params('a', 'key', 'value'),
  record: 'asWritten',
  differentiable: false,
  forward: (a: Tensor, key: unknown, value: elementwise.Operand): null => {
    setItem(a, key, value);
    return null;
  }
});

function getItem(list: readonly unknown[], key: unknown): unknown {
  if (typeof key === 'number') {
    return list.at(key);
  }
  const { start, stop, step } = key as Slice<number | null>;
  const part = list.slice(start ?? 0, stop ?? list.length).filter((_, i) => i % (step ?? 1) === 0);
  return list instanceof Tuple ? Tuple.from(part) : part;
}

/** Attributes by PyTorch's names. */
const ATTRIBUTES: { readonly [name: string]: (x: Tensor) => unknown } = {
  shape: x => tuple(...x.shape),
  ndim: x => x.ndim,
  dtype: x => x.dtype,
  device: () => 'cpu',
  requires_grad: x => x.requiresGrad,
  grad: x => x.grad,
  T: x => x.permute(...x.shape.map((_, d) => x.ndim - 1 - d)),
  mT: x => x.transpose(-1, -2)
};

defineFunction({
  target: 'getattr',
  parameters: params('object', 'name'),
  record: 'asWritten',
  differentiable: false,
  forward: (x: unknown, name: string): unknown => {
    const read = x instanceof Tensor ? ATTRIBUTES[name] : undefined;
    return read ? read(x as Tensor) : Reflect.get(x as object, name);
  }
});

defineFunction({
  target: 'math.sqrt',
  parameters: params('x'),
  record: 'asWritten',
  forward: (x: number): number => Math.sqrt(x)
});

defineFunction({
  target: 'builtins.tuple',
  parameters: params('items'),
  record: 'asWritten',
  differentiable: false,
  forward: (items: readonly unknown[]): unknown => tuple(...items)
});

// Checks that graphs of specialised functions make.

defineFunction({
  target: 'torch._assert',
  parameters: params('condition', 'message'),
  record: 'asWritten',
  forward: (condition: unknown, message: string): void => {
    if (condition instanceof Tensor ? condition.item() === 0 : !condition) {
      throw new Error(message);
    }
  }
});

defineFunction({
  target: 'torch.fx._symbolic_trace._assert_is_none',
  parameters: params('value', 'message'),
  record: 'asWritten',
  forward: (value: unknown, message: string): void => {
    if (value != null) {
      throw new Error(message);
    }
  }
});
