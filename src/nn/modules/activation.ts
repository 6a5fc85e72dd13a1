// Activations and dropout as modules. PyTorch: `torch.nn.modules.activation`.

import { fromData } from '../../tensor/ops/create';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, optional, str } from '../config';
import * as F from '../functional';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module, Parameter } from '../module';

interface Inplace {
  inplace?: boolean;
}

abstract class InplaceModule extends Module {
  readonly inplace: boolean;
  constructor(options: Inplace = {}) {
    super();
    this.inplace = options.inplace ?? false;
  }
}

/** max(0, x), any shape. PyTorch: `torch.nn.ReLU`. */
export class ReLU extends InplaceModule {
  override forward(x: Tensor): Tensor {
    return F.relu(x, { inplace: this.inplace });
  }
}
/** min(max(0, x), 6). PyTorch: `torch.nn.ReLU6`. */
export class ReLU6 extends InplaceModule {
  override forward(x: Tensor): Tensor {
    return F.relu6(x, { inplace: this.inplace });
  }
}
/** x · ReLU6(x + 3) / 6. PyTorch: `torch.nn.Hardswish`. */
export class Hardswish extends InplaceModule {
  override forward(x: Tensor): Tensor {
    return F.hardswish(x, { inplace: this.inplace });
  }
}
/** ReLU6(x + 3) / 6. PyTorch: `torch.nn.Hardsigmoid`. */
export class Hardsigmoid extends InplaceModule {
  override forward(x: Tensor): Tensor {
    return F.hardsigmoid(x, { inplace: this.inplace });
  }
}
/** x · sigmoid(x). PyTorch: `torch.nn.SiLU`. */
export class SiLU extends InplaceModule {
  override forward(x: Tensor): Tensor {
    return F.silu(x, { inplace: this.inplace });
  }
}
/** x · tanh(softplus(x)). PyTorch: `torch.nn.Mish`. */
export class Mish extends InplaceModule {
  override forward(x: Tensor): Tensor {
    return F.mish(x, { inplace: this.inplace });
  }
}
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return x.tanh();
  }
}
/** x cut to [minVal, maxVal]. PyTorch: `torch.nn.Hardtanh`. */
export class Hardtanh extends InplaceModule {
  readonly minVal: number;
  readonly maxVal: number;
  constructor(options: Inplace & { minVal?: number; maxVal?: number } = {}) {
    super(options);
    this.minVal = options.minVal ?? -1;
    this.maxVal = options.maxVal ?? 1;
  }
  override forward(x: Tensor): Tensor {
    return F.hardtanh(x, { minVal: this.minVal, maxVal: this.maxVal });
  }
}
/** x for positive x, else negativeSlope · x. PyTorch: `torch.nn.LeakyReLU`. */
export class LeakyReLU extends InplaceModule {
  constructor(
    readonly negativeSlope = 0.01,
    options: Inplace = {}
  ) {
    super(options);
  }
  override forward(x: Tensor): Tensor {
    return F.leakyRelu(x, { negativeSlope: this.negativeSlope });
  }
}
/** x for positive x, else alpha · (eˣ − 1). PyTorch: `torch.nn.ELU`. */
export class ELU extends InplaceModule {
  constructor(
    readonly alpha = 1,
    options: Inplace = {}
  ) {
    super(options);
  }
  override forward(x: Tensor): Tensor {
    return F.elu(x, { alpha: this.alpha });
  }
}
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';
  constructor(options: { approximate?: 'none' | 'tanh' } = {}) {
    super();
    this.approximate = options.approximate ?? 'none';
  }
  override forward(x: Tensor): Tensor {
    return F.gelu(x, { approximate: this.approximate });
  }
}
export class PReLU extends Module {
  readonly weight: Parameter;
  constructor(
    readonly numParameters = 1,
    init = 0.25
  ) {
    super();
    this.weight = new Parameter(fromData(new Float32Array(numParameters).fill(init), [numParameters]));
  }
  override forward(x: Tensor): Tensor {
    return F.prelu(x, this.weight);
  }
}
export class GLU extends Module {
  constructor(readonly dim = -1) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.glu(x, { dim: this.dim });
  }
}
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;
  constructor(options: { beta?: number; threshold?: number } = {}) {
    super();
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }
  override forward(x: Tensor): Tensor {
    return F.softplus(x, { beta: this.beta, threshold: this.threshold });
  }
}
export class Softmax extends Module {
  readonly dim: number | null;
  constructor(options: { dim?: number | null } = {}) {
    super();
    this.dim = options.dim ?? null;
  }
  override forward(x: Tensor): Tensor {
    return F.softmax(x, { dim: this.dim as number });
  }
}
export class LogSoftmax extends Module {
  readonly dim: number | null;
  constructor(options: { dim?: number | null } = {}) {
    super();
    this.dim = options.dim ?? null;
  }
  override forward(x: Tensor): Tensor {
    return F.logSoftmax(x, { dim: this.dim as number });
  }
}

