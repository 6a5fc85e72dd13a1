// `torch.nn.functional.multi_head_attention_forward`, from primitives, so that gradients come with them.

import { zeros } from '../../tensor/ops/create';
import { add, mul } from '../../tensor/ops/elementwise';
import { linear, matmul } from '../../tensor/ops/linear';
import { pad } from '../../tensor/ops/pad';
import { mean, softmax } from '../../tensor/ops/reduce';
import {
  cat,
  chunk,
  expand,
  repeat,
  reshape,
  split,
  squeeze,
  transpose,
  unsqueeze
} from '../../tensor/ops/shape';
import { tuple } from '../../tensor/structures';
import type { Tensor } from '../../tensor/tensor';
import { additiveMask, safeSoftmax } from './attention';
import { python } from './define';
import { dropElements } from './dropout';

/** Keyword arguments of `multiHeadAttentionForward`. */
export interface MultiHeadOptions {
  training?: boolean;
  /** `[N, S]`; boolean `true` (or −∞) leaves a key out. */
  keyPaddingMask?: Tensor | null;
  needWeights?: boolean;
  /** `[L, S]` or `[N·heads, L, S]`; boolean `true` (or −∞) forbids. */
  attnMask?: Tensor | null;
  useSeparateProjWeight?: boolean;
  qProjWeight?: Tensor | null;
  kProjWeight?: Tensor | null;
  vProjWeight?: Tensor | null;
  staticK?: Tensor | null;
  staticV?: Tensor | null;
  averageAttnWeights?: boolean;
  isCausal?: boolean;
}

type MultiHead = (
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDimToCheck: number,
  numHeads: number,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  biasK: Tensor | null,
  biasV: Tensor | null,
  addZeroAttn: boolean,
  dropoutP: number,
  outProjWeight: Tensor,
  outProjBias: Tensor | null,
  options?: MultiHeadOptions
) => [output: Tensor, weights: Tensor | null];

/**
 * Attention in `numHeads` parts, projections included: `query` `[L, N, E]`, `key` `[S, N, K]`, `value` `[S, N, V]`,
 * or all without N. @returns output `[L, N, E]` and, if needed, weights `[N, L, S]` (per head `[N, heads, L, S]`).
 * @throws Error naming the shapes that do not fit.
 */
export const multiHeadAttentionForward = python<MultiHead>(
  'multi_head_attention_forward',
  13,
  [
    'query',
    'key',
    'value',
    'embed_dim_to_check',
    'num_heads',
    'in_proj_weight',
    'in_proj_bias',
    'bias_k',
    'bias_v',
    'add_zero_attn',
    'dropout_p',
    'out_proj_weight',
    'out_proj_bias',
    ['training', true],
    ['key_padding_mask', null],
    ['need_weights', true],
    ['attn_mask', null],
    ['use_separate_proj_weight', false],
    ['q_proj_weight', null],
    ['k_proj_weight', null],
    ['v_proj_weight', null],
    ['static_k', null],
    ['static_v', null],
    ['average_attn_weights', true],
    ['is_causal', false]
  ],
  (
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embedDim: number,
    heads: number,
    inProjWeight: Tensor | null,
    inProjBias: Tensor | null,
    biasK: Tensor | null,
    biasV: Tensor | null,
    addZeroAttn: boolean,
    dropoutP: number,
    outProjWeight: Tensor,
    outProjBias: Tensor | null,
    training: boolean,
    keyPaddingMask: Tensor | null,
    needWeights: boolean,
    attnMask: Tensor | null,
    separate: boolean,
    qWeight: Tensor | null,
    kWeight: Tensor | null,
    vWeight: Tensor | null,
    staticK: Tensor | null,
    staticV: Tensor | null,
    average: boolean,
    isCausal: boolean
  ) => {
    const isBatched = query.ndim === 3;
    checkInputs(query, key, value, embedDim, heads);
    const batched = (x: Tensor) => (isBatched ? x : unsqueeze(x, 1));
    const inputs = [query, key, value].map(batched) as [Tensor, Tensor, Tensor];
    const [length = 0, batch = 0] = inputs[0].shape;
    const weights = separate ? [qWeight, kWeight, vWeight] : packedWeights(inProjWeight, embedDim);
    const projected = project(inputs, weights, inProjBias, embedDim);
    const padding = keyPaddingMask && (isBatched ? keyPaddingMask : unsqueeze(keyPaddingMask, 0));
    const extended = extend(projected, batch, heads, {
      attnMask: maskOfThree(attnMask, length, inputs[1].shape[0] ?? 0, batch * heads, isCausal),
      padding: additiveMask(padding, 'keyPaddingMask'),
      biasK,
      biasV,
      staticK,
      staticV,
      addZeroAttn
    });
    const p = training ? dropoutP : 0;
    const [attended, scores] = attend(extended, embedDim / heads, p, needWeights);
    const joined = reshape(transpose(attended, 0, 1), [length, batch, embedDim]);
    const output = linear(joined, outProjWeight, outProjBias);
    const shown = needWeights ? shownWeights(scores, batch, heads, average) : null;
    return isBatched
      ? tuple<Tensor | null>(output, shown)
      : tuple<Tensor | null>(squeeze(output, 1), shown && squeeze(shown, 0));
  }
);

