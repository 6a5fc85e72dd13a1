// Writing state dicts. A safetensors file holds plain tensors only; what quantized models have besides (quantized
// tensors, packed weights, dtypes, nothing) is written as parts. A float model's file has no tags: any reader reads it.

import type { ModuleBase } from '../../nn/module';
import type { StateValue } from '../../nn/stateDict';
import { fromData, Tensor } from '../../tensor';
import * as packed from '../../tensor/quantized/packed';
import { SafetensorsError, writeSafetensors } from '../safetensors';
import { isPlainValue, PACKED, TAGS_KEY, VERSION, type Tag, type TagDocument } from './format';

/**
 * The state of a model as the bytes of a safetensors file: float, fused, prepared (with what observers have seen),
 * quantization aware, reference or quantized. Read it with `parseStateDict`.
 * @param state a model, or what its `stateDict()` returned.
 * @param metadata texts to keep in the file beside the tensors.
 * @throws SafetensorsError for a value no file can hold, naming its key.
 * PyTorch: `torch.save(model.state_dict(), …)`.
 */
export function saveStateDict(
  state: ModuleBase | ReadonlyMap<string, StateValue>,
  metadata: Readonly<Record<string, string>> = {}
): Uint8Array {
  const entries = 'stateDict' in state ? state.stateDict() : state;
  const writer = new Writer();
  for (const [key, value] of entries) {
    writer.put(key, value);
  }
  const document: TagDocument = {
    version: VERSION,
    keys: [...entries.keys()],
    tags: Object.fromEntries(writer.tags)
  };
  const tagged = writer.tags.size > 0 ? { [TAGS_KEY]: JSON.stringify(document) } : {};
  return writeSafetensors(writer.tensors, { ...metadata, ...tagged });
}

class Writer {
  readonly tensors = new Map<string, Tensor>();
  readonly tags = new Map<string, Tag>();

  put(key: string, value: StateValue): void {
    if (value instanceof Tensor) {
      this.putTensor(key, value);
    } else if (packed.isPackedParams(value)) {
      this.putPacked(key, value);
    } else if (Array.isArray(value)) {
      this.tags.set(key, { tag: 'tuple', length: value.length });
      (value as readonly StateValue[]).forEach((item, i) => this.put(`${key}#${i}`, item));
    } else if (isPlainValue(value)) {
      this.tags.set(key, { tag: 'value', value });
    } else {
      throw new SafetensorsError(`a ${typeof value} cannot be written`, key);
    }
  }

  private putTensor(key: string, tensor: Tensor): void {
    const { quantizer } = tensor;
    if (!quantizer) {
      this.tensors.set(key, tensor);
      return;
    }
    const { qscheme, axis, scales, zeroPoints } = quantizer;
    this.tags.set(key, {
      tag: 'quantized',
      dtype: tensor.dtype,
      qscheme,
      ...(axis === undefined ? {} : { axis })
    });
    this.tensors.set(`${key}#int`, tensor.intRepr());
    this.tensors.set(`${key}#scales`, fromData(Float64Array.from(scales), [scales.length], 'float64'));
    // Whole numbers, except those of embeddings.
    const zeroPointDType = qscheme === 'per_channel_affine_float_qparams' ? 'float64' : 'int64';
    this.tensors.set(
      `${key}#zero_points`,
      fromData(Float64Array.from(zeroPoints), [zeroPoints.length], zeroPointDType)
    );
  }

  private putPacked(key: string, value: packed.PackedParams): void {
    const kind = Object.entries(PACKED).find(([, cls]) => value.constructor === cls)?.[0];
    if (kind === undefined) {
      throw new SafetensorsError(`a ${value.constructor.name} cannot be written`, key);
    }
    const options = value instanceof packed.ConvPackedParams ? { options: value.options } : {};
    this.tags.set(key, { tag: 'packed', kind, ...options });
    if (value instanceof packed.CellPackedParams) {
      this.put(`${key}#ih`, value.ih);
      this.put(`${key}#hh`, value.hh);
      this.put(`${key}#hr`, value.hr ?? null);
      return;
    }
    this.put(`${key}#weight`, value.weight);
    if ('bias' in value) {
      this.put(`${key}#bias`, value.bias);
    }
  }
}
