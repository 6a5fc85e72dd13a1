// `torch.ao.nn.quantized.Conv1d` to `Conv3d`, transposed and with a relu. PyTorch: `nnq.Conv*`, `nniq.ConvReLU*`.

import type { Spatial } from '../../tensor/ops/convolution';
import { pad, type PadMode } from '../../tensor/ops/pad';
import { quantizedConvolution } from '../../tensor/quantized/linearConv';
import { ConvPackedParams } from '../../tensor/quantized/packed';
import type { Tensor } from '../../tensor/tensor';
import { registerLibraryModule } from '../library';
import { className, type Module as AnyModule } from '../module';
import type { ConvNd } from '../modules/conv';
import { quantizeWeight, type ReferenceModule } from '../reference';
import { acceptBias, acceptWeight, type StateField, type StateValue } from '../stateDict';
import { observeAndQuantize, observedQParams, QuantizedModule, type ObservedFloat } from './base';

/** Convolution on quint8; weight qint8. */
export abstract class QuantizedConv extends QuantizedModule {
  readonly fusesReLU: boolean = false;
  packedParams: ConvPackedParams;
  /** Modes other than zeros pad the input first. PyTorch has no integer kernel but for zeros and reflect. */
  private readonly inputPadding: { readonly mode: PadMode; readonly amounts: number[] } | null;

  constructor(ref: ConvNd, weight: Tensor, scale: number, zeroPoint: number) {
    super();
    this.setOutput(scale, zeroPoint);
    const [dims, symbolic] = [ref.stride.length, typeof ref.padding === 'string'];
    const numeric = symbolic ? samePadding(ref) : (ref.padding as number[]);
    this.inputPadding =
      ref.paddingMode === 'zeros'
        ? null
        : { mode: ref.paddingMode as PadMode, amounts: [...numeric].reverse().flatMap(p => [p, p]) };
    this.packedParams = new ConvPackedParams(weight, ref.bias, {
      dims,
      stride: ref.stride,
      padding: (this.inputPadding ? numeric.map(() => 0) : numeric) satisfies Spatial,
      dilation: ref.dilation,
      groups: ref.groups,
      transposed: ref.transposed,
      outputPadding: ref.outputPadding
    });
  }

  override forward(x: Tensor): Tensor {
    return quantizedConvolution(
      this.padded(x),
      this.packedParams,
      this.outputScale,
      this.outputZeroPoint,
      this.fusesReLU
    );
  }

  /** The input with what stands around it, where the kernel cannot put it there. */
  protected padded(x: Tensor): Tensor {
    const { inputPadding } = this;
    return inputPadding ? pad(x, inputPadding.amounts, inputPadding.mode) : x;
  }

  /** The weight as a quantized tensor. */
  weight(): Tensor {
    return this.packedParams.weight;
  }

  /** The float bias, or null. */
  bias(): Tensor | null {
    return this.packedParams.bias;
  }

  /** Weight and bias go in PyTorch's order, before the output's qparams; geometry is the module's own. */
  protected override stateFields(): StateField[] {
    const current = this.packedParams;
    const part = (name: 'weight' | 'bias', accept: (value: StateValue) => Tensor | null): StateField => ({
      name,
      owner: this,
      get: () => current[name],
      accept: value => {
        const accepted = accept(value);
        return () => {
          const { weight, bias, options } = this.packedParams;
          this.packedParams =
            name === 'weight' && accepted
              ? new ConvPackedParams(accepted, bias, options)
              : new ConvPackedParams(weight, accepted, options);
        };
      }
    });
    const { groups, transposed } = current.options;
    const [first, second] = current.weight.shape as readonly [number, number];
    const channels = transposed ? second * groups : first;
    return [
      part('weight', value => acceptWeight(value, current.weight)),
      part('bias', value => acceptBias(value, channels)),
      ...super.stateFields()
    ];
  }
}

