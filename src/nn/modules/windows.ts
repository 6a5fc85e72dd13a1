// Windows as columns and back, and products of two inputs. PyTorch: `torch.nn.modules.fold`, `Bilinear`.

import type { Spatial } from '../../tensor/ops/convolution';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, spatial } from '../config';
import * as F from '../functional';
import { uniformTensor } from '../init';
import { registerLibraryModule } from '../library';
import { Module, Parameter } from '../module';

interface WindowOptions {
  dilation?: Spatial;
  padding?: Spatial;
  stride?: Spatial;
}

abstract class Windows extends Module {
  readonly dilation: Spatial;
  readonly padding: Spatial;
  readonly stride: Spatial;
  constructor(
    readonly kernelSize: Spatial,
    options: WindowOptions
  ) {
    super();
    this.dilation = options.dilation ?? 1;
    this.padding = options.padding ?? 0;
    this.stride = options.stride ?? 1;
  }
  protected get options(): Required<WindowOptions> {
    return { dilation: this.dilation, padding: this.padding, stride: this.stride };
  }
}

/** `[N, C, H, W]` → `[N, C·kh·kw, L]`. */
export class Unfold extends Windows {
  constructor(kernelSize: Spatial, options: WindowOptions = {}) {
    super(kernelSize, options);
  }
  override forward(x: Tensor): Tensor {
    return F.unfold(x, this.kernelSize, this.options);
  }
}

/** `[N, C·kh·kw, L]` → `[N, C, H, W]`. */
export class Fold extends Windows {
  constructor(
    readonly outputSize: Spatial,
    kernelSize: Spatial,
    options: WindowOptions = {}
  ) {
    super(kernelSize, options);
  }
  override forward(x: Tensor): Tensor {
    return F.fold(x, this.outputSize, this.kernelSize, this.options);
  }
}
const windowOptions = (c: Readonly<Record<string, unknown>>): WindowOptions => ({
  dilation: spatial(c, 'dilation', 1),
  padding: spatial(c, 'padding', 0),
  stride: spatial(c, 'stride', 1)
});
registerLibraryModule(
  'torch.nn.modules.fold.Unfold',
  Unfold,
  c => new Unfold(spatial(c, 'kernel_size', 1), windowOptions(c))
);
registerLibraryModule(
  'torch.nn.modules.fold.Fold',
  Fold,
  c => new Fold(spatial(c, 'output_size', 1), spatial(c, 'kernel_size', 1), windowOptions(c))
);

/** `x₁ᵀ W x₂ + b`; weight `[out, in1, in2]`. */
export class Bilinear extends Module<[Tensor, Tensor], Tensor> {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  constructor(
    readonly in1Features: number,
    readonly in2Features: number,
    readonly outFeatures: number,
    options: { bias?: boolean } = {}
  ) {
    super();
    const bound = 1 / Math.sqrt(in1Features);
    this.weight = new Parameter(uniformTensor([outFeatures, in1Features, in2Features], bound));
    this.bias = (options.bias ?? true) ? new Parameter(uniformTensor([outFeatures], bound)) : null;
  }
  override forward(x: Tensor, y: Tensor): Tensor {
    return F.bilinear(x, y, this.weight, this.bias);
  }
}
registerLibraryModule(
  'torch.nn.modules.linear.Bilinear',
  Bilinear,
  c =>
    new Bilinear(num(c, 'in1_features'), num(c, 'in2_features'), num(c, 'out_features'), {
      bias: bool(c, 'bias', true)
    })
);
