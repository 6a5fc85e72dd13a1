// All methods of Tensor that are calls by PyTorch's names.

import type { ReductionMethods } from './reduce';
import type { CopyMethods, PickMethods, ShapeMethods } from './shape';
import type { ValueMethods } from './values';

export type { ReduceOptions } from './reduce';

export interface TensorMethods
  extends ShapeMethods, PickMethods, CopyMethods, ValueMethods, ReductionMethods {}
