// Conditions and loops on traced values.

import { torch, type Tensor } from '../../../src';
import { bad, DerivedBad, Gate, of, Outer, type Specimen } from './host';

export const control: readonly Specimen[] = [
  bad('if on an item', () => new Gate(), ['control_flow', 'x.sum().item() > 0']),
  bad(
    'if on a tensor',
    of(function (x) {
      if (x) {
        return x;
      }
      return this.fc(x);
    }),
    ['control_flow', 'x']
  ),
  bad(
    'while on a tensor',
    of(function (x) {
      while (x.sum().gt(0)) {
        x = x.sub(1);
      }
      return x;
    }),
    ['control_flow', 'x.sum().gt(0)']
  ),
  bad(
    'ternary on a tensor',
    of(function (x) {
      return x.any() ? x : x.neg();
    }),
    ['control_flow', 'x.any()']
  ),
  bad(
    'and on a tensor',
    of(function (x, y) {
      return x && y;
    }),
    ['control_flow', 'x']
  ),
  bad(
    'not on a tensor',
    of(function (x) {
      return !x ? x : x.neg();
    }),
    ['control_flow', '!x']
  ),
  bad(
    'strict equality on a size',
    of(function (x) {
      return x.size(0) === 1 ? x.squeeze(0) : x;
    }),
    ['control_flow', 'x.size(0) === 1']
  ),
  bad(
    'less than',
    of(function (x) {
      const small = (x.size(0) as number) < 4;
      return small ? x : x.neg();
    }),
    ['control_flow', 'small']
  ),
  bad(
    'loop bounded by a size',
    of(function (x) {
      let y = x;
      for (let i = 0; i < (x.size(0) as number); i++) {
        y = y.add(i);
      }
      return y;
    }),
    ['control_flow', 'i < x.size(0)']
  ),
  bad(
    'switch on a size',
    of(function (x) {
      switch (x.size(0)) {
        case 1:
          return x;
        default:
          return x.neg();
      }
    }),
    ['control_flow', 'x.size(0)']
  ),
  bad(
    'obstacle in a helper method',
    of(function (x) {
      return this.gated(x);
    }),
    ['control_flow', 'x.sum().item() > 0']
  ),
  bad(
    'obstacle in an arrow',
    of(function (x) {
      const pick = (t: Tensor) => (t.any() ? t : x);
      return pick(x);
    }),
    ['control_flow', 't.any()']
  ),
  bad(
    'two modules of one class',
    () => new Outer(),
    ['control_flow', 'x.sum().item() > 0'],
    ['control_flow', 'x.sum().item() > 0']
  ),
  bad('obstacle above super.forward', () => new DerivedBad(), ['control_flow', 'y.max().item() > 1']),
  bad(
    'two places of one cause',
    of(function (x) {
      const n = x.sum().item();
      if (n > 0) {
        return x;
      }
      return n > -1 ? x : x.neg();
    }),
    ['control_flow', 'n > 0']
  ),
  bad(
    'several causes',
    of(function (x) {
      const y = x.any() ? x : x.neg();
      for (const row of y) {
        x = x.add(row as Tensor);
      }
      return x;
    }),
    ['control_flow', 'x.any()'],
    ['iteration', 'y']
  ),

  bad(
    'if on a shape',
    of(function (x) {
      if ((x.shape[0] as number) > 1) {
        return this.fc(x);
      }
      return x;
    }),
    ['control_flow', 'x.shape[0] > 1']
  ),
  bad(
    'or on a tensor',
    of(function (x, y) {
      return x || y;
    }),
    ['control_flow', 'x']
  ),
  bad(
    'ternary on a comparison',
    of(function (x) {
      return x.max().item() > 1 ? x.mul(2) : x;
    }),
    ['control_flow', 'x.max().item() > 1']
  ),
  bad(
    'ternary on a comparison, computed with',
    of(function (x) {
      const y = x.mean().gt(0) ? x : x.neg();
      return this.fc(y);
    }),
    ['control_flow', 'x.mean().gt(0)']
  ),
  bad(
    'if and else that return',
    of(function (x) {
      if (x.sum().item() >= 0) {
        return x;
      } else {
        return x.neg();
      }
    }),
    ['control_flow', 'x.sum().item() >= 0']
  ),
  bad(
    'do while on a tensor',
    of(function (x) {
      do {
        x = x.sub(1);
      } while (x.sum().gt(0));
      return x;
    }),
    ['control_flow', 'x.sum().gt(0)']
  ),
  bad(
    'early return on a number',
    of(function (x) {
      const n = x.numel();
      if (n === 0) {
        return x;
      }
      return this.fc(x);
    }),
    ['control_flow', 'n === 0']
  ),
  bad(
    'filter of parts by their numbers',
    of(function (x) {
      const parts = [x, x.neg()].filter(p => p.sum().item() > 0);
      return torch.cat(parts);
    }),
    ['control_flow', '[x, x.neg()].filter(p => p.sum().item() > 0)']
  ),
  bad(
    'Boolean of a tensor',
    of(function (x) {
      return Boolean(x) ? x : x.neg();
    }),
    ['control_flow', 'Boolean(x)']
  ),
  bad(
    'numbers of a parameter',
    of(function (x) {
      return (this.fc.weight.data()[0] as number) > 0 ? x : x.neg();
    }),
    ['control_flow', 'this.fc.weight.data()[0] > 0']
  ),
  bad(
    'try around a condition',
    of(function (x) {
      try {
        if (x.any()) {
          return x;
        }
      } catch {
        return x.neg();
      }
      return this.fc(x);
    }),
    ['control_flow', 'x.any()']
  ),
  bad(
    'some by a tensor',
    of(function (x, y) {
      return [x, y].some(p => p.any()) ? x : x.neg();
    }),
    ['control_flow', '[x, y].some(p => p.any())']
  )
];
