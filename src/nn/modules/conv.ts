// Convolutions of one to three dimensions and their transposes. PyTorch: `torch.nn.modules.conv`.

import type { Spatial } from '../../tensor/ops/convolution';
import { convolution } from '../../tensor/ops/convolution';
import { product } from '../../tensor/ops/create';
import { pad, type PadMode } from '../../tensor/ops/pad';
import type { Tensor } from '../../tensor/tensor';
import { bool, num, spatial, str } from '../config';
import { kaimingUniform, uniformBias } from '../init';
import { registerLibraryModule, type ModuleConfig } from '../library';
import { Module, Parameter } from '../module';
import type { QConfigLike } from '../qconfig';

/** What stands around the input of a convolution. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

/** Settings of a convolution, with PyTorch's defaults. */
export interface ConvModuleOptions {
  stride?: Spatial;
  padding?: Spatial | 'same' | 'valid';
  dilation?: Spatial;
  groups?: number;
  bias?: boolean;
  paddingMode?: PaddingMode;
}

/** Settings of a transposed convolution, with PyTorch's defaults. */
export interface ConvTransposeModuleOptions extends Omit<ConvModuleOptions, 'padding'> {
  padding?: Spatial;
  outputPadding?: Spatial;
}

/** One number for each spatial dimension. */
export function perDimension(value: Spatial, dims: number): number[] {
  return typeof value === 'number' ? new Array<number>(dims).fill(value) : [...value];
}

/** What plain and transposed convolutions have in common. Weight `[out, in / groups, …]`, transposed `[in, out / groups, …]`. */
export abstract class ConvNd extends Module {
  abstract readonly dims: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly kernelSize: number[];
  readonly stride: number[];
  readonly padding: number[] | 'same' | 'valid';
  readonly dilation: number[];
  readonly outputPadding: number[];
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  declare qconfig?: QConfigLike | null;

  constructor(
    dims: number,
    readonly transposed: boolean,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Spatial,
    options: ConvTransposeModuleOptions | ConvModuleOptions
  ) {
    super();
    this.groups = options.groups ?? 1;
    if (inChannels % this.groups !== 0 || outChannels % this.groups !== 0) {
      throw new Error(
        `Conv${dims}d: ${inChannels} → ${outChannels} channels cannot be split into ${this.groups} groups`
      );
    }
    this.kernelSize = perDimension(kernelSize, dims);
    this.stride = perDimension(options.stride ?? 1, dims);
    const padding = options.padding ?? 0;
    this.padding = typeof padding === 'string' ? padding : perDimension(padding, dims);
    this.dilation = perDimension(options.dilation ?? 1, dims);
    this.outputPadding = perDimension('outputPadding' in options ? (options.outputPadding ?? 0) : 0, dims);
    this.paddingMode = options.paddingMode ?? 'zeros';
    const channels = transposed
      ? [inChannels, outChannels / this.groups]
      : [outChannels, inChannels / this.groups];
    const shape = [...channels, ...this.kernelSize];
    const fanIn = (shape[1] ?? 1) * product(this.kernelSize);
    this.weight = new Parameter(kaimingUniform(shape, fanIn));
    this.bias = (options.bias ?? true) ? new Parameter(uniformBias(outChannels, fanIn)) : null;
  }

  override forward(x: Tensor): Tensor {
    return this.convolve(x, this.weight);
  }

  /** The convolution with another weight: quantization aware and reference modules give theirs. */
  convolve(x: Tensor, weight: Tensor, bias: Tensor | null = this.bias): Tensor {
    const { stride, dilation, groups, outputPadding, transposed } = this;
    const [input, padding] = this.paddedInput(x);
    const options = { stride, padding, dilation, groups, outputPadding, transposed };
    return convolution(`${this.constructor.name}`, input, weight, bias, this.stride.length, options);
  }

