// `torch.ao.nn.quantizable.MultiheadAttention`: projections as linear layers that can be observed, the attention itself in
// float between them. `nn.quantized.MultiheadAttention` is the same on integers. Spec 11.4.

import { compatibility } from '../../tensor/compatibility';
import { zeros } from '../../tensor/ops/create';
import { add } from '../../tensor/ops/elementwise';
import { matmul } from '../../tensor/ops/linear';
import { pad } from '../../tensor/ops/pad';
import { softmax } from '../../tensor/ops/reduce';
import { expand, narrow, repeat, reshape, transpose, unsqueeze } from '../../tensor/ops/shape';
import { dynamicQParams, quantizePerTensor } from '../../tensor/quantized/quantize';
import * as torch from '../../tensor/functions/torch';
import type { Tensor } from '../../tensor/tensor';
import { additiveMask } from '../functional/attention';
import { registerLibraryModule } from '../library';
import { className, Parameter } from '../module';
import { MultiheadAttention as FloatMultiheadAttention } from '../modules/attention';
import { Linear } from '../modules/linear';
import { tuple2 } from '../modules/rnn';
import { FloatFunctional } from '../quantized/functional';
import { DeQuantStub, QuantStub } from '../quantized/quantize';
import { attachObservers, observed, qconfigOf } from './base';

/** Called as the float module, without `isCausal`; observes inside. */
export class MultiheadAttention extends FloatMultiheadAttention {
  declare linear_Q: Linear;
  declare linear_K: Linear;
  declare linear_V: Linear;
  declare q_scaling_product: FloatFunctional;
  declare quant_attn_output: QuantStub;
  declare quant_attn_output_weights: QuantStub;
  declare dequant_q: DeQuantStub;
  declare dequant_k: DeQuantStub;
  declare dequant_v: DeQuantStub;

