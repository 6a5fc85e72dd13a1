// The models that fixtures/record.py traces with PyTorch, here.

import { ellipsis, F, nn, operator, slice, torch, tuple, type Tensor } from '../../src';

export class Kinds extends nn.Module<[x: Tensor, scale?: number], unknown> {
  readonly linear = new nn.Linear(4, 5);
  readonly param = new nn.Parameter(torch.rand([3, 4]));
  declare shift: Tensor;
  constructor() {
    super();
    this.registerBuffer('shift', torch.rand([5]));
  }
  override forward(x: Tensor, scale = 2): unknown {
    const y = this.linear(x.add(this.param)).clamp({ min: -1, max: 1 } as never);
    const z = torch.cat([y, y.mul(scale)], { dim: -1 });
    const part = z.at(slice(), slice(1, 3));
    return { a: part, b: tuple(F.relu(part), y.add(this.shift)) };
  }
}

export class Operators extends nn.Module<[x: Tensor, y: Tensor], unknown> {
  override forward(x: Tensor, y: Tensor): unknown {
    const a = operator.add(1, x);
    const b = operator.mul(2, a).sub(y);
    const c = operator.sub(1, b);
    const d = c.div(y).floorDivide(3);
    const e = d.pow(2).neg();
    const f = e.matmul(y);
    const g = f.gt(0);
    const h = torch.where(g, f, operator.truediv(3, operator.abs(f).add(1)));
    const i = h.at(null, ellipsis, 0);
    const k = i.reshape(x.size(0), -1);
    return tuple(k, x.le(y).eq(x.ne(y)));
  }
}

export class Functions extends nn.Module {
  override forward(x: Tensor): Tensor {
    x = F.maxPool2d(x, 2);
    x = F.leakyRelu(x, { negativeSlope: 0.2 });
    x = F.softmax(x, { dim: 1 });
    x = F.hardtanh(x, { minVal: -0.5, maxVal: 0.5 });
    x = F.adaptiveAvgPool2d(x, tuple(1, 1));
    x = F.dropout(x, { p: 0.3, training: false });
    x = torch.flatten(x, 1);
    const [a, b] = x.chunk(2, { dim: 1 }) as [Tensor, Tensor];
    x = torch.cat([a, b, a]);
    x = torch.transpose(x, 0, 1).contiguous().view(3, -1);
    x = F.layerNorm(x, tuple(4));
    x = x.mean([0, 1], { keepdim: true }).sigmoid().squeeze();
    return F.gelu(x).add(F.silu(x)).add(torch.tanh(x));
  }
}

export class Nested extends nn.Module<[x: Tensor, ...rest: Tensor[]], Tensor> {
  readonly layers = new nn.ModuleList([
    new nn.Sequential(new nn.Conv2d(2, 2, 1), new nn.ReLU()) as nn.TensorModule,
    new nn.Identity()
  ]);
  override forward(x: Tensor, ...rest: Tensor[]): Tensor {
    for (const layer of this.layers) {
      x = layer(x);
    }
    return x.add(rest[0] as Tensor);
  }
}

export class Flags extends nn.Module<[x: Tensor, flag: boolean, mode?: string | null], Tensor> {
  override forward(x: Tensor, flag: boolean, mode: string | null = null): Tensor {
    if (mode === null) {
      x = x.add(1);
    }
    return flag ? F.relu(x) : torch.neg(x);
  }
}

export class Lists extends nn.Module<[xs: (Tensor | number)[], y: Tensor], Tensor> {
  override forward(xs: (Tensor | number)[], y: Tensor): Tensor {
    return (xs[0] as Tensor).add(operator.mul(xs[1], y));
  }
}
