// `concreteArgs` of prepareFx: a model that branches on an argument is quantized for one value of it.

import { expect, it } from 'vitest';
import { convertFx, getDefaultQConfigMapping, nn, prepareFx, torch, type Tensor } from '../../src';

class Branching extends nn.Module<[x: Tensor, twice?: boolean], Tensor> {
  readonly fc = new nn.Linear(4, 4);
  readonly again = new nn.Linear(4, 4);
  override forward(x: Tensor, twice = false): Tensor {
    const y = this.fc(x);
    return twice ? this.again(y) : y;
  }
}

it('prepares and converts the branch the value takes', () => {
  const model = new Branching().eval();
  const mapping = getDefaultQConfigMapping('fbgemm');
  const x = torch.rand([8, 4]);
  for (const twice of [true, false]) {
    const options = { concreteArgs: { twice } };
    const prepared = prepareFx(model, mapping, [x, twice], null, null, options);
    prepared(x, twice);
    const quantized = convertFx(prepared);
    quantized.lint();
    expect(quantized.graph.findNodes('call_module', 'again')).toHaveLength(twice ? 1 : 0);
    const difference = quantized(x, twice).sub(model(x, twice)).abs().max().item();
    expect(difference).toBeLessThan(0.05);
    expect(() => quantized(x, !twice)).toThrow('twice has been specialized');
  }
});
