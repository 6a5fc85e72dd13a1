// Reading state dicts back from safetensors files. As with the tensors, nothing a file claims is taken on trust.

import { StateDict, type StateValue } from '../../nn/stateDict';
import { Tensor } from '../../tensor';
import { integerRange, isDType, isQuantizedDType, QSCHEMES, type QScheme } from '../../tensor/dtype';
import * as packed from '../../tensor/quantized/packed';
import { storageFrom } from '../../tensor/storage';
import { readSafetensors, SafetensorsError, type ReadOptions } from '../safetensors';
import { show } from '../safetensors/format';
import { isPlainValue, PACKED, REPRESENTATION, TAGS_KEY, VERSION, type TagDocument } from './format';

/** A pair of a quantized weight and a bias in a packed weight needs three. */
const MAX_DEPTH = 8;

/**
 * Reads what `saveStateDict` wrote, or any safetensors file of plain tensors: `model.loadStateDict(parseStateDict(bytes))`.
 * @throws SafetensorsError for bytes that are no such file, naming the file and the tensor.
 */
export function parseStateDict(file: Uint8Array, options: ReadOptions = {}): StateDict {
  const { tensors, metadata } = readSafetensors(file, options);
  const text = metadata.get(TAGS_KEY);
  if (text === undefined) {
    return new StateDict(tensors);
  }
  const reader = new Reader(tensors, parseTags(text, options.source), options.source);
  return reader.read();
}

class Reader {
  private readonly tags: ReadonlyMap<string, unknown>;
  private readonly used = new Set<string>();
  private depth = 0;

  constructor(
    private readonly tensors: ReadonlyMap<string, Tensor>,
    private readonly document: { readonly keys: readonly string[]; readonly tags: object },
    private readonly source: string | undefined
  ) {
    this.tags = new Map(Object.entries(document.tags));
  }

  read(): StateDict {
    const state = new StateDict(this.document.keys.map(key => [key, this.value(key)]));
    const stray = [...this.tensors.keys(), ...this.tags.keys()].find(key => !this.used.has(key));
    return stray === undefined ? state : this.fail(stray, 'the state does not say where it belongs');
  }

  private fail(key: string, message: string): never {
    throw new SafetensorsError(message, key, this.source);
  }

  /** Each part has one place, so that no tag can contain itself. */
  private value(key: string): StateValue {
    if (this.used.has(key)) {
      return this.fail(key, 'it is listed twice');
    }
    this.used.add(key);
    if (this.depth > MAX_DEPTH) {
      return this.fail(key, `parts of parts go deeper than ${MAX_DEPTH}`);
    }
    const tag = this.tags.get(key);
    if (tag === undefined) {
      return this.tensors.get(key) ?? this.fail(key, 'it is listed, but the file has no such tensor');
    }
    if (typeof tag !== 'object' || tag === null) {
      return this.fail(key, 'its tag is no object');
    }
    this.depth += 1;
    const value = this.tagged(key, tag as Readonly<Record<string, unknown>>);
    this.depth -= 1;
    return value;
  }

  private tagged(key: string, tag: Readonly<Record<string, unknown>>): StateValue {
    switch (tag.tag) {
      case 'value':
        return isPlainValue(tag.value)
          ? tag.value
          : this.fail(key, 'its value is neither text, number nor null');
      case 'tuple':
        return Array.from({ length: this.length(key, tag.length) }, (_, i) => this.value(`${key}#${i}`));
      case 'quantized':
        return this.quantized(key, tag);
      case 'packed':
        return this.packed(key, tag);
      default:
        return this.fail(key, `its tag is ${show(tag.tag)}; written by a newer version?`);
    }
  }

  private length(key: string, length: unknown): number {
    const isLength = typeof length === 'number' && Number.isSafeInteger(length) && length >= 0;
    const limit = this.tensors.size + this.tags.size;
    return isLength && length <= limit ? length : this.fail(key, `length ${show(length)} is no length of it`);
  }

  private part(key: string): Tensor {
    const value = this.value(key);
    return value instanceof Tensor ? value : this.fail(key, 'it is no tensor');
  }