  constructor(like: FloatMultiheadAttention) {
    const { embedDim, numHeads, dropout, addZeroAttn, kdim, vdim, batchFirst } = like;
    const bias = like.in_proj_bias !== null;
    super(embedDim, numHeads, { dropout, bias, addZeroAttn, kdim, vdim, batchFirst });
    this.bias_k = like.bias_k;
    this.bias_v = like.bias_v;
    const parts = like.in_proj_weight ? [0, 1, 2].map(i => block(like.in_proj_weight, i, embedDim)) : null;
    const weights = parts ?? [like.q_proj_weight, like.k_proj_weight, like.v_proj_weight];
    const linear = (i: number): Linear =>
      linearOf(weights[i] as Tensor, like.in_proj_bias && block(like.in_proj_bias, i, embedDim));
    this.linear_Q = linear(0);
    this.linear_K = linear(1);
    this.linear_V = linear(2);
    this.out_proj = linearOf(like.out_proj.weight, like.out_proj.bias);
    this.q_scaling_product = new FloatFunctional();
    this.quant_attn_output = new QuantStub();
    this.quant_attn_output_weights = new QuantStub();
    this.dequant_q = new DeQuantStub();
    this.dequant_k = new DeQuantStub();
    this.dequant_v = new DeQuantStub();
    // Only the parts above are used from here on.
    for (const name of [
      'in_proj_weight',
      'q_proj_weight',
      'k_proj_weight',
      'v_proj_weight',
      'in_proj_bias'
    ]) {
      Reflect.set(this, name, null);
    }
  }

  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    keyPaddingMask: Tensor | null = null,
    needWeights = true,
    attnMask: Tensor | null = null,
    averageAttnWeights = true,
    isCausal = false
  ): [output: Tensor, weights: Tensor | null] {
    if (isCausal || query.ndim !== 3) {
      throw new Error(
        `${className(this)}: needs a batch and no isCausal when quantized; got query [${query.shape.join(', ')}]` +
          `${isCausal ? ' with isCausal: give attnMask instead' : ''}`
      );
    }
    const inputs = this.batchFirst ? [query, key, value].map(x => transpose(x, 0, 1)) : [query, key, value];
    const [length = 0, batch = 0] = (inputs[0] as Tensor).shape;
    const [q, k, v] = this.heads(inputs as [Tensor, Tensor, Tensor], batch);
    const source = k.shape[1] ?? 0;
    const mask = this.maskOf(attnMask, keyPaddingMask, batch, length, source);
    const products = matmul(q, transpose(k, 1, 2));
    const weights = softmax(mask ? add(products, mask) : products, -1);
    const output = observed(
      this.out_proj,
      observed(this.quant_attn_output, this.join(matmul(weights, v), batch))
    );
    const seen = observed(this.quant_attn_output_weights, weights);
    if (!needWeights) {
      return tuple2(output, null);
    }
    const perHead = reshape(seen, [batch, this.numHeads, length, source]);
    return tuple2(output, averageAttnWeights ? torch.mean(perHead, 1) : perHead);
  }

  /** Projected, scaled and split into heads `[N·heads, S, E/heads]`; leaves the integers at the end. */
  private heads([query, key, value]: [Tensor, Tensor, Tensor], batch: number): [Tensor, Tensor, Tensor] {
    const q = this.q_scaling_product.mulScalar(observed(this.linear_Q, query), this.headDim ** -0.5);
    const withBias = (x: Tensor, bias: Tensor | null) =>
      bias ? torch.cat([x, repeat(bias, [1, batch, 1])], 0) : x;
    const split = (x: Tensor) =>
      transpose(reshape(x, [x.shape[0] ?? 0, batch * this.numHeads, this.headDim]), 0, 1);
    const withZeros = (x: Tensor): Tensor => {
      if (!this.addZeroAttn) {
        return x;
      }
      const none = zeros([x.shape[0] ?? 0, 1, this.headDim]);
      return torch.cat(
        [x, x.quantizer ? quantizePerTensor(none, x.qScale(), x.qZeroPoint(), x.dtype) : none],
        1
      );
    };
    return [
      this.dequant_q(split(q)),
      this.dequant_k(withZeros(split(withBias(observed(this.linear_K, key), this.bias_k)))),
      this.dequant_v(withZeros(split(withBias(observed(this.linear_V, value), this.bias_v))))
    ];
  }

  /** `[N·heads, L, E/heads]` → `[L, N, E]`, or `[N, L, E]`, where PyTorch forgets that heads are not next to each other. */
  private join(attended: Tensor, batch: number): Tensor {
    const length = attended.shape[1] ?? 0;
    if (this.batchFirst && compatibility.reproducePyTorchDefects) {
      return reshape(attended, [batch, length, this.embedDim]);
    }
    const joined = reshape(transpose(attended, 0, 1), [length, batch, this.embedDim]);
    return this.batchFirst ? transpose(joined, 0, 1) : joined;
  }

  /** Both masks as one that is added, with room for what is added to the keys. */
  private maskOf(
    attnMask: Tensor | null,
    keyPaddingMask: Tensor | null,
    batch: number,
    length: number,
    source: number
  ): Tensor | null {
    const extra = Number(this.bias_k !== null) + Number(this.addZeroAttn);
    const longer = (mask: Tensor) => (extra > 0 ? pad(mask, [0, extra], 'constant', 0) : mask);
    const shaped = (mask: Tensor, name: string, shapes: readonly (readonly number[])[]): Tensor => {
      if (!shapes.some(shape => shape.join() === mask.shape.join())) {
        throw new Error(
          `${className(this)}: ${name} [${mask.shape.join(', ')}] must be ${shapes.map(s => `[${s.join(', ')}]`).join(' or ')}`
        );
      }
      return longer(additiveMask(mask, name) as Tensor);
    };
    const keys = source - extra;
    const rows = batch * this.numHeads;
    const places =
      attnMask &&
      shaped(attnMask, 'attnMask', [
        [length, keys],
        [rows, length, keys]
      ]);
    const attn = places?.ndim === 2 ? unsqueeze(places, 0) : places;
    if (!keyPaddingMask) {
      return attn;
    }
    const padding = reshape(shaped(keyPaddingMask, 'keyPaddingMask', [[batch, keys]]), [batch, 1, 1, source]);
    const hidden = reshape(expand(padding, [-1, this.numHeads, -1, -1]), [rows, 1, source]);
    return attn ? add(attn, hidden) : hidden;
  }

  /** From a float module with a `qconfig`; all inner operators are observed with it. */
  static fromFloat(float: FloatMultiheadAttention): MultiheadAttention {
    const qconfig = qconfigOf(float, 'nn.quantizable.MultiheadAttention');
    const attention = new MultiheadAttention(float);
    attention.qconfig = qconfig;
    attachObservers(attention, qconfig);
    attention.eval();
    return attention;
  }
}
registerLibraryModule('torch.ao.nn.quantizable.modules.activation.MultiheadAttention', MultiheadAttention);

/** The i-th of three blocks of rows. */
function block(packed: Tensor | null, i: number, size: number): Tensor {
  return narrow(packed as Tensor, 0, i * size, size).detach();
}

function linearOf(weight: Tensor, bias: Tensor | null): Linear {
  const linear = new Linear(weight.shape[1] ?? 0, weight.shape[0] ?? 0, { bias: bias !== null });
  Reflect.set(linear, 'weight', new Parameter(weight.detach()));
  Reflect.set(linear, 'bias', bias && new Parameter(bias.detach()));
  return linear;
}

/** A learned key or value as integers, on the grid its own range asks for. */
export function quantizedBias(bias: Tensor): Tensor {
  const { scale, zeroPoint } = dynamicQParams(bias, 'quint8', false);
  return quantizePerTensor(bias.detach(), scale, zeroPoint, 'quint8');
}
