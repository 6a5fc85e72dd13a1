// Similarity and distance of vectors. PyTorch: `torch.nn.modules.distance`.

import type { Tensor } from '../../tensor/tensor';
import { bool, num } from '../config';
import * as F from '../functional';
import { registerLibraryModule } from '../library';
import { Module } from '../module';

/** Cosine of the angle between `a` and `b` along `dim`; lengths below `eps` count as `eps`. */
export class CosineSimilarity extends Module<[a: Tensor, b: Tensor], Tensor> {
  readonly dim: number;
  readonly eps: number;
  constructor(options: { dim?: number; eps?: number } = {}) {
    super();
    this.dim = options.dim ?? 1;
    this.eps = options.eps ?? 1e-8;
  }
  override forward(a: Tensor, b: Tensor): Tensor {
    return F.cosineSimilarity(a, b, { dim: this.dim, eps: this.eps });
  }
}
registerLibraryModule(
  'torch.nn.modules.distance.CosineSimilarity',
  CosineSimilarity,
  c => new CosineSimilarity({ dim: num(c, 'dim', 1), eps: num(c, 'eps', 1e-8) })
);

/** p-norm of `a − b + eps` over the last dimension. */
export class PairwiseDistance extends Module<[a: Tensor, b: Tensor], Tensor> {
  readonly norm: number;
  readonly eps: number;
  readonly keepdim: boolean;
  constructor(options: { p?: number; eps?: number; keepdim?: boolean } = {}) {
    super();
    this.norm = options.p ?? 2;
    this.eps = options.eps ?? 1e-6;
    this.keepdim = options.keepdim ?? false;
  }
  override forward(a: Tensor, b: Tensor): Tensor {
    return F.pairwiseDistance(a, b, { p: this.norm, eps: this.eps, keepdim: this.keepdim });
  }
}
registerLibraryModule(
  'torch.nn.modules.distance.PairwiseDistance',
  PairwiseDistance,
  c => new PairwiseDistance({ p: num(c, 'p', 2), eps: num(c, 'eps', 1e-6), keepdim: bool(c, 'keepdim') })
);
