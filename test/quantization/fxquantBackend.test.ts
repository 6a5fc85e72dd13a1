// `getFxquantBackendConfig`: operators that PyTorch's table leaves float run on integers, and the values stay those of
// the float model within the grid.

import { describe, expect, test } from 'vitest';
import {
  convertFx,
  F,
  getDefaultQConfigMapping,
  getFxquantBackendConfig,
  nn,
  prepareFx,
  torch,
  type BackendConfig,
  type fx,
  type Tensor
} from '../../src';

class Mixed extends nn.Module {
  conv = new nn.Conv2d(2, 4, 3, { padding: 1 });
  norm = new nn.GroupNorm(2, 4);
  flatten = new nn.Flatten();
  fc = new nn.Linear(64, 4);
  out = new nn.Linear(4, 3);
  forward(images: Tensor): Tensor {
    const x = torch.relu(this.conv(images));
    const y = this.flatten(torch.permute(this.norm(x), [0, 1, 3, 2]));
    const z = torch.relu(this.fc(y));
    return this.out(F.relu(z.matmul(torch.relu(z.transpose(0, 1))).flatten(1)));
  }
}

const steps = (model: fx.GraphModule) =>
  [...model.graph.nodes]
    .filter(n => n.op.startsWith('call_'))
    .map(n => (typeof n.target === 'string' ? n.target : n.target.target));
const inner = (model: fx.GraphModule) => steps(model).slice(1, -1);

function quantize(backend: BackendConfig | null): { quantized: fx.GraphModule; error: number } {
  torch.manualSeed(5);
  const model = new Mixed().eval();
  const x = torch.randn([4, 2, 4, 4]);
  const prepared = prepareFx(model, getDefaultQConfigMapping('qnnpack'), [x], null, backend);
  prepared(x);
  const quantized = convertFx(prepared, null, null, backend);
  const [want, got] = [[...model(x).data()], [...(quantized(x) as Tensor).data()]];
  const range = Math.max(...want) - Math.min(...want);
  return { quantized, error: Math.max(...want.map((v, i) => Math.abs(v - (got[i] as number)))) / range };
}

describe('getFxquantBackendConfig', () => {
  const { quantized, error } = quantize(getFxquantBackendConfig());

  test('leaves nothing float between the first quantize and the last dequantize', () => {
    expect(steps(quantized).at(0)).toBe('torch.quantize_per_tensor');
    expect(steps(quantized).at(-1)).toBe('dequantize');
    expect(inner(quantized).filter(step => /quantize/.test(step.replace('torch.ops.quantized', '')))).toEqual(
      []
    );
    expect(quantized.getSubmodule('norm')).toBeInstanceOf(nn.quantized.GroupNorm);
    expect(quantized.getSubmodule('conv')).toBeInstanceOf(nn.quantized.ConvReLU2d);
  });

  test('the values stay within a few steps of the grid', () => {
    expect(error).toBeLessThan(0.06);
  });

  test("PyTorch's table needs quantize and dequantize in between", () => {
    const native = quantize(null);
    expect(inner(native.quantized).filter(step => step === 'dequantize').length).toBeGreaterThan(2);
    expect(native.error).toBeLessThan(0.06);
  });
});