function checkInputs(query: Tensor, key: Tensor, value: Tensor, embedDim: number, heads: number): void {
  const name = 'multiHeadAttentionForward';
  const shapes = `query [${query.shape.join(', ')}], key [${key.shape.join(', ')}], value [${value.shape.join(', ')}]`;
  if ((query.ndim !== 2 && query.ndim !== 3) || key.ndim !== query.ndim || value.ndim !== query.ndim) {
    throw new Error(`${name}: all three must have 3 dimensions, or 2 without a batch; got ${shapes}`);
  }
  if (query.shape.at(-1) !== embedDim) {
    throw new Error(`${name}: the query must end in embedDim ${embedDim}; got ${shapes}`);
  }
  if (key.shape.slice(0, -1).join() !== value.shape.slice(0, -1).join()) {
    throw new Error(`${name}: key and value must be equally long; got ${shapes}`);
  }
  if (query.ndim === 3 && query.shape[1] !== key.shape[1]) {
    throw new Error(`${name}: query and key must have the same batch; got ${shapes}`);
  }
  if (embedDim % heads !== 0) {
    throw new Error(`${name}: embedDim ${embedDim} does not divide into ${heads} heads`);
  }
}

/** The three blocks of `in_proj_weight`. */
function packedWeights(weight: Tensor | null, embedDim: number): Tensor[] {
  if (!weight) {
    throw new Error(
      'multiHeadAttentionForward: inProjWeight is null; set useSeparateProjWeight and give three'
    );
  }
  return split(weight, embedDim, 0);
}

function project(
  inputs: readonly [Tensor, Tensor, Tensor],
  weights: readonly (Tensor | null)[],
  bias: Tensor | null,
  embedDim: number
): [Tensor, Tensor, Tensor] {
  const biases = bias ? chunk(bias, 3, 0) : [];
  return inputs.map((x, i) => {
    const weight = weights[i];
    if (!weight) {
      throw new Error('multiHeadAttentionForward: useSeparateProjWeight needs q, k and v weights');
    }
    if (weight.shape[1] !== x.shape.at(-1)) {
      const name = ['query', 'key', 'value'][i] as string;
      throw new Error(
        `multiHeadAttentionForward: ${name} [${x.shape.join(', ')}] must end in ${weight.shape[1] ?? embedDim}`
      );
    }
    return linear(x, weight, biases[i] ?? null);
  }) as [Tensor, Tensor, Tensor];
}

