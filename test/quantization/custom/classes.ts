// The guide's custom module: a linear layer of one's own, observed, and quantized in three ways.

import { nn, type Tensor } from '../../../src';

export class Custom extends nn.Module {
  constructor(readonly linear: nn.Linear = new nn.Linear(6, 6)) {
    super();
  }
  forward(x: Tensor): Tensor {
    return this.linear(x);
  }
}

export class Observed extends nn.Module {
  constructor(readonly linear: nn.Linear) {
    super();
  }
  forward(x: Tensor): Tensor {
    return this.linear(x);
  }
  static fromFloat(float: Custom): Observed {
    const observed = new Observed(float.linear);
    observed.qconfig = float.qconfig ?? null;
    return observed;
  }
}

export class StaticQuant extends nn.Module {
  constructor(readonly linear: nn.quantized.Linear) {
    super();
  }
  forward(x: Tensor): Tensor {
    return this.linear(x);
  }
  static fromObserved(observed: Observed): StaticQuant {
    const linear: nn.Linear & nn.quantized.ObservedFloat = observed.linear;
    Object.assign(linear, {
      activation_post_process: observed.activation_post_process,
      qconfig: observed.qconfig
    });
    return new StaticQuant(nn.quantized.Linear.fromFloat(linear));
  }
}

export class DynamicQuant extends nn.Module {
  constructor(readonly linear: nn.quantized.dynamic.Linear) {
    super();
  }
  forward(x: Tensor): Tensor {
    return this.linear(x);
  }
  static fromObserved(float: Custom): DynamicQuant {
    Object.assign(float.linear, { qconfig: float.qconfig });
    return new DynamicQuant(nn.quantized.dynamic.Linear.fromFloat(float.linear));
  }
}

/** The custom module between two layers. */
export class Around extends nn.Module {
  before = new nn.Linear(6, 6);
  custom = new Custom();
  after = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return this.after(this.custom(this.before(x)));
  }
}

export class Alone extends nn.Module {
  custom = new Custom();
  forward(x: Tensor): Tensor {
    return this.custom(x);
  }
}
