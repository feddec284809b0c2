import { encodeHalves } from '../bytes/encode-halves.ts';
import type { StoredTensor } from '../bytes/stored-tensor.ts';

/**
 * Tensors in the bytes of a safetensors file, in pieces to be written one after the other; those of F32
 * are views, not copies.
 *
 * @param metadata free text that goes into the file's header
 * @param type of the numbers: F16 rounds to the nearest half-precision number, ties to even
 * @throws RangeError naming the tensor, if a finite number of it is beyond ±65504, the largest of F16
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
  type: 'F32' | 'F16' = 'F32',
): readonly Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  const bodies: Uint8Array[] = [];
  for (const [name, { shape, data }] of tensors) {
    const numbers = type === 'F32' ? data : encodeHalves(data, name);
    const body = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + body.length] };
    offset += body.length;
    bodies.push(body);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Tensor data start at a multiple of 8 bytes; the format allows spaces after the JSON.
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);
  return [length, padded, ...bodies];
}
