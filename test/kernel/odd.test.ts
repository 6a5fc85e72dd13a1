// Documents of models that are put together in unusual ways: all of them valid at every stage (`ask` validates).

import { F, nn, torch, type Tensor } from '../../src';
import { expect, test } from 'vitest';
import { emptyRecipe, type Mark } from '../../src/protocol';
import { FakeKernel } from './kernel';

class Block extends nn.Module {
  conv = new nn.Conv2d(4, 4, 1);
  forward(x: Tensor): Tensor {
    return F.relu(this.conv(x));
  }
}

/** The same module under two names, called three times. */
class Shared extends nn.Module {
  a = new Block();
  b = this.a;
  forward(x: Tensor): Tensor {
    return this.a(this.b(this.a(x)));
  }
}

/** The same layer under two names, the second inside a box of its own. */
class SharedLeaf extends nn.Module {
  conv = new nn.Conv2d(4, 4, 1);
  box = new nn.Sequential(this.conv, new nn.ReLU());
  forward(x: Tensor): Tensor {
    return this.box(this.conv(x));
  }
}

class Lists extends nn.Module {
  layers = new nn.ModuleList([new Block(), new Block()]);
  scale = new nn.Parameter(torch.full([4, 1, 1], 0.5));
  forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.layers) y = (layer as Block)(y);
    return torch
      .cat([y.mul(this.scale), x], 1)
      .flatten(1)
      .narrow(1, 0, 10);
  }
}

/** An output that is an input, and a value nobody uses. */
class Idle extends nn.Module {
  conv = new nn.Conv2d(4, 4, 1);
  forward(x: Tensor): Tensor {
    this.conv(x);
    return x;
  }
}

test.each<[string, nn.Module, Mark[]]>([
  ['a shared block', new Shared(), []],
  ['a shared block, marked', new Shared(), [{ kind: 'non_traceable_name', target: 'a' }]],
  ['a shared layer', new SharedLeaf(), []],
  ['lists and parameters', new Lists(), []],
  ['lists, a class marked', new Lists(), [{ kind: 'non_traceable_class', target: 'Block' }]],
  ['the model itself marked by class', new Lists(), [{ kind: 'non_traceable_class', target: 'Lists' }]],
  ['a mark on nothing', new Lists(), [{ kind: 'leaf', target: 'no.where' }]],
  ['nothing to do', new Idle(), []]
])('%s', async (_, net, marks) => {
  const kernel = new FakeKernel({ net, batches: [torch.randn([2, 4, 5, 5])] });
  kernel.runCell('', 'c');
  const recipe = { ...emptyRecipe('net'), marks, calibration: 'batches', evaluation: { inputs: 'batches' } };
  const { graph } = await kernel.ask('model.trace', { recipe });
  expect(graph.nodes.at(-1)?.role).toBe('output');
  await kernel.ask('model.prepare', { recipe });
  await kernel.ask('model.calibrate', { recipe });
  await kernel.ask('model.convert', { recipe });
  expect((await kernel.ask('model.evaluate', { recipe })).samples).toBe(2);
});

test('an addition that took in a relu module stands in the block, not in the relu', async () => {
  class Residual extends nn.Module {
    conv = new nn.Conv2d(4, 4, 1);
    relu = new nn.ReLU();
    forward(x: Tensor): Tensor {
      return this.relu(this.conv(x).add(x));
    }
  }
  class Net extends nn.Module {
    block = new Residual();
    forward(x: Tensor): Tensor {
      return this.block(x);
    }
  }
  const kernel = new FakeKernel({ net: new Net().eval(), batches: [torch.randn([2, 4, 5, 5])] });
  kernel.runCell('', 'c');
  const recipe = { ...emptyRecipe('net'), calibration: 'batches' };
  await kernel.ask('model.calibrate', { recipe });
  const { graph } = await kernel.ask('model.convert', { recipe });
  const fused = graph.nodes.find(node => node.covers.length > 1);
  expect(fused).toMatchObject({ label: 'add_relu', scope: 'block', covers: ['add', 'block_relu'] });
});