  private quantized(key: string, { dtype, qscheme, axis }: Readonly<Record<string, unknown>>): Tensor {
    if (!isDType(dtype) || !isQuantizedDType(dtype)) {
      return this.fail(key, `${show(dtype)} is no quantized dtype`);
    }
    if (!QSCHEMES.includes(qscheme as QScheme)) {
      return this.fail(key, `${show(qscheme)} is no quantization scheme`);
    }
    const [integers, scales, zeroPoints] = ['int', 'scales', 'zero_points'].map(part =>
      this.part(`${key}#${part}`)
    ) as [Tensor, Tensor, Tensor];
    if (integers.dtype !== REPRESENTATION[dtype]) {
      return this.fail(
        `${key}#int`,
        `integers of ${dtype} are ${String(REPRESENTATION[dtype])}, not ${integers.dtype}`
      );
    }
    const [lo, hi] = integerRange(dtype);
    if (integers.data().some((v: number) => v < lo || v > hi)) {
      return this.fail(`${key}#int`, `integers of ${dtype} are ${lo} to ${hi}`);
    }
    const perChannel = (qscheme as string).startsWith('per_channel');
    const channels = !perChannel
      ? 1
      : Number.isSafeInteger(axis)
        ? integers.shape[axis as number]
        : undefined;
    if (channels === undefined) {
      return this.fail(key, `axis ${show(axis)} is no dimension of [${integers.shape.join(', ')}]`);
    }
    if (scales.numel() !== channels || zeroPoints.numel() !== channels) {
      return this.fail(key, `${scales.numel()} scales and ${zeroPoints.numel()} zero points for ${channels}`);
    }
    const quantizer = {
      qscheme: qscheme as QScheme,
      scales: Array.from(scales.data() as ArrayLike<number>),
      zeroPoints: Array.from(zeroPoints.data() as ArrayLike<number>),
      ...(perChannel ? { axis: axis as number } : {})
    };
    return new Tensor(storageFrom(dtype, integers.data()), integers.shape, { quantizer });
  }

  private cellWeight(key: string): packed.LinearPackedParams | packed.LinearPackedParamsFp16 | undefined {
    const value = this.value(key);
    if (value instanceof packed.LinearPackedParams || value instanceof packed.LinearPackedParamsFp16) {
      return value;
    }
    return value === null ? undefined : this.fail(key, 'it is no packed linear weight');
  }

  private packed(key: string, { kind, options }: Readonly<Record<string, unknown>>): packed.PackedParams {
    if (typeof kind !== 'string' || !Object.hasOwn(PACKED, kind)) {
      return this.fail(key, `packed weights of kind ${show(kind)} are not known`);
    }
    if (kind === 'cell') {
      const [ih, hh, hr] = ['ih', 'hh', 'hr'].map(part => this.cellWeight(`${key}#${part}`));
      return ih && hh
        ? new packed.CellPackedParams(ih, hh, hr)
        : this.fail(key, 'its input or hidden weights are missing');
    }
    const weight = this.part(`${key}#weight`);
    if (kind === 'embedding') {
      return new packed.EmbeddingPackedParams(weight);
    }
    const bias = this.value(`${key}#bias`);
    if (bias !== null && !(bias instanceof Tensor)) {
      return this.fail(`${key}#bias`, 'a bias is a tensor or nothing');
    }
    if (kind === 'conv') {
      const geometry = isGeometry(options)
        ? options
        : this.fail(key, 'its stride, padding and groups are missing');
      return new packed.ConvPackedParams(weight, bias, geometry);
    }
    return new PACKED[kind as 'linear' | 'linear_fp16'](weight, bias);
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSpatial = (value: unknown): boolean =>
  isCount(value) || (Array.isArray(value) && value.every(isCount));

function isGeometry(value: unknown): value is packed.ConvPackedOptions {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { dims, groups, transposed, ...spatial } = value as Record<string, unknown>;
  return (
    [1, 2, 3].includes(dims as number) &&
    isCount(groups) &&
    groups > 0 &&
    typeof transposed === 'boolean' &&
    ['stride', 'padding', 'dilation', 'outputPadding'].every(name => isSpatial(spatial[name]))
  );
}

function parseTags(text: string, source: string | undefined): TagDocument {
  let document: Partial<TagDocument> | null;
  try {
    document = JSON.parse(text) as Partial<TagDocument> | null;
  } catch (error) {
    throw new SafetensorsError(
      `metadata '${TAGS_KEY}' is no JSON: ${(error as Error).message}`,
      undefined,
      source
    );
  }
  const { version, keys, tags } = document ?? {};
  if (version !== VERSION) {
    throw new SafetensorsError(
      `it was written in version ${show(version)} of the format; this library reads version ${VERSION}`,
      undefined,
      source
    );
  }
  const areKeys = Array.isArray(keys) && keys.every(key => typeof key === 'string');
  if (!areKeys || typeof tags !== 'object' || tags === null || Array.isArray(tags)) {
    throw new SafetensorsError(`metadata '${TAGS_KEY}' lists no keys and tags`, undefined, source);
  }
  return { version, keys, tags };
}
