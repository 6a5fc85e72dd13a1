// `fuseFx`: fusion alone, what it keeps and what it refuses.

import { describe, expect, test } from 'vitest';
import { F, FuseCustomConfig, fuseFx, nn, torch, type Tensor } from '../../../src';
import { maxError, targets } from '../edges';

class Net extends nn.Module<[x: Tensor, twice?: boolean], Tensor> {
  conv = new nn.Conv2d(3, 4, 1);
  bn = new nn.BatchNorm2d(4);
  labels = ['cat', 'dog'];
  override forward(x: Tensor, twice = false): Tensor {
    const y = F.relu(this.bn(this.conv(x)));
    return twice ? y.mul(2) : y;
  }
}

const image = (): Tensor => {
  torch.manualSeed(3);
  return torch.randn([1, 3, 4, 4]);
};

describe('fuseFx', () => {
  test('computes what the model does, and leaves the model as it is', () => {
    const model = new Net().eval();
    const fused = fuseFx(model, null, null, { concreteArgs: { twice: false } });
    expect(targets(fused)).toContain('ConvReLU2d');
    expect(maxError(fused(image(), false), model(image()))).toBeLessThan(1e-5);
    expect(model.conv).toBeInstanceOf(nn.Conv2d);
    expect(fused.getSubmodule('conv')).not.toBe(model.conv);
  });

  test('keeps the attributes it is told to, as a config or as a dictionary', () => {
    const options = { concreteArgs: { twice: true } };
    for (const config of [
      new FuseCustomConfig().setPreservedAttributes(['labels']),
      { preserved_attributes: 'labels' }
    ]) {
      const fused = fuseFx(new Net().eval(), config, null, options) as unknown as { labels: string[] };
      expect(fused.labels).toEqual(['cat', 'dog']);
    }
    expect(FuseCustomConfig.fromDict({ preserved_attributes: ['a'] }).toDict()).toEqual({
      preserved_attributes: ['a']
    });
    expect(() => FuseCustomConfig.fromDict({ preserved: ['a'] } as never)).toThrow(/unknown key 'preserved'/);
  });

  test('a model in training mode is an error that names the modules', () => {
    expect(() => fuseFx(new Net(), null, null, { concreteArgs: { twice: false } })).toThrow(
      /'conv' \(Conv2d \+ BatchNorm2d\) is in training mode/
    );
  });
});