function maskOfThree(
  mask: Tensor | null,
  length: number,
  source: number,
  rows: number,
  isCausal: boolean
): Tensor | null {
  if (isCausal && !mask) {
    throw new Error(
      'multiHeadAttentionForward: isCausal is only a hint; give attnMask too (Transformer.generateSquareSubsequentMask)'
    );
  }
  const added = additiveMask(mask, 'attnMask');
  const expected = added?.ndim === 2 ? [length, source] : [rows, length, source];
  if (added && added.shape.join() !== expected.join()) {
    throw new Error(
      `multiHeadAttentionForward: attnMask [${added.shape.join(', ')}] must be [${length}, ${source}] or [${rows}, ${length}, ${source}]`
    );
  }
  return added?.ndim === 2 ? unsqueeze(added, 0) : added;
}

interface Extras {
  readonly attnMask: Tensor | null;
  readonly padding: Tensor | null;
  readonly biasK: Tensor | null;
  readonly biasV: Tensor | null;
  readonly staticK: Tensor | null;
  readonly staticV: Tensor | null;
  readonly addZeroAttn: boolean;
}

interface Heads {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly mask: Tensor | null;
}

/** Keys and values with what is added to them, split into heads `[N·heads, S, E/heads]`, and one mask for all. */
function extend(
  [q, key, value]: readonly [Tensor, Tensor, Tensor],
  batch: number,
  heads: number,
  { attnMask, padding, biasK, biasV, staticK, staticV, addZeroAttn }: Extras
): Heads {
  if ((biasK === null) !== (biasV === null)) {
    throw new Error('multiHeadAttentionForward: biasK and biasV belong together');
  }
  const longer = (mask: Tensor | null) => mask && pad(mask, [0, 1], 'constant', 0);
  const withBias = (x: Tensor, bias: Tensor | null) => (bias ? cat([x, repeat(bias, [1, batch, 1])], 0) : x);
  const split = (x: Tensor) => transpose(reshape(x, [x.shape[0] ?? 0, batch * heads, -1]), 0, 1);
  const withZeros = (x: Tensor) =>
    addZeroAttn ? cat([x, zeros([x.shape[0] ?? 0, 1, x.shape[2] ?? 0], { dtype: x.dtype })], 1) : x;
  const k = withZeros(staticK ?? split(withBias(key, biasK)));
  const v = withZeros(staticV ?? split(withBias(value, biasV)));
  const extra = Number(biasK !== null) + Number(addZeroAttn);
  let [mask, keys] = [attnMask, padding];
  for (let i = 0; i < extra; i++) {
    [mask, keys] = [longer(mask), longer(keys)];
  }
  return { q: split(q), k, v, mask: mergeMasks(mask, keys, batch, heads, k.shape[1] ?? 0) };
}

function mergeMasks(
  mask: Tensor | null,
  padding: Tensor | null,
  batch: number,
  heads: number,
  source: number
): Tensor | null {
  if (!padding) {
    return mask;
  }
  if (padding.shape.join() !== [batch, source].join()) {
    throw new Error(
      `multiHeadAttentionForward: keyPaddingMask [${padding.shape.join(', ')}] must be [${batch}, ${source}]`
    );
  }
  const perHead = expand(reshape(padding, [batch, 1, 1, source]), [-1, heads, -1, -1]);
  const keys = reshape(perHead, [batch * heads, 1, source]);
  return mask ? add(mask, keys) : keys;
}

/** Where all keys are masked, PyTorch gives NaN if the weights are asked for, else 0. */
function attend(
  { q, k, v, mask }: Heads,
  width: number,
  p: number,
  needWeights: boolean
): readonly [Tensor, Tensor] {
  const products = matmul(mul(q, Math.sqrt(1 / width)), transpose(k, -2, -1));
  const scores = mask ? add(products, mask) : products;
  const weights = needWeights ? softmax(scores, -1) : safeSoftmax(scores);
  const kept = p > 0 ? dropElements(weights, p) : weights;
  return [matmul(kept, v), kept];
}

function shownWeights(weights: Tensor, batch: number, heads: number, average: boolean): Tensor {
  const perHead = reshape(weights, [batch, heads, ...weights.shape.slice(1)]);
  return average ? mean(perHead, 1) : perHead;
}