  /** Padding modes other than zeros pad the input first. */
  paddedInput(x: Tensor): [Tensor, number[] | 'same' | 'valid'] {
    const { padding, paddingMode } = this;
    if (paddingMode === 'zeros' || padding === 'valid') {
      return [x, padding];
    }
    // 'same' pads the smaller half on the left.
    const sides =
      padding === 'same'
        ? this.kernelSize
            .map((size, i) => (this.dilation[i] ?? 1) * (size - 1))
            .map(total => [Math.floor(total / 2), Math.ceil(total / 2)])
        : padding.map(p => [p, p]);
    return [pad(x, sides.reverse().flat(), paddingMode as PadMode), sides.map(() => 0)];
  }

  override extraRepr(): string {
    const list = (values: readonly number[] | string) =>
      typeof values === 'string' ? `'${values}'` : `[${values.join(', ')}]`;
    const all = (values: readonly number[] | string, usual: number) =>
      Array.isArray(values) && values.every(v => v === usual);
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, outputPadding, groups } = this;
    return [
      `${inChannels}, ${outChannels}, kernelSize=${list(kernelSize)}, stride=${list(stride)}`,
      all(padding, 0) ? '' : `padding=${list(padding)}`,
      all(dilation, 1) ? '' : `dilation=${list(dilation)}`,
      all(outputPadding, 0) ? '' : `outputPadding=${list(outputPadding)}`,
      groups === 1 ? '' : `groups=${groups}`,
      this.bias === null ? 'bias=false' : '',
      this.paddingMode === 'zeros' ? '' : `paddingMode='${this.paddingMode}'`
    ]
      .filter(part => part !== '')
      .join(', ');
  }
}

export class Conv1d extends ConvNd {
  override readonly dims = 1;
  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvModuleOptions = {}) {
    super(1, false, inChannels, outChannels, kernelSize, options);
  }
}
export class Conv2d extends ConvNd {
  override readonly dims = 2;
  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvModuleOptions = {}) {
    super(2, false, inChannels, outChannels, kernelSize, options);
  }
}
export class Conv3d extends ConvNd {
  override readonly dims = 3;
  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvModuleOptions = {}) {
    super(3, false, inChannels, outChannels, kernelSize, options);
  }
}
export class ConvTranspose1d extends ConvNd {
  override readonly dims = 1;
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Spatial,
    options: ConvTransposeModuleOptions = {}
  ) {
    super(1, true, inChannels, outChannels, kernelSize, options);
  }
}
export class ConvTranspose2d extends ConvNd {
  override readonly dims = 2;
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Spatial,
    options: ConvTransposeModuleOptions = {}
  ) {
    super(2, true, inChannels, outChannels, kernelSize, options);
  }
}
export class ConvTranspose3d extends ConvNd {
  override readonly dims = 3;
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Spatial,
    options: ConvTransposeModuleOptions = {}
  ) {
    super(3, true, inChannels, outChannels, kernelSize, options);
  }
}

/** Constructor options from an exported configuration. */
export function convConfig(config: ModuleConfig): ConvTransposeModuleOptions & ConvModuleOptions {
  return {
    stride: spatial(config, 'stride', 1),
    padding: (typeof config.padding === 'string' ? config.padding : spatial(config, 'padding', 0)) as Spatial,
    dilation: spatial(config, 'dilation', 1),
    outputPadding: spatial(config, 'output_padding', 0),
    groups: num(config, 'groups', 1),
    bias: bool(config, 'bias', true),
    paddingMode: str<PaddingMode>(config, 'padding_mode', 'zeros')
  };
}

const CLASSES = { Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d };
for (const [name, cls] of Object.entries(CLASSES)) {
  registerLibraryModule(`torch.nn.modules.conv.${name}`, cls, c => {
    return new cls(
      num(c, 'in_channels'),
      num(c, 'out_channels'),
      spatial(c, 'kernel_size', 1),
      convConfig(c)
    );
  });
}
