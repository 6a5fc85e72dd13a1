// `torch.ao.quantization.fake_quantize`: what is put into a model for quantization aware training.

import { registerLibraryModule, type ModuleClass } from '../../nn/library';
import type { Module } from '../../nn/module';
import { fromData } from '../../tensor/ops/create';
import { chooseQParams } from '../../tensor/quantized/quantize';
import type { Tensor } from '../../tensor/tensor';
import { factory, FixedQParamsObserver, ObserverError } from '../observers';
import { FakeQuantizeBase, makeObserver, type FakeQuantizeOptions } from './base';

export { FakeQuantizeBase, type FakeQuantizeOptions } from './base';

/** Observer and rounding as two steps; the grid is the observer's own `calculateQParams`. */
export class FakeQuantize extends FakeQuantizeBase {
  constructor(options: FakeQuantizeOptions = {}) {
    super(makeObserver('FakeQuantize', options), 'uint8');
  }

  protected override observe(x: Tensor): void {
    this.activation_post_process(x);
    this.setQParams(this.activation_post_process.calculateQParams());
  }

  static withArgs(options: FakeQuantizeOptions) {
    return factory(this, { ...options });
  }
}

/** For outputs of known range. @throws ObserverError for another observer than a FixedQParamsObserver. */
export class FixedQParamsFakeQuantize extends FakeQuantizeBase {
  constructor(options: FakeQuantizeOptions = {}) {
    const observer = makeObserver('FixedQParamsFakeQuantize', options);
    if (!(observer instanceof FixedQParamsObserver)) {
      throw new ObserverError(
        `FixedQParamsFakeQuantize needs a FixedQParamsObserver, got ${observer.constructor.name}`
      );
    }
    super(observer, 'uint8');
    this.setQParams(observer.calculateQParams());
  }

  protected override observe(): void {}

  static withArgs(options: FakeQuantizeOptions) {
    return factory(this, { ...options });
  }
}

/**
 * Moving average, choice of the grid and rounding in one step. While training, the grid comes from the formula of the
 * integer kernels; convert uses the observer's own (spec 2.5, D30).
 */
export class FusedMovingAvgObsFakeQuantize extends FakeQuantizeBase {
  constructor(options: FakeQuantizeOptions = {}) {
    super(makeObserver('FusedMovingAvgObsFakeQuantize', options), 'int64');
    if (!/^MovingAverage/.test(this.activation_post_process.constructor.name)) {
      throw new ObserverError(
        `FusedMovingAvgObsFakeQuantize needs a moving average observer, got ${this.activation_post_process.constructor.name}`
      );
    }
  }

  protected override observe(x: Tensor): void {
    const observer = this.activation_post_process as unknown as { min_val: Tensor; max_val: Tensor };
    this.activation_post_process(x);
    const [mins, maxs] = [observer.min_val.data(), observer.max_val.data()];
    const symmetric = this.qscheme.endsWith('_symmetric');
    const chosen = Array.from(mins as ArrayLike<number>, (min, i) =>
      chooseQParams(min, maxs[i] as number, this.quantMin, this.quantMax, symmetric)
    );
    this.setQParams({
      scale: fromData(
        chosen.map(c => c.scale),
        [chosen.length]
      ),
      zeroPoint: fromData(
        chosen.map(c => c.zeroPoint),
        [chosen.length],
        'int64'
      )
    });
  }

  static withArgs(options: FakeQuantizeOptions) {
    return factory(this, { ...options });
  }
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
export const disableObserver = forFakeQuant(module => module.disableObserver());
export const enableFakeQuant = forFakeQuant(module => module.enableFakeQuant());
export const disableFakeQuant = forFakeQuant(module => module.disableFakeQuant());
