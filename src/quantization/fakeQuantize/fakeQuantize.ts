// `torch.ao.quantization.fake_quantize`: what is put into a model for quantization aware training, and the
// switches for all of them at once.

import { registerLibraryModule, type ModuleClass } from '../../nn/library';
import type { Module } from '../../nn/module';
import { fromData } from '../../tensor/ops/create';
import { chooseQParams } from '../../tensor/quantized/chooseQParams';
import { compatibility } from '../../tensor/compatibility';
import type { Tensor } from '../../tensor/tensor';
import type { CalculatedQParams } from '../../nn/qconfig';
import {
  factory,
  FixedQParamsObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  ObserverError
} from '../observers';
import { FakeQuantizeBase, makeObserver, type FakeQuantizeOptions } from './base';

/** Observer and rounding as two steps; the grid is the observer's own `calculateQParams`. */
export class FakeQuantize extends FakeQuantizeBase {
  constructor(options: FakeQuantizeOptions = {}) {
    super(makeObserver('FakeQuantize', options), 'uint8');
  }

  /** Lets the observer inside see the batch, and takes over its grid. */
  protected override observe(x: Tensor): void {
    this.activation_post_process(x);
    this.setQParams(this.activation_post_process.calculateQParams());
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: FakeQuantizeOptions) {
    return factory(this, { ...options });
  }
}

/** Settings of `FixedQParamsFakeQuantize`. */
export interface FixedQParamsFakeQuantizeOptions {
  observer?: FakeQuantizeOptions['observer'];
}

/** For outputs of known range. Its scale and zero point are the observer's own. */
export class FixedQParamsFakeQuantize extends FakeQuantizeBase {
  /** @throws ObserverError for another observer than a per-tensor FixedQParamsObserver. */
  constructor(options: FixedQParamsFakeQuantizeOptions = {}) {
    const observer = makeObserver('FixedQParamsFakeQuantize', {
      observer: options.observer
    } as FakeQuantizeOptions);
    if (!(observer instanceof FixedQParamsObserver) || !observer.qscheme.startsWith('per_tensor')) {
      throw new ObserverError(
        `FixedQParamsFakeQuantize needs a per-tensor FixedQParamsObserver, got ${observer.constructor.name}`
      );
    }
    super(observer, 'uint8');
    this.registerBuffer('scale', observer.scale);
    this.registerBuffer('zero_point', observer.zero_point);
  }

  /** Lets the observer inside see the batch, and takes over its grid. */
  protected override observe(): void {}

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: FixedQParamsFakeQuantizeOptions) {
    return factory(this, { ...options });
  }
}

/**
 * Moving average, choice of the grid and rounding in one step. The grid is the observer's own, the one that convert
 * uses; PyTorch trains with that of its integer kernels, which differs for symmetric weights (D30).
 */
export class FusedMovingAvgObsFakeQuantize extends FakeQuantizeBase {
  /** The range is 0 to 255 unless given. @throws ObserverError for another observer than a moving average. */
  constructor(options: FakeQuantizeOptions = {}) {
    super(makeObserver('FusedMovingAvgObsFakeQuantize', { quantMin: 0, quantMax: 255, ...options }), 'int64');
    const observer = this.activation_post_process;
    if (!isMovingAverage(observer)) {
      throw new ObserverError(
        `FusedMovingAvgObsFakeQuantize needs a moving average observer, got ${observer.constructor.name}`
      );
    }
  }

  /** The grid is worked out whenever it is used, from what was seen last. */
  override forward(x: Tensor): Tensor {
    const isGridNeeded = this.fake_quant_enabled.item() === 1 && x.numel() > 0;
    if (isGridNeeded && this.observer_enabled.item() !== 1) {
      this.updateGrid();
    }
    return super.forward(x);
  }

  /** Lets the observer inside see the batch, and takes over its grid. */
  protected override observe(x: Tensor): void {
    this.activation_post_process(x);
    if (this.fake_quant_enabled.item() === 1 && x.numel() > 0) {
      this.updateGrid();
    }
  }

  private updateGrid(): void {
    const observer = this.activation_post_process;
    if (!compatibility.reproducePyTorchDefects) {
      if (observer.isCalibrated) {
        this.setQParams(observer.calculateQParams());
      }
    } else if (isMovingAverage(observer)) {
      this.setQParams(kernelGrid(observer));
    }
  }

  /** A factory with these settings bound. PyTorch: `with_args`. */
  static withArgs(options: FakeQuantizeOptions) {
    return factory(this, { ...options });
  }
}

/** The grid that PyTorch's fused kernel rounds to. */
function kernelGrid(observer: MovingAverage): CalculatedQParams {
  const isSymmetric = observer.qscheme.endsWith('_symmetric');
  const [mins, maxs] = [observer.min_val.data(), observer.max_val.data()];
  const chosen = Array.from(mins as ArrayLike<number>, (min, i) => {
    const [lo, hi] = observer.isCalibrated ? [min, maxs[i] as number] : [0, 0];
    return chooseQParams(lo, hi, observer.quantMin, observer.quantMax, isSymmetric);
  });
  const [scales, zeroPoints] = [chosen.map(c => c.scale), chosen.map(c => c.zeroPoint)];
  return {
    scale: fromData(scales, [chosen.length]),
    zeroPoint: fromData(zeroPoints, [chosen.length], 'int64')
  };
}

type MovingAverage = MovingAverageMinMaxObserver | MovingAveragePerChannelMinMaxObserver;

function isMovingAverage(observer: object): observer is MovingAverage {
  return (
    observer instanceof MovingAverageMinMaxObserver ||
    observer instanceof MovingAveragePerChannelMinMaxObserver
  );
}

const CLASSES = { FakeQuantize, FixedQParamsFakeQuantize, FusedMovingAvgObsFakeQuantize } as const;
for (const [name, cls] of Object.entries(CLASSES)) {
  registerLibraryModule(`torch.ao.quantization.fake_quantize.${name}`, cls as unknown as ModuleClass);
}

const forFakeQuant = (act: (module: FakeQuantizeBase) => void) => (module: Module) => {
  if (module instanceof FakeQuantizeBase) {
    act(module);
  }
};

/** For `model.apply(…)`, as PyTorch's functions of these names. */
export const enableObserver = forFakeQuant(module => module.enableObserver());
/** For `model.apply(…)`: ranges stay what they are. PyTorch: `disable_observer`. */
export const disableObserver = forFakeQuant(module => module.disableObserver());
/** For `model.apply(…)`: values are rounded. PyTorch: `enable_fake_quant`. */
export const enableFakeQuant = forFakeQuant(module => module.enableFakeQuant());
/** For `model.apply(…)`: values pass unrounded. PyTorch: `disable_fake_quant`. */
export const disableFakeQuant = forFakeQuant(module => module.disableFakeQuant());
