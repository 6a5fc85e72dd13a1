// Small modules, half of them traceable, each with the obstacles a reader would name: kind, and the code it
// stands at. Held against `traceabilityReport` and, where traceable, against the tracer itself.

import { F, nn, torch, type Tensor } from '../../src';

export interface Specimen {
  readonly name: string;
  readonly make: () => nn.Module;
  /** Kind and the code it stands at, in the order the code runs. Empty: traceable. */
  readonly obstacles: readonly (readonly [kind: string, code: string])[];
}

const ok = (name: string, make: () => nn.Module): Specimen => ({ name, make, obstacles: [] });
const bad = (name: string, make: () => nn.Module, ...obstacles: [string, string][]): Specimen => ({
  name,
  make,
  obstacles
});

/** A module from one function; `this.fc` is a 4 → 4 linear layer. */
function of(forward: (this: Host, x: Tensor, y: Tensor) => unknown): () => nn.Module {
  return () => {
    const host = new Host();
    Object.defineProperty(host, 'forward', { value: forward, enumerable: false });
    return host;
  };
}

class Host extends nn.Module<[Tensor, Tensor], unknown> {
  fc = new nn.Linear(4, 4);
  layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
  blocks = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU());
  flag = true;
  off = false;
  heads = 2;
  sizes = [1, 2, 3];
  missing: nn.Linear | null = null;
  mode: 'a' | 'b' = 'a';
  forward(x: Tensor, _y: Tensor): unknown {
    return x;
  }
  twice(x: Tensor): Tensor {
    return this.fc(this.fc(x));
  }
  gated(x: Tensor): Tensor {
    return x.sum().item() > 0 ? x : x.neg();
  }
}

class Gate extends nn.Module {
  forward(x: Tensor) {
    if (x.sum().item() > 0) {
      return x.mul(2);
    }
    return x;
  }
}

class Outer extends nn.Module {
  first = new Gate();
  fc = new nn.Linear(4, 4);
  second = new nn.Sequential(new nn.Linear(4, 4), new Gate());
  forward(x: Tensor) {
    return this.second(this.fc(this.first(x)));
  }
}

class Base extends nn.Module {
  fc = new nn.Linear(4, 4);
  forward(x: Tensor): Tensor {
    return this.fc(x);
  }
}

class Derived extends Base {
  override forward(x: Tensor): Tensor {
    return F.relu(super.forward(x));
  }
}

class DerivedBad extends Derived {
  override forward(x: Tensor): Tensor {
    const y = super.forward(x);
    return y.max().item() > 1 ? y : x;
  }
}

class Configured extends nn.Module {
  act: (x: Tensor) => Tensor;
  constructor(kind: 'relu' | 'none') {
    super();
    this.act = kind === 'relu' ? x => F.relu(x) : x => x;
  }
  forward(x: Tensor) {
    return this.act(x);
  }
}

export const corpus: readonly Specimen[] = [
  // Traceable.
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
  ),
  // Not traceable.
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
    'index assignment',
    of(function (x) {
      (x as unknown as Tensor[])[0] = x;
      return x;
    }),
    ['assignment', 'x[0]']
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
    'plus-assign on a tensor',
    of(function (x) {
      let y = x as unknown as number;
      y += 1;
      return y;
    }),
    ['arithmetic', 'y += 1']
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
  )
];
