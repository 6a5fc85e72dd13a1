// Batch, layer, group and instance normalisation. State keys as in PyTorch: running_mean, running_var …

import { fromData, full, zeros } from '../../tensor/ops/create';
import type { Tensor } from '../../tensor/tensor';
import { bool, num } from '../config';
import * as F from '../functional';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module, Parameter } from '../module';

/** Settings of a batch norm, with PyTorch's defaults. */
export interface BatchNormOptions {
  eps?: number;
  momentum?: number;
  affine?: boolean;
  trackRunningStats?: boolean;
}

/** Input `[N, C, …]` with C = numFeatures; statistics of the batch in training, running ones in evaluation. */
export abstract class BatchNorm extends Module {
  readonly eps: number;
  readonly momentum: number;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  declare running_mean: Tensor | null;
  declare running_var: Tensor | null;
  declare num_batches_tracked: Tensor | null;

  constructor(
    readonly numFeatures: number,
    options: BatchNormOptions = {}
  ) {
    super();
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum ?? 0.1;
    this.affine = options.affine ?? true;
    this.trackRunningStats = options.trackRunningStats ?? true;
    this.weight = this.affine ? new Parameter(full([numFeatures], 1)) : null;
    this.bias = this.affine ? new Parameter(zeros([numFeatures])) : null;
    if (this.trackRunningStats) {
      this.registerBuffer('running_mean', zeros([numFeatures]));
      this.registerBuffer('running_var', full([numFeatures], 1));
      this.registerBuffer('num_batches_tracked', fromData([0], [], 'int64'));
    } else {
      this.registerBuffer('running_mean', null);
      this.registerBuffer('running_var', null);
    }
  }

  override forward(x: Tensor): Tensor {
    if (x.shape[1] !== this.numFeatures) {
      throw new Error(
        `${this.constructor.name}: expected ${this.numFeatures} channels, got input [${x.shape.join(', ')}]`
      );
    }
    const useBatch = this.training || !this.running_mean;
    if (this.training && this.num_batches_tracked) {
      const count = this.num_batches_tracked.storage.view();
      count[0] = (count[0] ?? 0) + 1;
    }
    const { weight, bias, momentum, eps } = this;
    return F.batchNorm(x, this.running_mean, this.running_var, {
      weight,
      bias,
      training: useBatch,
      momentum,
      eps
    });
  }

  /** Files older than this counter lack it. */
  protected override stateRule(name: string): { readonly optional: boolean } {
    return { optional: name === 'num_batches_tracked' };
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this;
    return `${numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}, trackRunningStats=${trackRunningStats}`;
  }
}

export class BatchNorm1d extends BatchNorm {}
export class BatchNorm2d extends BatchNorm {}
export class BatchNorm3d extends BatchNorm {}

function batchNormConfig(c: ModuleConfig): BatchNormOptions {
  return {
    eps: num(c, 'eps', 1e-5),
    momentum: num(c, 'momentum', 0.1),
    affine: bool(c, 'affine', true),
    trackRunningStats: bool(c, 'track_running_stats', true)
  };
}
for (const [name, cls] of Object.entries({ BatchNorm1d, BatchNorm2d, BatchNorm3d })) {
  registerLibraryModule(
    `torch.nn.modules.batchnorm.${name}`,
    cls,
    c => new cls(num(c, 'num_features'), batchNormConfig(c))
  );
}

export class LayerNorm extends Module {
  readonly normalizedShape: number[];
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  constructor(
    normalizedShape: number | readonly number[],
    options: { eps?: number; elementwiseAffine?: boolean; bias?: boolean } = {}
  ) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = options.eps ?? 1e-5;
    const affine = options.elementwiseAffine ?? true;
    this.weight = affine ? new Parameter(full(this.normalizedShape, 1)) : null;
    this.bias = affine && (options.bias ?? true) ? new Parameter(zeros(this.normalizedShape)) : null;
  }
  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return F.layerNorm(x, this.normalizedShape, { weight, bias, eps });
  }
}
registerLibraryModule('torch.nn.modules.normalization.LayerNorm', LayerNorm, c => {
  const options = {
    eps: num(c, 'eps', 1e-5),
    elementwiseAffine: bool(c, 'elementwise_affine', true),
    bias: bool(c, 'bias', true)
  };
  return new LayerNorm(c.normalized_shape as number[], options);
});

export class GroupNorm extends Module {
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    options: { eps?: number; affine?: boolean } = {}
  ) {
    super();
    this.eps = options.eps ?? 1e-5;
    const affine = options.affine ?? true;
    this.weight = affine ? new Parameter(full([numChannels], 1)) : null;
    this.bias = affine ? new Parameter(zeros([numChannels])) : null;
  }
  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return F.groupNorm(x, this.numGroups, { weight, bias, eps });
  }
}
registerLibraryModule('torch.nn.modules.normalization.GroupNorm', GroupNorm, c => {
  return new GroupNorm(num(c, 'num_groups'), num(c, 'num_channels'), {
    eps: num(c, 'eps', 1e-5),
    affine: bool(c, 'affine', true)
  });
});

/** Normalises each channel of each sample; no running statistics unless asked for. */
export abstract class InstanceNorm extends Module {
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  constructor(
    readonly numFeatures: number,
    options: { eps?: number; affine?: boolean } = {}
  ) {
    super();
    this.eps = options.eps ?? 1e-5;
    this.weight = options.affine ? new Parameter(full([numFeatures], 1)) : null;
    this.bias = options.affine ? new Parameter(zeros([numFeatures])) : null;
  }
  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return F.instanceNorm(x, { weight, bias, eps });
  }
}
export class InstanceNorm1d extends InstanceNorm {}
export class InstanceNorm2d extends InstanceNorm {}
export class InstanceNorm3d extends InstanceNorm {}
for (const [name, cls] of Object.entries({ InstanceNorm1d, InstanceNorm2d, InstanceNorm3d })) {
  registerLibraryModule(
    `torch.nn.modules.instancenorm.${name}`,
    cls,
    c => new cls(num(c, 'num_features'), { eps: num(c, 'eps', 1e-5), affine: bool(c, 'affine') })
  );
}
