// Pooling and resampling modules. PyTorch: `torch.nn.modules.pooling`.

import type { Spatial } from '../../tensor/ops/convolution';
import type { Tensor } from '../../tensor/tensor';
import { bool, optional, spatial, str } from '../config';
import * as F from '../functional';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module } from '../module';

type OutputSize = number | readonly (number | null)[];

/** Defines `MaxPool1d` … from the function it calls; `dims` only names it. */
abstract class MaxPool extends Module {
  constructor(
    readonly kernelSize: Spatial,
    readonly options: F.MaxPoolOptions = {}
  ) {
    super();
  }
}
/** Largest of each window of `[N, C, L]`. PyTorch: `torch.nn.MaxPool1d`. */
export class MaxPool1d extends MaxPool {
  override forward(x: Tensor): Tensor {
    return F.maxPool1d(x, this.kernelSize, this.options);
  }
}
/** Largest of each window of `[N, C, H, W]`. PyTorch: `torch.nn.MaxPool2d`. */
export class MaxPool2d extends MaxPool {
  override forward(x: Tensor): Tensor {
    return F.maxPool2d(x, this.kernelSize, this.options);
  }
}
/** Largest of each window of `[N, C, D, H, W]`. PyTorch: `torch.nn.MaxPool3d`. */
export class MaxPool3d extends MaxPool {
  override forward(x: Tensor): Tensor {
    return F.maxPool3d(x, this.kernelSize, this.options);
  }
}

abstract class AvgPool extends Module {
  constructor(
    readonly kernelSize: Spatial,
    readonly options: F.AvgPoolOptions = {}
  ) {
    super();
  }
}
/** Mean of each window of `[N, C, L]`. PyTorch: `torch.nn.AvgPool1d`. */
export class AvgPool1d extends AvgPool {
  override forward(x: Tensor): Tensor {
    return F.avgPool1d(x, this.kernelSize, this.options);
  }
}
/** Mean of each window of `[N, C, H, W]`. PyTorch: `torch.nn.AvgPool2d`. */
export class AvgPool2d extends AvgPool {
  override forward(x: Tensor): Tensor {
    return F.avgPool2d(x, this.kernelSize, this.options);
  }
}
/** Mean of each window of `[N, C, D, H, W]`. PyTorch: `torch.nn.AvgPool3d`. */
export class AvgPool3d extends AvgPool {
  override forward(x: Tensor): Tensor {
    return F.avgPool3d(x, this.kernelSize, this.options);
  }
}

abstract class AdaptiveAvgPool extends Module {
  constructor(readonly outputSize: OutputSize) {
    super();
  }
}
/** Means of as many windows as outputs are wanted. PyTorch: `torch.nn.AdaptiveAvgPool1d`. */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool1d(x, this.outputSize);
  }
}
/**
 * Means of as many windows as outputs are wanted; null keeps a size. PyTorch: `torch.nn.AdaptiveAvgPool2d`.
 */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool2d(x, this.outputSize);
  }
}
/** Means of as many windows as outputs are wanted. PyTorch: `torch.nn.AdaptiveAvgPool3d`. */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool3d(x, this.outputSize);
  }
}

const POOLING = 'torch.nn.modules.pooling';
function maxOptions(c: ModuleConfig): F.MaxPoolOptions {
  return {
    stride: spatial(c, 'stride', spatial(c, 'kernel_size', 1)),
    padding: spatial(c, 'padding', 0),
    dilation: spatial(c, 'dilation', 1),
    ceilMode: bool(c, 'ceil_mode'),
    returnIndices: bool(c, 'return_indices')
  };
}
function avgOptions(c: ModuleConfig): F.AvgPoolOptions {
  const divisor = optional<number>(c, 'divisor_override');
  return {
    stride: spatial(c, 'stride', spatial(c, 'kernel_size', 1)),
    padding: spatial(c, 'padding', 0),
    ceilMode: bool(c, 'ceil_mode'),
    countIncludePad: bool(c, 'count_include_pad', true),
    ...(divisor === null ? {} : { divisorOverride: divisor })
  };
}
for (const [name, cls] of Object.entries({ MaxPool1d, MaxPool2d, MaxPool3d })) {
  registerLibraryModule(`${POOLING}.${name}`, cls, c => new cls(spatial(c, 'kernel_size', 1), maxOptions(c)));
}
for (const [name, cls] of Object.entries({ AvgPool1d, AvgPool2d, AvgPool3d })) {
  registerLibraryModule(`${POOLING}.${name}`, cls, c => new cls(spatial(c, 'kernel_size', 1), avgOptions(c)));
}
for (const [name, cls] of Object.entries({ AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d })) {
  registerLibraryModule(`${POOLING}.${name}`, cls, c => new cls(c.output_size as OutputSize));
}

abstract class AdaptiveMaxPool extends Module {
  readonly returnIndices: boolean;
  constructor(
    readonly outputSize: OutputSize,
    options: { returnIndices?: boolean } = {}
  ) {
    super();
    this.returnIndices = options.returnIndices ?? false;
  }
}
/** With `returnIndices` values and places. */
export class AdaptiveMaxPool1d extends AdaptiveMaxPool {
  override forward(x: Tensor): Tensor {
    return F.adaptiveMaxPool1d(x, this.outputSize, { returnIndices: this.returnIndices });
  }
}
/** With `returnIndices` values and places. PyTorch: `torch.nn.AdaptiveMaxPool2d`. */
export class AdaptiveMaxPool2d extends AdaptiveMaxPool {
  override forward(x: Tensor): Tensor {
    return F.adaptiveMaxPool2d(x, this.outputSize, { returnIndices: this.returnIndices });
  }
}
/** With `returnIndices` values and places. PyTorch: `torch.nn.AdaptiveMaxPool3d`. */
export class AdaptiveMaxPool3d extends AdaptiveMaxPool {
  override forward(x: Tensor): Tensor {
    return F.adaptiveMaxPool3d(x, this.outputSize, { returnIndices: this.returnIndices });
  }
}
for (const [name, cls] of Object.entries({ AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d })) {
  registerLibraryModule(
    `${POOLING}.${name}`,
    cls,
    c => new cls(c.output_size as OutputSize, { returnIndices: bool(c, 'return_indices') })
  );
}

export class Upsample extends Module {
  constructor(readonly options: F.InterpolateFunctionOptions) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.interpolate(x, this.options);
  }
}
registerLibraryModule('torch.nn.modules.upsampling.Upsample', Upsample, c => {
  const size = optional<number | readonly number[]>(c, 'size');
  const scaleFactor = optional<number | readonly number[]>(c, 'scale_factor');
  return new Upsample({
    size,
    scaleFactor,
    mode: str(c, 'mode', 'nearest'),
    alignCorners: optional<boolean>(c, 'align_corners')
  });
});
