// Test helper: random models, a kernel that holds them, and the documents the library makes of them.

import fc from 'fast-check';
import { F, nn, torch, type Tensor } from '../../src';
import { emptyRecipe, type GraphDocument, type Mark, type Recipe } from '../../src/protocol';
import type { RequestContext } from '../../src/kernel/rpc';
import { Session } from '../../src/kernel/session';

const WIDTH = 4;

/** What a random model is made of. */
export interface Plan {
  readonly blocks: readonly (
    'conv' | 'convRelu' | 'convBnRelu' | 'residual' | 'pool' | 'custom' | 'repeat'
  )[];
  readonly marks: readonly Mark['kind'][];
  readonly backend: Recipe['backend'];
}

export const plans: fc.Arbitrary<Plan> = fc.record({
  blocks: fc.array(
    fc.constantFrom('conv', 'convRelu', 'convBnRelu', 'residual', 'pool', 'custom', 'repeat'),
    { minLength: 1, maxLength: 5 }
  ),
  marks: fc.uniqueArray(fc.constantFrom('leaf', 'non_traceable_name', 'non_traceable_class'), {
    maxLength: 1
  }),
  backend: fc.constantFrom('x86', 'fbgemm', 'onednn', 'qnnpack')
});

export class ConvRelu extends nn.Module {
  conv = new nn.Conv2d(WIDTH, WIDTH, 3, { padding: 1 });
  forward(x: Tensor): Tensor {
    return F.relu(this.conv(x));
  }
}

export class ConvBnRelu extends nn.Module {
  conv = new nn.Conv2d(WIDTH, WIDTH, 3, { padding: 1, bias: false });
  bn = new nn.BatchNorm2d(WIDTH);
  relu = new nn.ReLU();
  forward(x: Tensor): Tensor {
    return this.relu(this.bn(this.conv(x)));
  }
}

export class Residual extends nn.Module {
  inner = new ConvRelu();
  forward(x: Tensor): Tensor {
    return this.inner(x).add(x);
  }
}

/** The kind of module people mark: arithmetic of its own. */
export class Gate extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.mul(x.mul(0.5).sigmoid());
  }
}

export function build({ blocks }: Plan): nn.Module {
  const conv = () => new nn.Conv2d(WIDTH, WIDTH, 1);
  const makers = {
    conv,
    convRelu: () => new ConvRelu(),
    convBnRelu: () => new ConvBnRelu(),
    residual: () => new Residual(),
    pool: () => new nn.AvgPool2d(3, { stride: 1, padding: 1 }),
    custom: () => new Gate(),
    repeat: () => new nn.Sequential(new ConvBnRelu(), new ConvBnRelu())
  };
  return new nn.Sequential(...blocks.map(kind => makers[kind]()));
}

export const data = (batches = 2): Tensor[] =>
  Array.from({ length: batches }, (_, i) => {
    torch.manualSeed(i);
    return torch.randn([2, WIDTH, 5, 5]);
  });

export function recipeOf(plan: Plan): Recipe {
  const at = plan.blocks.indexOf('custom');
  const marks =
    at < 0
      ? []
      : plan.marks.map(kind => ({ kind, target: kind === 'non_traceable_class' ? 'Gate' : String(at) }));
  return { ...emptyRecipe('net'), backend: plan.backend, marks, calibration: 'batches' };
}

export const silent = (): RequestContext => ({
  isCancelled: () => false,
  progress: () => undefined,
  emit: () => undefined,
  buffers: []
});

/** A session over these variables. */
export function sessionOf(variables: Record<string, unknown>): Session {
  const session = new Session({
    name: 'test',
    start: () => ({ send: () => undefined }),
    variables: () => variables
  });
  session.refresh(undefined);
  return session;
}

/** The documents of all five stages. */
export async function documentsOf(plan: Plan): Promise<GraphDocument[]> {
  const session = sessionOf({ net: build(plan), batches: data() });
  const recipe = recipeOf(plan);
  const float = session.trace(recipe);
  const { fused, prepared } = session.prepare(recipe);
  const { graph } = await session.calibrate(recipe, silent());
  return [float, fused, prepared, graph, session.convert(recipe)];
}
