// Padding as modules: constant, zero, reflection, replication and circular, in one to three dimensions. PyTorch:
// `torch.nn.modules.padding`. Amounts are PyTorch's: last dimension first, (before, after).

import type { PadMode } from '../../tensor/ops/pad';
import type { Tensor } from '../../tensor/tensor';
import { num, spatial } from '../config';
import * as F from '../functional';
import { registerLibraryModule } from '../library';
import { Module } from '../module';

/** One number for every side, or a pair for each dimension. */
export type PaddingAmount = number | readonly number[];

/** Base of all: pads the last `dims` dimensions. */
export abstract class Padding extends Module {
  readonly padding: readonly number[];

  constructor(
    dims: number,
    padding: PaddingAmount,
    private readonly mode: PadMode,
    readonly value = 0
  ) {
    super();
    this.padding = typeof padding === 'number' ? new Array<number>(2 * dims).fill(padding) : [...padding];
  }

  override forward(x: Tensor): Tensor {
    return this.mode === 'constant'
      ? F.pad(x, this.padding, { value: this.value })
      : F.pad(x, this.padding, { mode: this.mode });
  }

  override extraRepr(): string {
    return `padding=[${this.padding.join(', ')}]${this.mode === 'constant' ? `, value=${this.value}` : ''}`;
  }
}

const HOME = 'torch.nn.modules.padding';

/** What the functions below make; named, since declarations cannot describe a class without a name. */
export type PaddingClass = new (padding: PaddingAmount) => Padding;
export type ConstantPadClass = new (padding: PaddingAmount, value: number) => Padding;

function paddingClass(name: string, dims: number, mode: PadMode): PaddingClass {
  class Pad extends Padding {
    constructor(padding: PaddingAmount) {
      super(dims, padding, mode);
    }
  }
  Object.defineProperty(Pad, 'name', { value: name });
  registerLibraryModule(`${HOME}.${name}`, Pad, c => new Pad(spatial(c, 'padding', 0)));
  return Pad;
}

function constantPadClass(dims: number): ConstantPadClass {
  class ConstantPad extends Padding {
    constructor(padding: PaddingAmount, value: number) {
      super(dims, padding, 'constant', value);
    }
  }
  const name = `ConstantPad${dims}d`;
  Object.defineProperty(ConstantPad, 'name', { value: name });
  registerLibraryModule(
    `${HOME}.${name}`,
    ConstantPad,
    c => new ConstantPad(spatial(c, 'padding', 0), num(c, 'value', 0))
  );
  return ConstantPad;
}

export const ConstantPad1d = constantPadClass(1);
export const ConstantPad2d = constantPadClass(2);
export const ConstantPad3d = constantPadClass(3);
export const ZeroPad1d = paddingClass('ZeroPad1d', 1, 'constant');
export const ZeroPad2d = paddingClass('ZeroPad2d', 2, 'constant');
export const ZeroPad3d = paddingClass('ZeroPad3d', 3, 'constant');
export const ReflectionPad1d = paddingClass('ReflectionPad1d', 1, 'reflect');
export const ReflectionPad2d = paddingClass('ReflectionPad2d', 2, 'reflect');
export const ReflectionPad3d = paddingClass('ReflectionPad3d', 3, 'reflect');
export const ReplicationPad1d = paddingClass('ReplicationPad1d', 1, 'replicate');
export const ReplicationPad2d = paddingClass('ReplicationPad2d', 2, 'replicate');
export const ReplicationPad3d = paddingClass('ReplicationPad3d', 3, 'replicate');
export const CircularPad1d = paddingClass('CircularPad1d', 1, 'circular');
export const CircularPad2d = paddingClass('CircularPad2d', 2, 'circular');
export const CircularPad3d = paddingClass('CircularPad3d', 3, 'circular');
