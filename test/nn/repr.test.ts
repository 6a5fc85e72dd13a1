// Modules as text: PyTorch's tree.

import { describe, expect, test } from 'vitest';
import { convertFx, getDefaultQConfigMapping, nn, prepareFx, torch, type Tensor } from '../../src';

class Block extends nn.Module {
  conv = new nn.Conv2d(4, 4, 3, { padding: 1, bias: false });
  bn = new nn.BatchNorm2d(4);
  relu = new nn.ReLU();
  forward(x: Tensor): Tensor {
    return this.relu(this.bn(this.conv(x)));
  }
}

class Net extends nn.Module {
  stem = new nn.Sequential(new nn.Conv2d(1, 4, [3, 1], { stride: 2, groups: 1 }), new nn.Dropout(0.2));
  layers = new nn.ModuleList([new Block(), new Block()]);
  fc = new nn.Linear(4, 2);
  forward(x: Tensor): Tensor {
    return this.fc(x);
  }
}

const block = `Block(
  (conv): Conv2d(4, 4, kernelSize=[3, 3], stride=[1, 1], padding=[1, 1], bias=false)
  (bn): BatchNorm2d(4, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=true)
  (relu): ReLU()
)`;

describe('printed modules', () => {
  test('are a tree, with equal neighbours of a list folded', () => {
    const indented = block.replaceAll('\n', '\n    ');
    expect(String(new Net())).toBe(`Net(
  (stem): Sequential(
    (0): Conv2d(1, 4, kernelSize=[3, 1], stride=[2, 2])
    (1): Dropout(p=0.2)
  )
  (layers): ModuleList(
    (0-1): 2 x ${indented}
  )
  (fc): Linear(inFeatures=4, outFeatures=2, bias=true)
)`);
  });

  test('quantized ones say so, and a graph module shows its code', () => {
    const prepared = prepareFx(new Block().eval(), getDefaultQConfigMapping('fbgemm'), [
      torch.ones([1, 4, 5, 5])
    ]);
    prepared(torch.ones([1, 4, 5, 5]));
    const text = String(convertFx(prepared));
    expect(text).toContain('Block(\n  (conv): QuantizedConvReLU2d(');
    expect(text).toContain('override forward(');
  });
});
