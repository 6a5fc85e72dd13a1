// `torch.ao.nn.quantized` and its intrinsic and dynamic parts: modules that compute with integers. Made from
// reference modules by lowering (`fromReference`) or from observed float modules by users (`fromFloat`).

import { fromData } from '../../tensor/ops/create';
import type { Spatial } from '../../tensor/ops/convolution';
import { quantizePerChannel, quantizePerTensor } from '../../tensor/quantized/quantize';
import {
  quantizedConvolution,
  quantizedLinear,
  quantizedLinearDynamic,
  quantizedLinearDynamicFp16
} from '../../tensor/quantized/linearConv';
import { ConvPackedParams, LinearPackedParams, LinearPackedParamsFp16 } from '../../tensor/quantized/packed';
import { cast } from '../../tensor/ops/elementwise';
import { pad, type PadMode } from '../../tensor/ops/pad';
import * as unary from '../../tensor/quantized/unary';
import type { Tensor } from '../../tensor/tensor';
import type * as floatActivation from '../modules/activation';
import type { ConvNd } from '../modules/conv';
import type { Linear as FloatLinear } from '../modules/linear';
import type { BatchNorm, InstanceNorm, LayerNorm as FloatLayerNorm } from '../modules/norm';
import { registerLibraryModule, type ModuleClass } from '../library';
import { className, Module, type Module as AnyModule, type StateDict } from '../module';
import type { ObserverLike, QConfigLike } from '../qconfig';
import { quantizeWeight, type ReferenceModule } from '../reference';

/** Base of modules with an output scale and zero point, kept as buffers under PyTorch's keys. */
export abstract class QuantizedModule extends Module {
  declare scale: Tensor;
  declare zero_point: Tensor;

  protected setOutput(scale: number, zeroPoint: number): void {
    this.registerBuffer('scale', fromData([scale], []));
    this.registerBuffer('zero_point', fromData([zeroPoint], [], 'int64'));
  }

  get outputScale(): number {
    return this.scale.item();
  }

  get outputZeroPoint(): number {
    return this.zero_point.item();
  }
}

/** A float module that has been observed: what `fromFloat` needs. */
export interface ObservedFloat {
  qconfig?: QConfigLike | null;
  activation_post_process?: ObserverLike;
}

/** @throws Error naming what is missing and where it is set. */
function observedQParams(module: AnyModule & ObservedFloat, who: string) {
  if (!module.qconfig) {
    throw new Error(
      `${who}.fromFloat: the ${className(module)} has no qconfig; copy it in fromObserved (o.linear.qconfig = o.qconfig)`
    );
  }
  if (!module.activation_post_process) {
    throw new Error(
      `${who}.fromFloat: the ${className(module)} has no activation_post_process; ` +
        'set it in fromObserved (o.linear.activation_post_process = o.activation_post_process)'
    );
  }
  const { scale, zeroPoint } = module.activation_post_process.calculateQParams();
  return { qconfig: module.qconfig, scale: scale.data()[0] ?? 1, zeroPoint: zeroPoint.data()[0] ?? 0 };
}

/** Quantizes a weight with a fresh observer of the qconfig, held to its own range. */
function observeAndQuantize(weight: Tensor, qconfig: QConfigLike): Tensor {
  const observer = qconfig.weight.create();
  observer(weight);
  const { scale, zeroPoint } = observer.calculateQParams();
  return observer.qscheme?.startsWith('per_channel')
    ? quantizePerChannel(weight, scale.data(), zeroPoint.data(), observer.chAxis ?? 0, observer.dtype)
    : quantizePerTensor(weight, scale.item(), zeroPoint.item(), observer.dtype);
}

type Packed = { readonly weight: Tensor; readonly bias: Tensor | null };

function savePacked(state: StateDict, path: string, packed: Packed): void {
  const prefix = path === '' ? '' : `${path}.`;
  state.set(`${prefix}weight`, packed.weight);
  if (packed.bias) {
    state.set(`${prefix}bias`, packed.bias);
  }
}

/** Linear on quint8; weight qint8 `[out, in]`. PyTorch: `nnq.Linear`, with relu `nniq.LinearReLU`. */
export class Linear extends QuantizedModule {
  readonly fusesReLU: boolean = false;
  readonly packedParams: LinearPackedParams;

  constructor(weight: Tensor, bias: Tensor | null, scale: number, zeroPoint: number) {
    super();
    this.setOutput(scale, zeroPoint);
    this.packedParams = new LinearPackedParams(weight, bias);
  }

  override forward(x: Tensor): Tensor {
    return quantizedLinear(x, this.packedParams, this.outputScale, this.outputZeroPoint, this.fusesReLU);
  }

  weight(): Tensor {
    return this.packedParams.weight;
  }

