// Classes the recorded cases cannot carry: opaque modules and custom modules, by PyTorch's class name, written
// against the public API only. `npm run parity -- DIR --custom FILE` takes another file of this shape.

import type { interchange } from '../../src';
import { F, nn, type Tensor } from '../../src';

type TensorModule = nn.TensorModule;

/** `if` on a tensor: why it is opaque. */
class FP32NonTraceable extends nn.Module {
  constructor(readonly fc: TensorModule) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return x.sum().item() > 0 ? this.fc(x) : this.fc(x).neg();
  }
}

/** The guide's custom module: a linear layer of one's own. */
class CustomFloat extends nn.Module {
  declare qconfig: NonNullable<nn.Linear['qconfig']> | null;
  constructor(readonly linear: nn.Linear) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return this.linear(x);
  }
}

class CustomObserved extends nn.Module {
  declare qconfig: NonNullable<nn.Linear['qconfig']> | null;
  declare activation_post_process: NonNullable<nn.quantized.ObservedFloat['activation_post_process']>;
  constructor(readonly linear: nn.Linear) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return this.linear(x);
  }
  static fromFloat(float: CustomFloat): CustomObserved {
    const observed = new CustomObserved(float.linear);
    observed.qconfig = float.qconfig;
    return observed;
  }
}

class CustomStatic extends nn.Module {
  constructor(readonly linear: TensorModule) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return this.linear(x);
  }
  static fromObserved(observed: CustomObserved): CustomStatic {
    const linear: nn.Linear & nn.quantized.ObservedFloat = observed.linear;
    linear.activation_post_process = observed.activation_post_process;
    linear.qconfig = observed.qconfig;
    return new CustomStatic(nn.quantized.Linear.fromFloat(linear));
  }
}

class CustomDynamic extends nn.Module {
  constructor(readonly linear: TensorModule) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return this.linear(x);
  }
  static fromObserved(observed: CustomFloat): CustomDynamic {
    observed.linear.qconfig = observed.qconfig;
    return new CustomDynamic(nn.quantized.dynamic.Linear.fromFloat(observed.linear));
  }
}

/** The inside of a standalone module. */
class Inner extends nn.Module {
  constructor(readonly conv: TensorModule) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.relu(this.conv(x));
  }
}

/** How to make the opaque modules of a model, from their children. */
export const modules: interchange.OpaqueRegistry = {
  '__main__.FP32NonTraceable': children => new FP32NonTraceable(children.get('fc') as TensorModule) as never,
  '__main__.Inner': children => new Inner(children.get('conv') as TensorModule) as never,
  '__main__.CustomFloat': children => new CustomFloat(children.get('linear') as unknown as nn.Linear) as never
};

/** Classes that settings name. */
export const classes: interchange.CustomClasses = {
  '__main__.FP32NonTraceable': FP32NonTraceable as never,
  '__main__.CustomFloat': CustomFloat as never,
  '__main__.CustomObserved': CustomObserved as never,
  '__main__.CustomStatic': CustomStatic as never,
  '__main__.CustomDynamic': CustomDynamic as never
};
