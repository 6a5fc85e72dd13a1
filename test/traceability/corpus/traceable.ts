// Modules that can be traced: no obstacle may be reported.

import { F, torch, type Tensor } from '../../../src';
import type { Host } from './host';
import { Configured, Derived, of, ok, type Specimen } from './host';

export const traceable: readonly Specimen[] = [
  ok(
    'chain of modules',
    of(function (x) {
      return F.relu(this.fc(x));
    })
  ),
  ok(
    'sequential',
    of(function (x) {
      return this.blocks(x);
    })
  ),
  ok(
    'if on a field',
    of(function (x) {
      if (this.flag) {
        x = this.fc(x);
      }
      return x;
    })
  ),
  ok(
    'if on an absent module',
    of(function (x) {
      return this.missing ? this.missing(x) : x;
    })
  ),
  ok(
    'dead branch with an obstacle',
    of(function (x) {
      if (this.off) {
        return x.item();
      }
      return x;
    })
  ),
  ok(
    'loop over a module list',
    of(function (x) {
      for (const layer of this.layers) {
        x = layer(x) as Tensor;
      }
      return x;
    })
  ),
  ok(
    'loop over numbers',
    of(function (x) {
      for (const size of this.sizes) {
        x = x.mul(size);
      }
      return x;
    })
  ),
  ok(
    'counting loop',
    of(function (x) {
      for (let i = 0; i < this.heads; i++) {
        x = this.fc(x);
      }
      return x;
    })
  ),
  ok(
    'while on a number',
    of(function (x) {
      let n = 3;
      while (n > 0) {
        x = x.add(1);
        n -= 1;
      }
      return x;
    })
  ),
  ok(
    'helper method',
    of(function (x) {
      return this.twice(x);
    })
  ),
  ok(
    'arrow helper',
    of(function (x) {
      const scale = (t: Tensor, by = 2) => t.mul(by);
      return scale(scale(x), 3);
    })
  ),
  ok(
    'reduce over modules',
    of(function (x) {
      return [...this.layers].reduce((h, layer) => layer(h) as Tensor, x);
    })
  ),
  ok(
    'map over modules, then cat',
    of(function (x) {
      return torch.cat(
        [...this.layers].map(l => l(x) as Tensor),
        1
      );
    })
  ),
  ok(
    'destructured chunks',
    of(function (x) {
      const [a, b] = x.chunk(2, 1);
      return torch.cat([b as Tensor, a as Tensor], 1);
    })
  ),
  ok(
    'view with a size slice',
    of(function (x) {
      return x.view(x.size().slice(0, -1).concat([2, 2]));
    })
  ),
  ok(
    'size as an argument',
    of(function (x) {
      return x.view(x.size(0), 2, 2);
    })
  ),
  ok(
    'shape entry as an argument',
    of(function (x) {
      return x.reshape(x.shape[0] as number, -1);
    })
  ),
  ok(
    'comparison with undefined',
    of(function (x, y) {
      return y === undefined ? x : x.add(y);
    })
  ),
  ok(
    'comparison with null',
    of(function (x, y) {
      if (y != null) {
        return x.add(y);
      }
      return x;
    })
  ),
  ok(
    'nullish default',
    of(function (x, y) {
      return (y ?? x).add(x);
    })
  ),
  ok('super.forward', () => new Derived()),
  ok(
    'switch on a field',
    of(function (x) {
      switch (this.mode) {
        case 'a':
          return this.fc(x);
        default:
          return x;
      }
    })
  ),
  ok(
    'dictionary result',
    of(function (x) {
      return { logits: this.fc(x), input: x };
    })
  ),
  ok(
    'list result',
    of(function (x) {
      return [x, [this.fc(x)]];
    })
  ),
  ok(
    'Math on a field',
    of(function (x) {
      return x.div(Math.sqrt(this.heads));
    })
  ),
  ok('function in a field', () => new Configured('relu')),
  ok(
    'traced comparison by method',
    of(function (x) {
      return torch.where(x.gt(0), x, x.neg());
    })
  ),
  ok(
    'template string of a field',
    of(function (x) {
      const name = `head${this.heads}`;
      return name.length > 0 ? x : x.neg();
    })
  ),
  ok(
    'object destructuring of options',
    of(function (x) {
      const { by, extra = 1 } = { by: 2 } as { by: number; extra?: number };
      return x.mul(by).add(extra);
    })
  ),
  ok(
    'try around recorded calls',
    of(function (x) {
      try {
        return this.fc(x);
      } finally {
        this.heads = 2;
      }
    })
  ),
  ok(
    'assignment to a field',
    of(function (x) {
      const self = this as Host & { last?: Tensor };
      self.last = this.fc(x);
      return self.last;
    })
  ),
  ok(
    'early return on a field',
    of(function (x) {
      if (!this.flag) {
        return x;
      }
      return this.fc(x);
    })
  )
];
