// How specimens are written: modules made of one function, and some of classes.

import { F, fromData, nn, type Tensor } from '../../../src';

export interface Specimen {
  readonly name: string;
  readonly make: () => nn.Module;
  /** Kind and the code it stands at, in the order the code runs. Empty: traceable. */
  readonly obstacles: readonly (readonly [kind: string, code: string])[];
}

export const ok = (name: string, make: () => nn.Module): Specimen => ({ name, make, obstacles: [] });
export const bad = (name: string, make: () => nn.Module, ...obstacles: [string, string][]): Specimen => ({
  name,
  make,
  obstacles
});

/** A module from one function; `this.fc` is a 4 → 4 linear layer. */
export function of(forward: (this: Host, x: Tensor, y: Tensor) => unknown): () => nn.Module {
  return () => {
    const host = new Host();
    Object.defineProperty(host, 'forward', { value: forward, enumerable: false, configurable: true });
    return host;
  };
}

export class Host extends nn.Module<[Tensor, Tensor], unknown> {
  fc = new nn.Linear(4, 4);
  layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
  blocks = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU());
  flag = true;
  off = false;
  heads = 2;
  sizes = [1, 2, 3];
  missing: nn.Linear | null = null;
  mode: 'a' | 'b' = 'a';
  declare scale: Tensor;
  constructor() {
    super();
    this.registerBuffer('scale', fromData([2], [1]));
  }
  get width(): number {
    return this.heads * 2;
  }
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

export class Gate extends nn.Module {
  forward(x: Tensor) {
    if (x.sum().item() > 0) {
      return x.mul(2);
    }
    return x;
  }
}

export class Outer extends nn.Module {
  first = new Gate();
  fc = new nn.Linear(4, 4);
  second = new nn.Sequential(new nn.Linear(4, 4), new Gate());
  forward(x: Tensor) {
    return this.second(this.fc(this.first(x)));
  }
}

export class Base extends nn.Module {
  fc = new nn.Linear(4, 4);
  forward(x: Tensor): Tensor {
    return this.fc(x);
  }
}

export class Derived extends Base {
  override forward(x: Tensor): Tensor {
    return F.relu(super.forward(x));
  }
}

export class DerivedBad extends Derived {
  override forward(x: Tensor): Tensor {
    const y = super.forward(x);
    return y.max().item() > 1 ? y : x;
  }
}

export class Configured extends nn.Module {
  act: (x: Tensor) => Tensor;
  constructor(kind: 'relu' | 'none') {
    super();
    this.act = kind === 'relu' ? x => F.relu(x) : x => x;
  }
  forward(x: Tensor) {
    return this.act(x);
  }
}
