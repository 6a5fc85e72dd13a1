// What matched sequences of modules become: PyTorch's `fuser_method_mappings`. In evaluation mode a batch norm is folded
// into what comes before it; to be trained it stays beside it. Spec 5.3.

import * as nn from '../nn';
import { fuseConvBnEval, fuseLinearBnEval } from '../nn/intrinsic';
import { className, type Module } from '../nn/module';
import type { FuserMethod } from './backendConfig/patternConfig';
import { QuantizationError } from './report/error';

/** Modules that cannot be fused, and why; `about` is the path of the first one. */
export class FusionError extends QuantizationError {
  override readonly name = 'FusionError';
}

const { intrinsic } = nn;
type Constructor = new (...modules: never[]) => object;

const construct = (cls: unknown, ...parts: readonly unknown[]): Module =>
  new (cls as new (...p: readonly unknown[]) => Module)(...parts);
const folded = (conv: Module, bn: Module): Module =>
  fuseConvBnEval(conv as never, bn as never) as unknown as Module;

const dimensionsOf = (conv: Module): 1 | 2 | 3 => (conv as unknown as { dims: 1 | 2 | 3 }).dims;
const CONV_BN = { 1: intrinsic.ConvBn1d, 2: intrinsic.ConvBn2d, 3: intrinsic.ConvBn3d } as const;
const CONV_RELU = { 1: intrinsic.ConvReLU1d, 2: intrinsic.ConvReLU2d, 3: intrinsic.ConvReLU3d } as const;
const CONV_BN_RELU = {
  1: intrinsic.ConvBnReLU1d,
  2: intrinsic.ConvBnReLU2d,
  3: intrinsic.ConvBnReLU3d
} as const;

/** The modules one after the other in a fused class. PyTorch: `_sequential_wrapper2`. */
export function sequentialWrapper(fused: Constructor): FuserMethod {
  return (_isQat: boolean, ...modules: never[]) => construct(fused, ...modules);
}

export const fuseConvBn: FuserMethod = (isQat, conv: Module, bn: Module) =>
  isQat ? construct(CONV_BN[dimensionsOf(conv)], conv, bn) : folded(conv, bn);

export const fuseConvBnReLU: FuserMethod = (isQat, conv: Module, bn: Module, relu: Module) =>
  isQat
    ? construct(CONV_BN_RELU[dimensionsOf(conv)], conv, bn, relu)
    : construct(CONV_RELU[dimensionsOf(conv)], folded(conv, bn), relu);

export const fuseLinearBn: FuserMethod = (isQat, linear: Module, bn: Module) =>
  isQat
    ? construct(intrinsic.LinearBn1d, linear, bn)
    : (fuseLinearBnEval(linear as never, bn as never) as unknown as Module);

/** @throws FusionError in training: there is no such module. */
export const fuseConvTransposeBn: FuserMethod = (isQat, conv: Module, bn: Module) => {
  if (isQat) {
    throw cannotTrain(conv, bn);
  }
  return folded(conv, bn);
};

/** oneDNN. @throws FusionError in training. */
export const fuseLinearBnLeakyReLU: FuserMethod = (isQat, linear: Module, bn: Module, act: Module) => {
  if (isQat) {
    throw cannotTrain(linear, bn);
  }
  const fused = fuseLinearBnEval(linear as never, bn as never) as unknown as Module;
  return construct(intrinsic.LinearLeakyReLU, fused, act);
};

type ConvPart = Module | readonly [bn: Module, conv: Module];
type Addition = readonly [add: unknown, left: unknown, right: unknown];

/** oneDNN: `[add, conv, *]`. @throws FusionError in training with a batch norm. */
export const fuseConvAdd: FuserMethod = (isQat, add: unknown, left: unknown, right: unknown) =>
  construct(intrinsic.ConvAdd2d, convolutionOf(isQat, [add, left, right]), add);

/** oneDNN: `[relu, [add, conv, *]]`. */
export const fuseConvAddReLU: FuserMethod = (isQat, relu: Module, addition: Addition) =>
  construct(intrinsic.ConvAddReLU2d, convolutionOf(isQat, addition), addition[0], relu);

function convolutionOf(isQat: boolean, [, left, right]: Addition): Module {
  const part = (typeof left === 'symbol' ? right : left) as ConvPart;
  if (!Array.isArray(part)) {
    return part as Module;
  }
  const [bn, conv] = part as readonly [Module, Module];
  if (isQat) {
    throw cannotTrain(conv, bn);
  }
  return folded(conv, bn);
}

function cannotTrain(module: Module, bn: Module): FusionError {
  return new FusionError(
    `${className(module)} with a ${className(bn)} cannot be trained as one; PyTorch has no such module. ` +
      'Set its qconfig to null, or quantize after training.'
  );
}