  bias(): Tensor | null {
    return this.packedParams.bias;
  }

  protected override saveToStateDict(state: StateDict, path: string): void {
    super.saveToStateDict(state, path);
    savePacked(state, path, this.packedParams);
  }

  static fromReference(ref: FloatLinear & ReferenceModule, scale: number, zeroPoint: number): Linear {
    return new this(quantizeWeight(ref.weight, ref.weightQParams), ref.bias, scale, zeroPoint);
  }

  /** From a float Linear with `qconfig` and `activation_post_process`. @throws Error naming what is missing. */
  static fromFloat(float: FloatLinear): Linear {
    const { qconfig, scale, zeroPoint } = observedQParams(
      float as unknown as AnyModule & ObservedFloat,
      'nn.quantized.Linear'
    );
    return new this(observeAndQuantize(float.weight, qconfig), float.bias, scale, zeroPoint);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.linear.Linear', Linear);

export class LinearReLU extends Linear {
  override readonly fusesReLU = true;
}
registerLibraryModule('torch.ao.nn.intrinsic.quantized.modules.linear_relu.LinearReLU', LinearReLU);

/** Convolution on quint8; weight qint8. */
export abstract class QuantizedConv extends QuantizedModule {
  readonly fusesReLU: boolean = false;
  readonly packedParams: ConvPackedParams;
  private readonly reflect: number[] | null;

  constructor(ref: ConvNd, weight: Tensor, scale: number, zeroPoint: number) {
    super();
    this.setOutput(scale, zeroPoint);
    const [dims, symbolic] = [ref.stride.length, typeof ref.padding === 'string'];
    const numeric = symbolic ? samePadding(ref) : (ref.padding as number[]);
    this.reflect = ref.paddingMode === 'zeros' ? null : [...numeric].reverse().flatMap(p => [p, p]);
    this.packedParams = new ConvPackedParams(weight, ref.bias, {
      dims,
      stride: ref.stride,
      padding: (this.reflect ? numeric.map(() => 0) : numeric) satisfies Spatial,
      dilation: ref.dilation,
      groups: ref.groups,
      transposed: ref.transposed,
      outputPadding: ref.outputPadding
    });
  }

  override forward(x: Tensor): Tensor {
    const input = this.reflect ? pad(x, this.reflect, 'reflect' satisfies PadMode) : x;
    return quantizedConvolution(
      input,
      this.packedParams,
      this.outputScale,
      this.outputZeroPoint,
      this.fusesReLU
    );
  }

  weight(): Tensor {
    return this.packedParams.weight;
  }

  bias(): Tensor | null {
    return this.packedParams.bias;
  }

  protected override saveToStateDict(state: StateDict, path: string): void {
    super.saveToStateDict(state, path);
    savePacked(state, path, this.packedParams);
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
  fromReference(ref: ConvReference, scale: number, zeroPoint: number): QuantizedConv;
  fromFloat(float: ConvNd): QuantizedConv;
}

function quantizedConvClass(name: string, relu: boolean): QuantizedConvClass {
  class Conv extends QuantizedConv {
    override readonly fusesReLU: boolean = relu;
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

export const Conv1d = quantizedConvClass('Conv1d', false);
export const Conv2d = quantizedConvClass('Conv2d', false);
export const Conv3d = quantizedConvClass('Conv3d', false);
export const ConvTranspose1d = quantizedConvClass('ConvTranspose1d', false);
export const ConvTranspose2d = quantizedConvClass('ConvTranspose2d', false);
export const ConvTranspose3d = quantizedConvClass('ConvTranspose3d', false);
export const ConvReLU1d = quantizedConvClass('ConvReLU1d', true);
export const ConvReLU2d = quantizedConvClass('ConvReLU2d', true);
export const ConvReLU3d = quantizedConvClass('ConvReLU3d', true);

// Modules without integer weights: activations and norms.

/** Passes its input on; the output has the input's qparams. */
export class Dropout extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
  static fromReference(): Dropout {
    return new Dropout();
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.dropout.Dropout', Dropout);

export abstract class OutputModule extends QuantizedModule {
  constructor(scale: number, zeroPoint: number) {
    super();
    this.setOutput(scale, zeroPoint);
  }
}

export class Hardswish extends OutputModule {
  override forward(x: Tensor): Tensor {
    return unary.quantizedHardswish(x, this.outputScale, this.outputZeroPoint);
  }
  static fromReference(_: AnyModule, scale: number, zeroPoint: number): Hardswish {
    return new Hardswish(scale, zeroPoint);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.Hardswish', Hardswish);

export class ELU extends OutputModule {
  constructor(
    scale: number,
    zeroPoint: number,
    readonly alpha: number
  ) {
    super(scale, zeroPoint);
  }
  override forward(x: Tensor): Tensor {
    return unary.quantizedElu(x, this.alpha, this.outputScale, this.outputZeroPoint);
  }
  static fromReference(ref: floatActivation.ELU, scale: number, zeroPoint: number): ELU {
    return new ELU(scale, zeroPoint, ref.alpha);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.ELU', ELU);

export class LeakyReLU extends OutputModule {
  constructor(
    scale: number,
    zeroPoint: number,
    readonly negativeSlope: number
  ) {
    super(scale, zeroPoint);
  }
  override forward(x: Tensor): Tensor {
    return unary.quantizedLeakyRelu(x, this.negativeSlope, this.outputScale, this.outputZeroPoint);
  }
  static fromReference(ref: floatActivation.LeakyReLU, scale: number, zeroPoint: number): LeakyReLU {
    return new LeakyReLU(scale, zeroPoint, ref.negativeSlope);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.LeakyReLU', LeakyReLU);

export class Softmax extends OutputModule {
  constructor(
    scale: number,
    zeroPoint: number,
    readonly dim: number | null
  ) {
    super(scale, zeroPoint);
  }
  override forward(x: Tensor): Tensor {
    const dim = this.dim ?? (x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1);
    return unary.quantizedSoftmax(x, dim, this.outputScale, this.outputZeroPoint);
  }
  static fromReference(ref: floatActivation.Softmax, scale: number, zeroPoint: number): Softmax {
    return new Softmax(scale, zeroPoint, ref.dim);
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.Softmax', Softmax);

export class PReLU extends OutputModule {
  constructor(
    scale: number,
    zeroPoint: number,
    readonly weight: Tensor
  ) {
    super(scale, zeroPoint);
  }
  override forward(x: Tensor): Tensor {
    return unary.quantizedPrelu(x, this.weight, this.outputScale, this.outputZeroPoint);
  }
  /** The slopes are quantized with an observer of the module's qconfig. */
  static fromReference(ref: floatActivation.PReLU & ObservedFloat, scale: number, zeroPoint: number): PReLU {
    if (!ref.qconfig) {
      throw new Error('nn.quantized.PReLU.fromReference: the PReLU has no qconfig');
    }
    return new PReLU(scale, zeroPoint, observeAndQuantize(ref.weight, ref.qconfig));
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.activation.PReLU', PReLU);

export class LayerNorm extends OutputModule {
  constructor(
    scale: number,
    zeroPoint: number,
    readonly float: Pick<FloatLayerNorm, 'normalizedShape' | 'weight' | 'bias' | 'eps'>
  ) {
    super(scale, zeroPoint);
  }
  override forward(x: Tensor): Tensor {
    const { normalizedShape, weight, bias, eps } = this.float;
    return unary.quantizedLayerNorm(
      x,
      normalizedShape,
      weight,
      bias,
      eps,
      this.outputScale,
      this.outputZeroPoint
    );
  }
  static fromReference(ref: FloatLayerNorm, scale: number, zeroPoint: number): LayerNorm {
    const { normalizedShape, weight, bias, eps } = ref;
    return new LayerNorm(scale, zeroPoint, { normalizedShape, weight, bias, eps });
  }
}
registerLibraryModule('torch.ao.nn.quantized.modules.normalization.LayerNorm', LayerNorm);

/** As `QuantizedConvClass`: `Float` is what it is made from, `Parts` what it keeps of that. */
export interface QuantizedNormClass<Float, Parts> {
  new (scale: number, zeroPoint: number, float: Parts): OutputModule;
  fromReference(ref: Float, scale: number, zeroPoint: number): OutputModule;
}

function quantizedInstanceNorm(
  name: string
): QuantizedNormClass<InstanceNorm, Pick<InstanceNorm, 'weight' | 'bias' | 'eps'>> {
  class Norm extends OutputModule {
    constructor(
      scale: number,
      zeroPoint: number,
      readonly float: Pick<InstanceNorm, 'weight' | 'bias' | 'eps'>
    ) {
      super(scale, zeroPoint);
    }
    override forward(x: Tensor): Tensor {
      const { weight, bias, eps } = this.float;
      return unary.quantizedGroupNorm(
        x,
        x.shape[1] ?? 1,
        weight,
        bias,
        eps,
        this.outputScale,
        this.outputZeroPoint
      );
    }
    static fromReference(ref: InstanceNorm, scale: number, zeroPoint: number): Norm {
      const { weight, bias, eps } = ref;
      return new Norm(scale, zeroPoint, { weight, bias, eps });
    }
  }
  Object.defineProperty(Norm, 'name', { value: name });
  registerLibraryModule(`torch.ao.nn.quantized.modules.normalization.${name}`, Norm);
  return Norm;
}
export const InstanceNorm1d = quantizedInstanceNorm('InstanceNorm1d');
export const InstanceNorm2d = quantizedInstanceNorm('InstanceNorm2d');
export const InstanceNorm3d = quantizedInstanceNorm('InstanceNorm3d');

type BatchNormParts = Pick<BatchNorm, 'weight' | 'bias' | 'eps' | 'running_mean' | 'running_var'>;

function quantizedBatchNorm(
  name: string,
  home: string,
  relu: boolean
): QuantizedNormClass<AnyModule, BatchNormParts> {
  class Norm extends OutputModule {
    constructor(
      scale: number,
      zeroPoint: number,
      readonly float: BatchNormParts
    ) {
      super(scale, zeroPoint);
    }
    override forward(x: Tensor): Tensor {
      const { weight, bias, eps, running_mean: mean, running_var: variance } = this.float;
      if (!mean || !variance) {
        throw new Error(`${name}: no running statistics; it cannot run on integers`);
      }
      return unary.quantizedBatchNorm(
        x,
        weight,
        bias,
        mean,
        variance,
        eps,
        this.outputScale,
        this.outputZeroPoint,
        relu
      );
    }
    /** From a batch norm, or from a fused one whose first member it is. */
    static fromReference(ref: AnyModule, scale: number, zeroPoint: number): Norm {
      const bn = (relu ? Reflect.get(ref, '0') : ref) as BatchNorm;
      const { weight, bias, eps, running_mean, running_var } = bn;
      return new Norm(scale, zeroPoint, { weight, bias, eps, running_mean, running_var });
    }
  }
  Object.defineProperty(Norm, 'name', { value: name });
  registerLibraryModule(`${home}.${name}`, Norm);
  return Norm;
}
export const BatchNorm2d = quantizedBatchNorm(
  'BatchNorm2d',
  'torch.ao.nn.quantized.modules.batchnorm',
  false
);
export const BatchNorm3d = quantizedBatchNorm(
  'BatchNorm3d',
  'torch.ao.nn.quantized.modules.batchnorm',
  false
);
export const BNReLU2d = quantizedBatchNorm(
  'BNReLU2d',
  'torch.ao.nn.intrinsic.quantized.modules.bn_relu',
  true
);
export const BNReLU3d = quantizedBatchNorm(
  'BNReLU3d',
  'torch.ao.nn.intrinsic.quantized.modules.bn_relu',
  true
);

// Dynamic: float in, float out.

export class DynamicLinear extends Module {
  readonly fusesReLU: boolean = false;
  constructor(readonly packedParams: LinearPackedParams | LinearPackedParamsFp16) {
    super();
  }
  override forward(x: Tensor): Tensor {
    const { packedParams } = this;
    return packedParams instanceof LinearPackedParams
      ? quantizedLinearDynamic(x, packedParams, this.fusesReLU, true)
      : quantizedLinearDynamicFp16(x, packedParams, this.fusesReLU);
  }
  weight(): Tensor {
    return this.packedParams.weight;
  }
  bias(): Tensor | null {
    return this.packedParams.bias;
  }
  static fromReference(ref: FloatLinear & ReferenceModule): DynamicLinear {
    const weight = quantizeWeight(ref.weight, ref.weightQParams);
    return new this(
      weight.quantizer
        ? new LinearPackedParams(weight, ref.bias)
        : new LinearPackedParamsFp16(cast(weight, 'float32'), ref.bias)
    );
  }
  static fromFloat(float: FloatLinear): DynamicLinear {
    const { qconfig } = float;
    if (!qconfig) {
      throw new Error(
        'nn.quantized.dynamic.Linear.fromFloat: the Linear has no qconfig; copy it in fromObserved'
      );
    }
    const observer = qconfig.weight.create();
    if (observer.dtype === 'float16') {
      return new this(new LinearPackedParamsFp16(cast(cast(float.weight, 'float16'), 'float32'), float.bias));
    }
    return new this(new LinearPackedParams(observeAndQuantize(float.weight, qconfig), float.bias));
  }
}
Object.defineProperty(DynamicLinear, 'name', { value: 'Linear' });
registerLibraryModule('torch.ao.nn.quantized.dynamic.modules.linear.Linear', DynamicLinear);

export class DynamicLinearReLU extends DynamicLinear {
  override readonly fusesReLU = true;
}
Object.defineProperty(DynamicLinearReLU, 'name', { value: 'LinearReLU' });
registerLibraryModule(
  'torch.ao.nn.intrinsic.quantized.dynamic.modules.linear_relu.LinearReLU',
  DynamicLinearReLU
);

/** `nn.quantized.dynamic`. */
export const dynamic = { Linear: DynamicLinear, LinearReLU: DynamicLinearReLU };

export type QuantizedClass = ModuleClass & {
  fromReference(ref: never, scale: number, zeroPoint: number): AnyModule;
};
