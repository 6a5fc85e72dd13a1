// Convolutions of the `torch` namespace, which are nn.functional's too.

import { defineFunction, type TorchFunction } from '../function';
import { convolution, type Spatial } from '../ops/convolution';
import type { Tensor } from '../tensor';
import { params } from './parameters';

/** Keyword arguments of a convolution, with PyTorch's defaults. */
export interface ConvOptions {
  stride?: Spatial;
  padding?: Spatial | 'same' | 'valid';
  dilation?: Spatial;
  groups?: number;
}
type Conv = (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvOptions,
  ...rest: (Spatial | ConvOptions | string)[]
) => Tensor;

function convFunction(dims: number): Conv & TorchFunction {
  const name = `conv${dims}d`;
  return defineFunction<Conv>({
    target: `torch.${name}`,
    aliases: [`torch.nn.functional.${name}`],
    parameters: params(
      'input',
      'weight',
      ['bias', null],
      ['stride', 1],
      ['padding', 0],
      ['dilation', 1],
      ['groups', 1]
    ),
    record: 'asWritten',
    forward: (
      x: Tensor,
      w: Tensor,
      b: Tensor | null,
      stride: Spatial,
      padding: Spatial,
      dilation: Spatial,
      groups: number
    ) => convolution(name, x, w, b, dims, { stride, padding, dilation, groups })
  });
}

/** Keyword arguments of a transposed convolution, with PyTorch's defaults. */
export interface ConvTransposeOptions {
  stride?: Spatial;
  padding?: Spatial;
  outputPadding?: Spatial;
  groups?: number;
  dilation?: Spatial;
}
type ConvTranspose = (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvTransposeOptions,
  ...rest: (Spatial | ConvTransposeOptions)[]
) => Tensor;

function convTransposeFunction(dims: number): ConvTranspose & TorchFunction {
  const name = `conv_transpose${dims}d`;
  return defineFunction<ConvTranspose>({
    target: `torch.${name}`,
    aliases: [`torch.nn.functional.${name}`],
    parameters: params(
      'input',
      'weight',
      ['bias', null],
      ['stride', 1],
      ['padding', 0],
      ['output_padding', 0],
      ['groups', 1],
      ['dilation', 1]
    ),
    record: 'asWritten',
    forward: (
      x: Tensor,
      w: Tensor,
      b: Tensor | null,
      stride: Spatial,
      padding: Spatial,
      outputPadding: Spatial,
      groups: number,
      dilation: Spatial
    ) =>
      convolution(name, x, w, b, dims, { stride, padding, dilation, groups, outputPadding, transposed: true })
  });
}

/** `[N, C, L]` with weight `[O, C/groups, k]` → `[N, O, L′]`. PyTorch: `torch.conv1d`. */
export const conv1d = convFunction(1);
/** `[N, C, H, W]` with weight `[O, C/groups, kh, kw]` → `[N, O, H′, W′]`. PyTorch: `torch.conv2d`. */
export const conv2d = convFunction(2);
/** `[N, C, D, H, W]` with weight `[O, C/groups, kd, kh, kw]`. PyTorch: `torch.conv3d`. */
export const conv3d = convFunction(3);
/** Transposed convolution, weight `[C, O/groups, k]`. PyTorch: `torch.conv_transpose1d`. */
export const convTranspose1d = convTransposeFunction(1);
/** Transposed convolution, weight `[C, O/groups, kh, kw]`. PyTorch: `torch.conv_transpose2d`. */
export const convTranspose2d = convTransposeFunction(2);
/** Transposed convolution, weight `[C, O/groups, kd, kh, kw]`. PyTorch: `torch.conv_transpose3d`. */
export const convTranspose3d = convTransposeFunction(3);
