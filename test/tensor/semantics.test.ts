// Views, writing in place and subscripts: what shares storage with what, and what that means for gradients.

import { describe, expect, test } from 'vitest';
import { fx, nn, torch, type Tensor } from '../../src';
import { ellipsis, fromData, slice } from '../../src/tensor';

const range = (...shape: number[]): Tensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  return fromData(
    Array.from({ length: count }, (_, i) => i),
    shape
  );
};

describe('views', () => {
  test('slices, transposes and reshapes share storage; what is written into one is seen in all', () => {
    const x = range(2, 3);
    const [row, column, flat] = [x.at(1), x.t().at(2), x.view(-1)];
    row.fill_(7);
    column.mul_(2);
    expect(x.tolist()).toEqual([
      [0, 1, 4],
      [7, 7, 14]
    ]);
    expect(flat.tolist()).toEqual([0, 1, 4, 7, 7, 14]);
  });

  test('reshape copies only where strides do not allow a view', () => {
    const x = range(2, 3);
    expect(x.reshape(3, 2).storage).toBe(x.storage);
    expect(x.t().reshape(6).storage).not.toBe(x.storage);
    expect(() => x.t().view(6)).toThrow(/use reshape/);
    expect(x.t().at(slice(0, 2)).view(2, 1, 2).tolist()).toEqual([[[0, 3]], [[1, 4]]]);
  });

  test('an expanded tensor is not written into: its elements are one number', () => {
    expect(() => range(1, 3).expand(2, 3).add_(1)).toThrow(/clone\(\) it first/);
  });

  test('a copy between overlapping views reads everything before it writes', () => {
    const x = range(4);
    x.at(slice(1, 4)).copy_(x.at(slice(0, 3)));
    expect(x.tolist()).toEqual([0, 0, 1, 2]);
  });
});

describe('setAt', () => {
  test('numbers, slices, Ellipsis, masks and positions', () => {
    const x = range(2, 3);
    x.setAt([0, 1], 10);
    x.setAt([ellipsis, slice(2, 3)], fromData([20, 30], [2, 1]));
    x.setAt([slice(), fromData([0], [1], 'int64')], -1);
    expect(x.tolist()).toEqual([
      [-1, 10, 20],
      [-1, 4, 30]
    ]);
    x.setAt(x.gt(9), 0);
    expect(x.tolist()).toEqual([
      [-1, 0, 0],
      [-1, 4, 0]
    ]);
  });

  test('a traced tensor refuses', () => {
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        x.setAt(0, 1);
        return x;
      }
    }
    expect(() => fx.symbolicTrace(new Net())).toThrow(/cannot be recorded/);
  });
});

describe('gradients of writing in place', () => {
  test('flow through the new value and, where it is kept, the old one', () => {
    const x = range(2, 2).requiresGrad_();
    const y = x.mul(2);
    y.at(0).mul_(10);
    y.mul(y).sum().backward();
    expect(x.grad?.tolist()).toEqual([
      [0, 800],
      [16, 24]
    ]);
  });

  test('reach what was written into a tensor that had none', () => {
    const w = range(3).requiresGrad_();
    const buffer = torch.zeros([2, 3]);
    buffer.setAt(1, w.mul(w));
    buffer.sum().backward();
    expect(w.grad?.tolist()).toEqual([0, 2, 4]);
  });

  test('a leaf is changed in noGrad only', () => {
    const x = range(3).requiresGrad_();
    expect(() => x.add_(1)).toThrow(/inside torch.noGrad/);
    expect(() => x.at(0).add_(1)).toThrow(/inside torch.noGrad/);
    torch.noGrad(() => x.add_(1));
    expect(x.tolist()).toEqual([1, 2, 3]);
  });

  test('a value a rule needs and that is gone is an error, not a wrong gradient', () => {
    const x = range(3).requiresGrad_();
    const y = x.mul(2);
    const z = y.mul(y);
    y.add_(1);
    expect(() => z.sum().backward()).toThrow(/changed in place/);
    const a = range(3).requiresGrad_();
    const b = a.mul(2);
    const c = b.add(1);
    b.relu_();
    c.sum().backward();
    expect(a.grad?.tolist()).toEqual([2, 2, 2]);
  });

  test('a view from before a change has lost its history and says so', () => {
    const x = range(3).requiresGrad_();
    const y = x.mul(2);
    const view = y.at(slice(0, 2));
    y.add_(1);
    expect(() => view.mul(2)).toThrow(/take the view again/);
  });
});

describe('errors', () => {
  test('of a result that does not fit, name operator and shapes', () => {
    expect(() => range(2).add_(range(3, 2))).toThrow(/add_: .*\[3, 2\].*\[2\]/);
    expect(() => fromData([1], [1], 'int64').add_(0.5)).toThrow(/add_: a float32 result .* int64/);
  });
});

test('torch.max along a dimension is recorded with its parts by name', () => {
  class Net extends nn.Module {
    override forward(x: Tensor): Tensor {
      const best = torch.max(x, 1);
      return best.values.add(best.indices);
    }
  }
  const graph = fx.symbolicTrace(new Net());
  expect([...graph.graph.nodes].map(n => n.name)).toEqual([
    'x',
    'max_1',
    'getattr_1',
    'getattr_2',
    'add',
    'output'
  ]);
  expect(graph(fromData([1, 5, 9, 2], [2, 2])).tolist()).toEqual([6, 9]);
});
