// Quantization aware training as PyTorch recorded it (golden case qat_conv_bn): the first gradients, the losses
// of 20 SGD steps and the parameters after them. The fake-quantized network is written out here (spec 10).

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { F, nn, optim, parseSafetensors, torch, type Tensor } from '../../src';
import { fromData } from '../../src/tensor';
import { chooseQParams } from '../../src/tensor/quantized/chooseQParams';
import { minMaxOf, movingAverage } from '../../src/quantization/observers/minMax';
import { channelExtrema } from '../../src/quantization/observers/perChannel';

const tensors = parseSafetensors(readFileSync(new URL('../golden/qat_conv_bn.safetensors', import.meta.url)));
const golden = (key: string): Tensor => {
  const found = tensors.get(key);
  if (!found) {
    throw new Error(`qat_conv_bn has no ${key}`);
  }
  return found;
};

/** Moving minimum and maximum, then fake quantization with what they give: spec 2.5. */
class FakeQuantize {
  private mins: Float32Array | null = null;
  private maxs: Float32Array | null = null;
  constructor(private readonly perChannel: boolean) {}

  call(x: Tensor): Tensor {
    const [mins, maxs] = this.perChannel
      ? channelExtrema(x.detach(), 0)
      : minMaxOf(x.data()).map(v => Float32Array.of(v));
    const average = (before: Float32Array | null, now: Float32Array) =>
      before ? now.map((v, i) => movingAverage(before[i]!, v, 0.01)) : now;
    this.mins = average(this.mins, mins!);
    this.maxs = average(this.maxs, maxs!);
    const [lo, hi] = this.perChannel ? [-128, 127] : [0, 127];
    const chosen = Array.from(this.mins, (min, i) =>
      chooseQParams(min, this.maxs![i]!, lo, hi, this.perChannel)
    );
    const [scales, zeroPoints] = [chosen.map(q => q.scale), chosen.map(q => q.zeroPoint)];
    return this.perChannel
      ? torch.fakeQuantizePerChannelAffine(
          x,
          fromData(scales, [scales.length]),
          fromData(zeroPoints, [scales.length], 'int32'),
          0,
          lo,
          hi
        )
      : torch.fakeQuantizePerTensorAffine(x, scales[0]!, zeroPoints[0]!, lo, hi);
  }
}

const parameter = (key: string) => new nn.Parameter(golden(`state/${key}`).clone());
/** The prepared model's names. */
const p = {
  '0.weight': parameter('0.weight'),
  '0.bias': parameter('0.bias'),
  '0.bn.weight': parameter('1.weight'),
  '0.bn.bias': parameter('1.bias'),
  '3.weight': parameter('3.weight'),
  '3.bias': parameter('3.bias'),
  '6.weight': parameter('6.weight'),
  '6.bias': parameter('6.bias')
};
const running = {
  mean: golden('state/1.running_mean').clone(),
  variance: golden('state/1.running_var').clone()
};
const activations = [0, 1, 2, 3, 4].map(() => new FakeQuantize(false));
const weights = [0, 1, 2].map(() => new FakeQuantize(true));

function forward(input: Tensor): Tensor {
  let x = activations[0]!.call(input);
  const factor = torch.div(p['0.bn.weight'], torch.sqrt(torch.add(running.variance, 1e-5)));
  const folded = weights[0]!.call(p['0.weight'].mul(factor.reshape(-1, 1, 1, 1)));
  x = F.conv2d(x, folded, null, { padding: 1 });
  x = x.div(factor.reshape(1, -1, 1, 1)).add(p['0.bias'].reshape(1, -1, 1, 1));
  x = F.batchNorm(x, running.mean, running.variance, {
    weight: p['0.bn.weight'],
    bias: p['0.bn.bias'],
    training: true
  });
  x = activations[1]!.call(F.relu(x));
  x = F.relu(F.conv2d(x, weights[1]!.call(p['3.weight']), p['3.bias'], { stride: 2 }));
  x = activations[3]!.call(activations[2]!.call(x).flatten(1));
  x = F.linear(x, weights[2]!.call(p['6.weight']), p['6.bias']);
  return activations[4]!.call(x);
}

/** Largest difference, relative to the largest of the expected numbers. */
function distance(found: Tensor, expected: Tensor): number {
  const [a, b] = [found.data(), expected.data()];
  let [worst, scale] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
    scale = Math.max(scale, Math.abs(b[i]!));
  }
  return worst / scale;
}

test('20 steps of quantization aware training', () => {
  const optimizer = new optim.SGD(Object.values(p), { lr: 0.05 });
  const [batches, labels, losses] = [
    golden('qat/batches'),
    golden('qat/labels'),
    golden('qat/losses').data()
  ];
  for (let step = 0; step < 20; step++) {
    const loss = F.crossEntropy(forward(batches.narrow(0, step * 32, 32)), labels.narrow(0, step * 32, 32));
    expect(Math.abs(loss.item() / losses[step]! - 1), `loss of step ${step}`).toBeLessThan(1e-5);
    optimizer.zeroGrad();
    loss.backward();
    if (step === 0) {
      for (const [name, tensor] of Object.entries(p)) {
        // A bias before a batch norm has no effect: its gradient is rounding noise, in PyTorch as here.
        const limit = name === '0.bias' ? Infinity : 1e-5;
        expect(distance(tensor.grad!, golden(`qat/grad0/${name}`)), `gradient of ${name}`).toBeLessThan(
          limit
        );
      }
      expect(Math.max(...p['0.bias'].grad!.abs().data())).toBeLessThan(1e-6);
    }
    optimizer.step();
  }
  for (const [name, tensor] of Object.entries(p)) {
    expect(distance(tensor, golden(`qat/state/${name}`)), `${name} after training`).toBeLessThan(1e-5);
  }
});
