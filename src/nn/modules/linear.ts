// Linear, Identity, Flatten and friends.

import type { Tensor } from '../../tensor/tensor';
import { bool, num } from '../config';
import * as F from '../functional';
import { kaimingUniform, uniformBias } from '../init';
import { registerLibraryModule } from '../library';
import { Module, Parameter } from '../module';
import * as torch from '../../tensor/functions/torch';
import type { QConfigLike } from '../qconfig';

/** `y = x Wᵀ + b`; weight `[out, in]`, bias `[out]`. PyTorch: `torch.nn.Linear`. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  declare qconfig?: QConfigLike | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: { bias?: boolean } = {}
  ) {
    super();
    this.weight = new Parameter(kaimingUniform([outFeatures, inFeatures], inFeatures));
    this.bias = (options.bias ?? true) ? new Parameter(uniformBias(outFeatures, inFeatures)) : null;
  }

  override forward(x: Tensor): Tensor {
    return F.linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}
registerLibraryModule(
  'torch.nn.modules.linear.Linear',
  Linear,
  c => new Linear(num(c, 'in_features'), num(c, 'out_features'), { bias: bool(c, 'bias') })
);

export class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}
registerLibraryModule('torch.nn.modules.linear.Identity', Identity, () => new Identity());

export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;
  constructor(options: { startDim?: number; endDim?: number } = {}) {
    super();
    this.startDim = options.startDim ?? 1;
    this.endDim = options.endDim ?? -1;
  }
  override forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }
}
registerLibraryModule(
  'torch.nn.modules.flatten.Flatten',
  Flatten,
  c => new Flatten({ startDim: num(c, 'start_dim', 1), endDim: num(c, 'end_dim', -1) })
);

export class PixelShuffle extends Module {
  constructor(readonly upscaleFactor: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.pixelShuffle(x, this.upscaleFactor);
  }
}
registerLibraryModule(
  'torch.nn.modules.pixelshuffle.PixelShuffle',
  PixelShuffle,
  c => new PixelShuffle(num(c, 'upscale_factor'))
);

export class PixelUnshuffle extends Module {
  constructor(readonly downscaleFactor: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.pixelUnshuffle(x, this.downscaleFactor);
  }
}
registerLibraryModule(
  'torch.nn.modules.pixelshuffle.PixelUnshuffle',
  PixelUnshuffle,
  c => new PixelUnshuffle(num(c, 'downscale_factor'))
);

export class ChannelShuffle extends Module {
  constructor(readonly groups: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return torch.channelShuffle(x, this.groups);
  }
}
registerLibraryModule(
  'torch.nn.modules.channelshuffle.ChannelShuffle',
  ChannelShuffle,
  c => new ChannelShuffle(num(c, 'groups'))
);