const ACTIVATION = 'torch.nn.modules.activation';
const inplace = (c: ModuleConfig): Inplace => ({ inplace: bool(c, 'inplace') });
for (const [name, cls] of Object.entries({ ReLU, ReLU6, Hardswish, Hardsigmoid, SiLU, Mish })) {
  registerLibraryModule(`${ACTIVATION}.${name}`, cls, c => new cls(inplace(c)));
}
registerLibraryModule(`${ACTIVATION}.Sigmoid`, Sigmoid, () => new Sigmoid());
registerLibraryModule(`${ACTIVATION}.Tanh`, Tanh, () => new Tanh());
registerLibraryModule(
  `${ACTIVATION}.Softplus`,
  Softplus,
  c => new Softplus({ beta: num(c, 'beta', 1), threshold: num(c, 'threshold', 20) })
);
registerLibraryModule(
  `${ACTIVATION}.Hardtanh`,
  Hardtanh,
  c => new Hardtanh({ minVal: num(c, 'min_val', -1), maxVal: num(c, 'max_val', 1) })
);
registerLibraryModule(
  `${ACTIVATION}.LeakyReLU`,
  LeakyReLU,
  c => new LeakyReLU(num(c, 'negative_slope', 0.01), inplace(c))
);
registerLibraryModule(`${ACTIVATION}.ELU`, ELU, c => new ELU(num(c, 'alpha', 1), inplace(c)));
registerLibraryModule(
  `${ACTIVATION}.GELU`,
  GELU,
  c => new GELU({ approximate: str(c, 'approximate', 'none') })
);
registerLibraryModule(`${ACTIVATION}.PReLU`, PReLU, c => new PReLU(num(c, 'num_parameters', 1)));
registerLibraryModule(`${ACTIVATION}.GLU`, GLU, c => new GLU(num(c, 'dim', -1)));
registerLibraryModule(
  `${ACTIVATION}.Softmax`,
  Softmax,
  c => new Softmax({ dim: optional<number>(c, 'dim') })
);
registerLibraryModule(
  `${ACTIVATION}.LogSoftmax`,
  LogSoftmax,
  c => new LogSoftmax({ dim: optional<number>(c, 'dim') })
);

/** Zeroes elements in training; the identity in evaluation. */
export class Dropout extends InplaceModule {
  constructor(
    readonly p = 0.5,
    options: Inplace = {}
  ) {
    super(options);
  }
  override forward(x: Tensor): Tensor {
    return F.dropout(x, { p: this.p, training: this.training, inplace: this.inplace });
  }
  override extraRepr(): string {
    return `p=${this.p}`;
  }
}
registerLibraryModule(
  'torch.nn.modules.dropout.Dropout',
  Dropout,
  c => new Dropout(num(c, 'p', 0.5), inplace(c))
);
