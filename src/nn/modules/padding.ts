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
/** A class that puts one value around its input. */
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

/** `value` around `[N, C, L]`. PyTorch: `torch.nn.ConstantPad1d`. */
export const ConstantPad1d = constantPadClass(1);
/** `value` around `[N, C, H, W]`. PyTorch: `torch.nn.ConstantPad2d`. */
export const ConstantPad2d = constantPadClass(2);
/** `value` around `[N, C, D, H, W]`. PyTorch: `torch.nn.ConstantPad3d`. */
export const ConstantPad3d = constantPadClass(3);
/** Zeros around `[N, C, L]`. PyTorch: `torch.nn.ZeroPad1d`. */
export const ZeroPad1d = paddingClass('ZeroPad1d', 1, 'constant');
/** Zeros around `[N, C, H, W]`. PyTorch: `torch.nn.ZeroPad2d`. */
export const ZeroPad2d = paddingClass('ZeroPad2d', 2, 'constant');
/** Zeros around `[N, C, D, H, W]`. PyTorch: `torch.nn.ZeroPad3d`. */
export const ZeroPad3d = paddingClass('ZeroPad3d', 3, 'constant');
/** The input mirrored at its borders. PyTorch: `torch.nn.ReflectionPad1d`. */
export const ReflectionPad1d = paddingClass('ReflectionPad1d', 1, 'reflect');
/** The input mirrored at its borders. PyTorch: `torch.nn.ReflectionPad2d`. */
export const ReflectionPad2d = paddingClass('ReflectionPad2d', 2, 'reflect');
/** The input mirrored at its borders. PyTorch: `torch.nn.ReflectionPad3d`. */
export const ReflectionPad3d = paddingClass('ReflectionPad3d', 3, 'reflect');
/** The border's values repeated. PyTorch: `torch.nn.ReplicationPad1d`. */
export const ReplicationPad1d = paddingClass('ReplicationPad1d', 1, 'replicate');
/** The border's values repeated. PyTorch: `torch.nn.ReplicationPad2d`. */
export const ReplicationPad2d = paddingClass('ReplicationPad2d', 2, 'replicate');
/** The border's values repeated. PyTorch: `torch.nn.ReplicationPad3d`. */
export const ReplicationPad3d = paddingClass('ReplicationPad3d', 3, 'replicate');
/** The input continued from its other end. PyTorch: `torch.nn.CircularPad1d`. */
export const CircularPad1d = paddingClass('CircularPad1d', 1, 'circular');
/** The input continued from its other end. PyTorch: `torch.nn.CircularPad2d`. */
export const CircularPad2d = paddingClass('CircularPad2d', 2, 'circular');
/** The input continued from its other end. PyTorch: `torch.nn.CircularPad3d`. */
export const CircularPad3d = paddingClass('CircularPad3d', 3, 'circular');
