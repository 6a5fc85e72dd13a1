// Modules that the model calls but does not hold: a graph could not name them.

import { nn, type Tensor } from '../../../src';
import { bad, ok, type Specimen } from './host';

class Plain extends nn.Module {
  heads = [new nn.Linear(4, 4), new nn.Linear(4, 4)];
  forward(x: Tensor) {
    return this.heads.reduce((h, head) => head(h), x);
  }
}

class Mapped extends nn.Module {
  table = new Map([['a', new nn.Linear(4, 4)]]);
  forward(x: Tensor) {
    const head = this.table.get('a');
    return head ? head(x) : x;
  }
}

class MappedLoop extends Mapped {
  override forward(x: Tensor) {
    for (const head of this.table.values()) {
      x = head(x);
    }
    return x;
  }
}

class Listed extends nn.Module {
  heads = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
  forward(x: Tensor) {
    let y = x;
    for (const head of this.heads) {
      y = (head as nn.Linear)(y);
    }
    return y;
  }
}

class Static extends nn.Module {
  fc = new nn.Linear(4, 4);
  static scale = 2;
  static twice(x: Tensor): Tensor {
    return x.mul(Static.scale);
  }
  forward(x: Tensor) {
    return Static.twice(this.fc(x));
  }
}

class Accessors extends nn.Module {
  fc = new nn.Linear(4, 4);
  set last(value: Tensor) {
    Reflect.set(this, 'kept', value);
  }
  get half(): number {
    return 0.5;
  }
  forward(x: Tensor) {
    return this.fc(x).mul(this.half);
  }
}

export const modules: readonly Specimen[] = [
  ok('modules in a ModuleList', () => new Listed()),
  ok('a static helper', () => new Static()),
  ok('accessors', () => new Accessors()),
  bad('modules in an array', () => new Plain(), ['unregistered', 'head(h)']),
  bad('modules in a Map', () => new Mapped(), ['unregistered', 'head(x)']),
  bad('modules in a Map, in turn', () => new MappedLoop(), ['unregistered', 'head(x)'])
];
