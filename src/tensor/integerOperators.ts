// Which operators take quantized tensors as they are: those that only move integers about, or get told how to round.
// Every other one computes with floats, and would take the integers for the values.

import { Tensor } from './tensor';

const MOVES_INTEGERS: ReadonlySet<string> = new Set(
  (
    'reshape view contiguous clone permute squeeze unsqueeze expand narrow select slice cat indexSelect flip ' +
    'pad interpolate maxPool avgPool unfold roll repeatInterleave'
  ).split(' ')
);

/** @throws TypeError naming operator and dtype where a float operator gets a quantized tensor. */
export function refuseIntegers(op: string, args: readonly unknown[]): void {
  for (let i = 0; i < args.length; i++) {
    const value = args[i];
    if (value instanceof Tensor && value.quantizer && !MOVES_INTEGERS.has(op)) {
      throw new TypeError(`${op}: no kernel for ${value.dtype} tensors; dequantize() first`);
    }
  }
}