/** 'same' padding as numbers; an uneven one has no integer kernel. */
function samePadding(ref: ConvNd): number[] {
  const totals = ref.kernelSize.map((k, i) => (k - 1) * (ref.dilation[i] ?? 1));
  if (ref.padding === 'valid') {
    return totals.map(() => 0);
  }
  if (totals.some(t => t % 2 !== 0)) {
    throw new Error(
      `${className(ref)}: padding 'same' with an even kernel pads unevenly, which has no integer kernel; pad before the convolution`
    );
  }
  return totals.map(t => t / 2);
}

type ConvReference = ConvNd & ReferenceModule;

/** What the function below makes; named, since declarations cannot describe a class without a name. */
export interface QuantizedConvClass {
  new (ref: ConvNd, weight: Tensor, scale: number, zeroPoint: number): QuantizedConv;
  /** Of a reference module, with the output's qparams. */
  fromReference(ref: ConvReference, scale: number, zeroPoint: number): QuantizedConv;
  /** Of an observed float module. */
  fromFloat(float: ConvNd): QuantizedConv;
}

function quantizedConvClass(name: string, relu: boolean): QuantizedConvClass {
  class Conv extends QuantizedConv {
    override readonly fusesReLU: boolean = relu;
    /** Of a reference module, with the output's qparams. */
    static fromReference(ref: ConvReference, scale: number, zeroPoint: number): Conv {
      return new Conv(ref, quantizeWeight(ref.weight, ref.weightQParams), scale, zeroPoint);
    }
    /** From a float convolution with `qconfig` and `activation_post_process`. */
    static fromFloat(float: ConvNd): Conv {
      const { qconfig, scale, zeroPoint } = observedQParams(
        float as unknown as AnyModule & ObservedFloat,
        `nn.quantized.${name}`
      );
      return new Conv(float, observeAndQuantize(float.weight, qconfig), scale, zeroPoint);
    }
  }
  Object.defineProperty(Conv, 'name', { value: name });
  const home = relu
    ? 'torch.ao.nn.intrinsic.quantized.modules.conv_relu'
    : 'torch.ao.nn.quantized.modules.conv';
  registerLibraryModule(`${home}.${name}`, Conv);
  return Conv;
}

/** Integer convolution of `[N, C, L]`. PyTorch: `torch.ao.nn.quantized.Conv1d`. */
export const Conv1d = quantizedConvClass('Conv1d', false);
/** Integer convolution of `[N, C, H, W]`. PyTorch: `torch.ao.nn.quantized.Conv2d`. */
export const Conv2d = quantizedConvClass('Conv2d', false);
/** Integer convolution of `[N, C, D, H, W]`. PyTorch: `torch.ao.nn.quantized.Conv3d`. */
export const Conv3d = quantizedConvClass('Conv3d', false);
/** Integer transposed convolution. PyTorch: `torch.ao.nn.quantized.ConvTranspose1d`. */
export const ConvTranspose1d = quantizedConvClass('ConvTranspose1d', false);
/** Integer transposed convolution. PyTorch: `torch.ao.nn.quantized.ConvTranspose2d`. */
export const ConvTranspose2d = quantizedConvClass('ConvTranspose2d', false);
/** Integer transposed convolution. PyTorch: `torch.ao.nn.quantized.ConvTranspose3d`. */
export const ConvTranspose3d = quantizedConvClass('ConvTranspose3d', false);
/** Integer convolution and relu in one. PyTorch: `torch.ao.nn.intrinsic.quantized.ConvReLU1d`. */
export const ConvReLU1d = quantizedConvClass('ConvReLU1d', true);
/** Integer convolution and relu in one. PyTorch: `torch.ao.nn.intrinsic.quantized.ConvReLU2d`. */
export const ConvReLU2d = quantizedConvClass('ConvReLU2d', true);
/** Integer convolution and relu in one. PyTorch: `torch.ao.nn.intrinsic.quantized.ConvReLU3d`. */
export const ConvReLU3d = quantizedConvClass('ConvReLU3d', true);
