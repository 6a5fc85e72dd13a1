// How `torch.ops.quantized.*` functions are put in the table.

import { defineFunction } from '../../function';
import { Tensor } from '../../tensor';
import { params, type ParameterEntry } from '../parameters';

/** A scale or zero point: a number, or the 0-dim buffer a lowered graph reads. */
export type Scalar = Tensor | number;
export const num = (v: Scalar): number => (v instanceof Tensor ? v.item() : Number(v));

export function define(
  name: string,
  parameters: ReturnType<typeof params>,
  forward: (...values: never[]) => unknown
): void {
  const target = `torch.ops.quantized.${name}`;
  defineFunction({ target, parameters, record: 'asWritten', differentiable: false, forward });
}

/** Parameters and the two of the result's grid, as PyTorch names them for arithmetic … */
export const withOutput = (...entries: ParameterEntry[]) => params(...entries, 'scale', 'zero_point');
/** … and for activations and norms. */
export const toOutput = (...entries: ParameterEntry[]) =>
  params(...entries, 'output_scale', 'output_zero_point');
