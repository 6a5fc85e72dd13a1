// What random models found in fusion and lowering, shrunk: modules where integers must not take a float's place.

import { describe, expect, it } from 'vitest';
import {
  convertFx,
  convertToReferenceFx,
  F,
  float16DynamicQConfig,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  getNativeBackendConfig,
  BackendConfig,
  nn,
  prepareFx,
  QConfigMapping,
  QuantizationError,
  torch,
  type Tensor
} from '../../src';
import { distance } from './run';

const fbgemm = getDefaultQConfig('fbgemm');

/** Prepared and run on its input. */
function prepared(
  model: nn.Module,
  mapping: QConfigMapping,
  x: Tensor,
  backend: BackendConfig | null = null
) {
  const result = prepareFx(model.eval(), mapping, [x], null, backend);
  result(x);
  return result;
}

class Normalized extends nn.Module {
  readonly linear = new nn.Linear(4, 3);
  readonly norm = new nn.BatchNorm1d(3);
  override forward(x: Tensor): Tensor {
    return this.norm(this.linear(x));
  }
}

describe('fusion', () => {
  it('leaves a linear layer and a batch norm apart where its channels are not the features', () => {
    const model = new Normalized().eval();
    model.norm.running_mean?.copyFrom(torch.randn([3]));
    const x = torch.randn([2, 3, 4]);
    const result = prepared(model, new QConfigMapping(), x);
    expect(distance(result(x), model(x))).toBe(0);
    expect(result.graph.findNodes('call_module').map(node => node.target)).toEqual(['linear', 'norm']);
  });

  it('folds them for matrices', () => {
    const model = new Normalized().eval();
    model.norm.running_mean?.copyFrom(torch.randn([3]));
    const x = torch.randn([5, 4]);
    const result = prepared(model, new QConfigMapping(), x);
    expect(distance(result(x), model(x))).toBeLessThan(1e-5);
    expect(result.graph.findNodes('call_module').map(node => node.target)).toEqual(['linear']);
  });
});

describe('transposed convolutions', () => {
  const x = torch.randn([1, 2, 4, 4]);

  it('refuse weights with a scale for each channel, by name', () => {
    const model = new nn.Sequential(new nn.ReLU(), new nn.ConvTranspose2d(2, 3, 2)).eval();
    const prepare = () => prepareFx(model, new QConfigMapping().setGlobal(fbgemm), [x]);
    expect(prepare).toThrow(QuantizationError);
    expect(prepare).toThrow(
      /'1' \(nn.ConvTranspose2d\).*per-channel weights \(global\).*getDefaultQConfigMapping/
    );
  });

  it('called as functions too', () => {
    class Net extends nn.Module {
      readonly weight = new nn.Parameter(torch.randn([2, 3, 2, 2]));
      override forward(x: Tensor): Tensor {
        return F.convTranspose2d(x, this.weight);
      }
    }
    const prepare = () => prepareFx(new Net().eval(), new QConfigMapping().setGlobal(fbgemm), [x]);
    expect(prepare).toThrow(/'conv_transpose2d' \(F.convTranspose2d\)/);
  });

  it('take the default mapping, which knows', () => {
    const model = new nn.Sequential(new nn.ConvTranspose2d(2, 3, 2));
    const result = prepared(model, getDefaultQConfigMapping('fbgemm'), x);
    const [reference, quantized] = [convertToReferenceFx(result)(x), convertFx(result)(x)];
    expect(distance(reference, quantized)).toBeLessThan(0.1);
  });
});

/** PyTorch's backend config without some operators. */
function without(...patterns: readonly unknown[]): BackendConfig {
  const configs = getNativeBackendConfig().configs.filter(({ pattern }) => !patterns.includes(pattern));
  return new BackendConfig('smaller').setBackendPatternConfigs(configs);
}

describe('lowering', () => {
  it('keeps an operator in float whose value is also read in float', () => {
    class Net extends nn.Module<[Tensor], Tensor[]> {
      override forward(x: Tensor): Tensor[] {
        const y = F.layerNorm(F.relu(x), [4]);
        return [torch.stack([y, F.relu(x)]), y.exp()];
      }
    }
    const x = torch.randn([2, 4]);
    const result = prepared(new Net(), new QConfigMapping().setGlobal(fbgemm), x, without(F.layerNorm));
    const backend = without(F.layerNorm);
    const lowered = convertFx(result, null, null, backend);
    expect(lowered.graph.findNodes('call_function', F.layerNorm)).toHaveLength(1);
    const reference = convertToReferenceFx(result, null, null, backend);
    expect(distance(lowered<Tensor[]>(x)[1], reference<Tensor[]>(x)[1])).toBe(0);
  });

  it('does not give halves to integer kernels', () => {
    const model = new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU(), new nn.Linear(4, 2));
    const mapping = new QConfigMapping().setGlobal(fbgemm).setModuleName('0', float16DynamicQConfig);
    const x = torch.randn([3, 4]);
    const result = prepared(model, mapping, x);
    const [reference, lowered] = [convertToReferenceFx(result)(x), convertFx(result)(x)];
    expect(distance(reference, lowered)).toBeLessThan(0.05);
  });

  it('gives each call of a shared module its own, also where the backend does not know it', () => {
    class Net extends nn.Module {
      readonly softmax = new nn.Softmax({ dim: -1 });
      override forward(x: Tensor): Tensor {
        const y = this.softmax(F.relu(x));
        return F.relu(this.softmax(y.mul(y)).exp());
      }
    }
    const x = torch.randn([2, 4]);
    const backend = without(nn.Softmax);
    const result = prepared(new Net(), new QConfigMapping().setGlobal(fbgemm), x, backend);
    const [reference, lowered] = [
      convertToReferenceFx(result, null, null, backend)(x),
      convertFx(result, null, null, backend)(x)
    ];
    expect(distance(reference, lowered)).toBeLessThan(0.05);
  });
});

describe('quantizePerTensor', () => {
  it('refuses integers instead of taking them for values', () => {
    const q = torch.quantizePerTensor(torch.ones([2]), 0.1, 0, 'quint8');
    expect(() => torch.quantizePerTensor(q, 0.1, 0, 'quint8')).toThrow(
      /quint8 already; dequantize\(\) it first/
    );
  });
});

describe('prepareFx', () => {
  it('does not quantize a function that is not to be, though a relu follows that is', () => {
    class Net extends nn.Module {
      readonly weight = new nn.Parameter(torch.randn([2, 4]));
      override forward(x: Tensor): Tensor {
        return F.relu(F.linear(x, this.weight));
      }
    }
    const x = torch.randn([3, 4]);
    const mapping = new QConfigMapping().setGlobal(fbgemm).setObjectType(F.linear, null);
    const result = prepared(new Net(), mapping, x);
    const names = [...result.graph.nodes].map(node => node.name);
    expect(names).toEqual(['x', 'weight', 'linear', 'relu', 'activation_post_process_0', 'output']);
    expect(convertFx(result).graph.findNodes('call_function', F.linear)).toHaveLength(1);
  });
});
