// Writing the safetensors format. PyTorch's `safetensors.torch.load_file` reads the result.

import type { Tensor } from '../../tensor';
import { METADATA_KEY, SafetensorsError, WRITERS } from './format';

/**
 * Writes tensors in the order given. Quantized tensors have no place in the format: `saveStateDict` writes them as parts.
 * @param metadata texts to keep beside the tensors.
 * @throws SafetensorsError for a dtype the format does not have, naming the tensor.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {}
): Uint8Array {
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadata]] : [];
  const chunks: Uint8Array[] = [];
  let position = 0;
  for (const [name, tensor] of tensors) {
    if (name === METADATA_KEY) {
      throw new SafetensorsError('this name is reserved by the format', name);
    }
    const writer = tensor.quantizer ? undefined : WRITERS[tensor.dtype];
    if (!writer) {
      throw new SafetensorsError(
        tensor.quantizer
          ? 'it is quantized, which the format cannot say; saveStateDict writes its parts'
          : `${tensor.dtype} cannot be written`,
        name
      );
    }
    const view = writer[1](tensor.data());
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const { shape } = tensor;
    header.push([name, { dtype: writer[0], shape, data_offsets: [position, position + bytes.length] }]);
    chunks.push(bytes);
    position += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + position).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(text, 8);
  let offset = 8 + headerLength;
  for (const bytes of chunks) {
    file.set(bytes, offset);
    offset += bytes.length;
  }
  return file;
}
