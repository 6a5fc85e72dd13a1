// D1, D2, D25, D43: values that are no tensors, constants in outputs, tensors changed in place.

import { describe, expect, test } from 'vitest';
import { convertFx, nn, prepareFx, torch, type Tensor } from '../../../src';
import { asPyTorch, calibrated, G, maxError, nodeNames, quantized, x26 } from '../edges';

class Sizes extends nn.Module {
  l = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    const y = this.l(x);
    return y.view(y.size().slice(0, -1).concat([2, 3]));
  }
}

class NextToken extends nn.Module {
  e = new nn.Embedding(8, 4);
  l = new nn.Linear(4, 4);
  forward(t: Tensor): Tensor {
    return this.l(this.e(t.add(1)));
  }
}

describe('D1, D2: only float tensors are observed', () => {
  test('a tuple of sizes is not, and the prepared model runs', () => {
    const x = x26();
    const model = new Sizes();
    const prepared = calibrated(model, [x]);
    const observed = [...prepared.graph.nodes]
      .filter(n => n.name.startsWith('activation'))
      .map(n => String(n.args[0]));
    expect(observed).toEqual(['x', 'l', 'view']);
    expect(maxError(prepared(x), model(x))).toBe(0);
    expect(convertFx(prepared)(x).shape).toEqual([2, 2, 3]);
  });

  test('whole numbers are not, and the prepared model runs', () => {
    const t = torch.tensor([0, 3, 6], { dtype: 'int64' });
    const prepared = calibrated(new NextToken(), [t], G().setObjectType(nn.Embedding, null));
    const observed = [...prepared.graph.nodes]
      .filter(n => n.name.startsWith('activation'))
      .map(n => String(n.args[0]));
    expect(observed).toEqual(['e', 'l']);
    expect(convertFx(prepared)(t).shape).toEqual([3, 4]);
  });
});

describe('D25: constants in the output', () => {
  class Labelled extends nn.Module<[Tensor], { o: Tensor; n: number; none: null; list: [Tensor, string] }> {
    l = new nn.Linear(6, 6);
    forward(x: Tensor) {
      const y = this.l(x);
      return { o: y, n: 3, none: null, list: [y, 'kept'] as [Tensor, string] };
    }
  }

  test('pass through prepare and convert', () => {
    const x = x26();
    const result = quantized(new Labelled(), [x])<ReturnType<Labelled['forward']>>(x);
    expect([result.n, result.none, result.list[1]]).toEqual([3, null, 'kept']);
    expect(result.o.shape).toEqual([2, 6]);
  });
});

/** Methods that change a tensor are there for graphs from PyTorch; their types are not. */
const addInPlace = (x: Tensor): Tensor => (x as Tensor & { add_(value: number): Tensor }).add_(1);

describe('D43: tensors changed in place', () => {
  class Unread extends nn.Module {
    l = new nn.Linear(6, 6);
    forward(x: Tensor): Tensor {
      const y = this.l(x);
      addInPlace(y);
      return y;
    }
  }
  class Nested extends nn.Module {
    inner = new Unread();
    forward(x: Tensor): Tensor {
      return this.inner(x);
    }
  }
  class ReadLater extends nn.Module {
    l = new nn.Linear(6, 6);
    forward(x: Tensor): Tensor {
      const y = this.l(x);
      const z = addInPlace(y);
      return z.mul(y);
    }
  }
  class Chained extends nn.Module {
    l = new nn.Linear(6, 6);
    forward(x: Tensor): Tensor {
      return addInPlace(this.l(x));
    }
  }

  test('nobody reads the result: an error that names module, call and remedy', () => {
    expect(() => prepareFx(new Unread().eval(), G(), [x26()])).toThrow(
      /the model's own forward calls \.add_\(\) \(node 'add_'\).*nothing reads what it returns.*Write y = y\.add\(…\)/
    );
    expect(() => prepareFx(new Nested().eval(), G(), [x26()])).toThrow(/'inner' calls \.add_\(\)/);
  });

  test('the tensor itself is read later: the same', () => {
    expect(() => prepareFx(new ReadLater().eval(), G(), [x26()])).toThrow(
      /'mul' reads that tensor afterwards/
    );
  });

  test('where only the result is read, all is well', () => {
    const x = x26();
    const model = new Chained();
    expect(maxError(quantized(model, [x])(x), model(x))).toBeLessThan(0.05);
  });

  test("with PyTorch's defects the call is recorded, and dropped by convert", () => {
    const x = x26();
    const prepared = asPyTorch(() => calibrated(new Unread(), [x]));
    expect(nodeNames(prepared)).toContain('add_');
    expect(nodeNames(asPyTorch(() => convertFx(prepared)))).not.toContain('add_');
  });
});
