// Reading, computing with and taking apart traced values as if they had numbers.

import { torch, type Tensor } from '../../../src';
import { bad, of, type Specimen } from './host';

export const values: readonly Specimen[] = [
  bad(
    'for of over a tensor',
    of(function (x) {
      let sum = x;
      for (const row of x) {
        sum = sum.add(row as Tensor);
      }
      return sum;
    }),
    ['iteration', 'x']
  ),
  bad(
    'spread of a size in a call',
    of(function (x) {
      const shape = x.size();
      return x.view(...shape);
    }),
    ['spread', '...shape']
  ),
  bad(
    'spread of a size in a list',
    of(function (x) {
      return x.view([...x.size().slice(0, -1), 2, 2]);
    }),
    ['spread', '...x.size().slice(0, -1)']
  ),
  bad(
    'plus on tensors',
    of(function (x, y) {
      return ((x as unknown as number) + (y as unknown as number)) as unknown;
    }),
    ['arithmetic', 'x + y']
  ),
  bad(
    'times on a size entry',
    of(function (x) {
      return x.view(-1, (x.shape[1] as number) * 2);
    }),
    ['arithmetic', 'x.shape[1] * 2']
  ),
  bad(
    'unary minus',
    of(function (x) {
      return -(x as unknown as number);
    }),
    ['arithmetic', '-x']
  ),
  bad(
    'length of a shape',
    of(function (x) {
      return x.view(x.shape.length, -1);
    }),
    ['length', 'x.shape.length']
  ),
  bad(
    'map over a shape',
    of(function (x) {
      return x.view(x.shape.map(s => s));
    }),
    ['iteration', 'x.shape.map(s => s)']
  ),
  bad(
    'tolist',
    of(function (x) {
      return torch.tensor(x.tolist() as number[]);
    }),
    ['data_access', 'x.tolist()']
  ),
  bad(
    'text of a tensor',
    of(function (x) {
      const text = `${x}`;
      return text === '' ? x : x.neg();
    }),
    ['conversion', 'x']
  ),
  bad(
    'Number of a tensor',
    of(function (x) {
      return x.mul(Number(x));
    }),
    ['conversion', 'Number(x)']
  ),
  bad(
    'Math.max of a size',
    of(function (x) {
      return x.mul(Math.max(x.size(0), 2));
    }),
    ['conversion', 'Math.max(x.size(0), 2)']
  ),
  bad(
    'Array.from',
    of(function (x) {
      return torch.stack(Array.from(x as unknown as Iterable<Tensor>), 0);
    }),
    ['iteration', 'Array.from(x)']
  ),
  bad(
    'index assignment',
    of(function (x) {
      (x as unknown as Tensor[])[0] = x;
      return x;
    }),
    ['assignment', 'x[0]']
  ),
  bad(
    'rest of a destructured tensor',
    of(function (x) {
      const [a, ...rest] = x.chunk(2, 1);
      return rest.length > 0 ? a : x;
    }),
    ['spread', '...rest']
  ),
  bad(
    'in operator',
    of(function (x) {
      return 0 in (x as unknown as object) ? x : x.neg();
    }),
    ['iteration', '0 in x']
  ),
  bad(
    'plus-assign on a tensor',
    of(function (x) {
      let y = x as unknown as number;
      y += 1;
      return y;
    }),
    ['arithmetic', 'y += 1']
  ),

  bad(
    'typed array access',
    of(function (x) {
      return x.mul(x.data()[0] as number);
    }),
    ['data_access', 'x.data()']
  ),
  bad(
    'JSON of a tensor',
    of(function (x) {
      const text = JSON.stringify(x);
      return text === '' ? x : x.neg();
    }),
    ['conversion', 'JSON.stringify(x)']
  ),
  bad(
    'parseFloat of a text',
    of(function (x) {
      return x.mul(parseFloat(`${x}`));
    }),
    ['conversion', 'x']
  ),
  bad(
    'length of parts',
    of(function (x) {
      const parts = x.chunk(2, 1);
      return x.div(parts.length);
    }),
    ['length', 'parts.length']
  ),
  bad(
    'map over parts',
    of(function (x) {
      return torch.cat((x.chunk(2, 1) as Tensor[]).map(p => this.fc(p)));
    }),
    ['iteration', 'x.chunk(2, 1).map(p => this.fc(p))']
  ),
  bad(
    'size of a parameter computed with',
    of(function (x) {
      return x.view(-1, (this.fc.weight.shape[0] as number) / 2);
    }),
    ['arithmetic', 'this.fc.weight.shape[0] / 2']
  ),
  bad(
    'plus on a parameter',
    of(function (x) {
      return x.add((this.fc.bias as unknown as number) + 1);
    }),
    ['arithmetic', 'this.fc.bias + 1']
  ),
  bad(
    'times on tensors',
    of(function (x, y) {
      return ((x as unknown as number) * (y as unknown as number)) as unknown;
    }),
    ['arithmetic', 'x * y']
  ),
  bad(
    'exponent',
    of(function (x) {
      return ((x as unknown as number) ** 2) as unknown;
    }),
    ['arithmetic', 'x ** 2']
  ),
  bad(
    'minus of a sum',
    of(function (x, y) {
      return -(x.add(y) as unknown as number) as unknown;
    }),
    ['arithmetic', '-x.add(y)']
  ),
  bad(
    'increment',
    of(function (x) {
      let n = x.size(0) as number;
      n++;
      return x.view(n, -1);
    }),
    ['arithmetic', 'n++']
  ),
  bad(
    'spread of a size and more',
    of(function (x) {
      return x.view(...x.size().slice(0, 1), -1);
    }),
    ['spread', '...x.size().slice(0, 1)']
  ),
  bad(
    'object spread',
    of(function (x) {
      return { ...(x as object) };
    }),
    ['spread', '...x']
  ),
  bad(
    'index by a traced value',
    of(function (x) {
      return x.mul(this.sizes[x.size(0) as number] as number);
    }),
    ['conversion', 'this.sizes[x.size(0)]']
  ),
  bad(
    'entries of a shape',
    of(function (x) {
      for (const [i] of x.shape.entries()) {
        x = x.add(i);
      }
      return x;
    }),
    ['iteration', 'x.shape.entries()']
  ),
  bad(
    'delete of a part',
    of(function (x) {
      const rows = x as unknown as Record<string, unknown>;
      rows.extra = 1;
      return x;
    }),
    ['assignment', 'rows.extra']
  ),
  bad(
    'async forward',
    of(async function (x) {
      return this.fc(await Promise.resolve(x));
    }),
    ['async', '(x) { return this.fc(await Promise.resolve(x)); }'],
    ['async', 'await Promise.resolve(x)']
  )
];
