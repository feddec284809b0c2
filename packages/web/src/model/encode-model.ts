import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeSafetensors, type StoredTensor } from '@sts-net/model';
import { type ModelDescription, type ModelFile, modelFormat } from './model-description.ts';

/** Options of {@link encodeModel}. */
export interface EncodeModelOptions {
  /**
   * Keeps weights in half precision: half as long, each number off by up to 0.05 %.
   * @default false
   */
  readonly half?: boolean;
  /** See `wasm` of `ModelFile`. @default none */
  readonly wasm?: string;
}

/**
 * A model as files for pages, by their names: `model.json`, and `weights.safetensors`, which holds the
 * description too, so that it is a model by itself.
 *
 * @param tensors the weights by `layer/weight`
 * @throws RangeError naming a weight that half precision cannot hold
 */
export function encodeModel(
  description: ModelDescription,
  tensors: ReadonlyMap<string, StoredTensor>,
  { half = false, wasm }: EncodeModelOptions = {},
): ReadonlyMap<'model.json' | 'weights.safetensors', readonly Uint8Array[]> {
  const metadata = { format: modelFormat, description: JSON.stringify(description) };
  const pieces = encodeSafetensors(tensors, metadata, half ? 'F16' : 'F32');
  const hash = sha256.create();
  for (const piece of pieces) hash.update(piece);
  const file: ModelFile = {
    format: modelFormat,
    ...description,
    weights: {
      file: 'weights.safetensors',
      bytes: pieces.reduce((sum, { length }) => sum + length, 0),
      sha256: bytesToHex(hash.digest()),
    },
    ...(wasm !== undefined && { wasm }),
  };
  const json = new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`);
  return new Map([
    ['weights.safetensors', pieces],
    ['model.json', [json]],
  ] as const);
}
