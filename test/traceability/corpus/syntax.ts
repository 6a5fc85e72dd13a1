// What TypeScript has besides calls, used so that it can be traced: no obstacle may be reported.

import type { nn } from '../../../src';
import { F, torch, type Tensor } from '../../../src';
import { of, ok, type Specimen } from './host';

export const syntax: readonly Specimen[] = [
  ok(
    'optional chaining on an absent module',
    of(function (x) {
      return this.missing?.(x) ?? x;
    })
  ),
  ok(
    'optional chaining on a tensor',
    of(function (x) {
      return x?.add(1);
    })
  ),
  ok(
    'is there a bias',
    of(function (x) {
      return this.fc.bias ? x.add(this.fc.bias) : x;
    })
  ),
  ok(
    'a parameter in a call',
    of(function (x) {
      return F.linear(x, this.fc.weight, this.fc.bias);
    })
  ),
  ok(
    'numbers of a buffer',
    of(function (x) {
      return this.scale.item() > 1 ? x.mul(2) : x;
    })
  ),
  ok(
    'array test of an input',
    of(function (x, y) {
      return Array.isArray(y) ? x : x.add(y);
    })
  ),
  ok(
    'logging a text',
    of(function (x) {
      // eslint-disable-next-line no-console
      console.debug('forward');
      return this.fc(x);
    })
  ),
  ok(
    'modules by name',
    of(function (x) {
      for (const [, child] of this.blocks.namedChildren()) {
        x = (child as nn.TensorModule)(x);
      }
      return x;
    })
  ),
  ok(
    'a dictionary of modules',
    of(function (x) {
      const table = { a: this.fc, b: this.layers.at(0) as nn.Linear };
      return Object.values(table).reduce((h, m) => m(h), x);
    })
  ),
  ok(
    'defaults in a destructured list',
    of(function (x) {
      const [a, b = a] = [x.add(1), this.flag ? undefined : x] as [Tensor, Tensor?];
      return b.add(a);
    })
  ),
  ok(
    'rest of a list of its own',
    of(function (x) {
      const [first, ...others] = [x, x.neg(), x.abs()] as [Tensor, ...Tensor[]];
      return torch.cat([...others, first]);
    })
  ),
  ok(
    'a closure that collects',
    of(function (x) {
      const seen: Tensor[] = [];
      const keep = (t: Tensor) => {
        seen.push(t);
        return t;
      };
      keep(keep(x).add(1));
      return torch.cat(seen);
    })
  ),
  ok(
    'a getter',
    of(function (x) {
      return x.mul(this.width);
    })
  ),
  ok(
    'loop with break',
    of(function (x) {
      for (let i = 0; ; i++) {
        if (i >= this.heads) {
          break;
        }
        x = this.fc(x);
      }
      return x;
    })
  ),
  ok(
    'null-coalescing assignment',
    of(function (x, y) {
      let z: Tensor | null = null;
      z ??= y;
      return x.add(z);
    })
  ),
  ok(
    'nested ternaries on fields',
    of(function (x) {
      return this.mode === 'a' ? (this.heads > 1 ? this.fc(x) : x) : x.neg();
    })
  ),
  ok(
    'two outputs of one list',
    of(function (x) {
      const parts = x.chunk(2, 1) as Tensor[];
      return torch.cat([parts[1] as Tensor, parts[0] as Tensor], 1);
    })
  ),
  ok(
    'typeof an input',
    of(function (x) {
      return typeof x === 'number' ? x : this.fc(x);
    })
  )
];
