import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileError, writeFileAtomic } from '@sts-net/datasets/files';
import {
  type ByteSource,
  encodeSafetensors,
  readTorchCheckpoint as readCheckpointOf,
  readSafetensorsFile as readFileOf,
  type SafetensorsFile,
  type StoredTensor,
  torchStateDict,
} from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * Reads the tensors of a safetensors file (floating-point numbers, integers and booleans of up to 64
 * bits), all as float32. A file is read tensor by tensor, so that little more than the result is in
 * memory.
 *
 * @param source the file's path or its bytes
 * @throws Error naming the file, the tensor and the defect; nothing is returned from a damaged file.
 */
export function readSafetensors(source: string | Uint8Array): Map<string, StoredTensor> {
  return readSafetensorsFile(source).tensors;
}

/** As `readSafetensors`, with the file's metadata. */
export function readSafetensorsFile(source: string | Uint8Array): SafetensorsFile {
  return withSource(source, readFileOf);
}

/**
 * Reads the state dict in a file that `torch.save` wrote; see `readTorchCheckpoint` of
 * `@sts-net/model`. A file is read tensor by tensor.
 *
 * @param source the file's path or its bytes
 * @throws Error naming the file and the defect; nothing is returned from a damaged file
 */
export function readTorchCheckpoint(source: string | Uint8Array): Map<string, StoredTensor> {
  return withSource(source, readCheckpointOf);
}

/**
 * The weights in a file of either kind, told apart by its content; what `torch.save` wrote has no
 * metadata.
 *
 * @throws Error naming the file and the defect
 */
export function readWeightFile(path: string): SafetensorsFile {
  const isSafetensors = withSource(path, (source) => {
    const bytes = new Uint8Array(Math.min(9, (source as ByteSource).size));
    (source as ByteSource).read(bytes, 0);
    // Eight bytes of a length, then an object of JSON.
    return bytes[8] === 0x7b;
  });
  if (isSafetensors) return readSafetensorsFile(path);
  return { tensors: readTorchCheckpoint(path), metadata: {} };
}

/**
 * Writes tensors as F32 into a safetensors file, completely or not at all.
 *
 * @param metadata free text that goes into the file's header
 * @param options where an existing file is kept
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
  options: { readonly previous?: string | undefined } = {},
): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(tensors, metadata), options);
}

/**
 * Saves the weights of a model of `createModel` for PyTorch, completely or not at all: a safetensors
 * file with the keys and layouts of segmentation_models.pytorch 0.5, see `torchStateDict`. There,
 * `model.load_state_dict(safetensors.torch.load_file(path))` takes it.
 *
 * @throws Error naming the path and the cure, if it cannot be written
 */
export async function saveSafetensors(model: LayersModel, path: string): Promise<void> {
  await writeSafetensors(path, await torchStateDict(model), { format: 'pt' });
}

/** Opens a file, or takes bytes, for the time that `use` runs. */
function withSource<T>(
  source: string | Uint8Array,
  use: (source: Uint8Array | ByteSource) => T,
): T {
  if (typeof source !== 'string') return use(source);
  const attempt = <V>(action: () => V): V => {
    try {
      return action();
    } catch (cause) {
      throw fileError(source, 'read', cause);
    }
  };
  const file = attempt(() => openSync(source, 'r'));
  try {
    const size = attempt(() => fstatSync(file).size);
    const name = `'${source}'`;
    return use({
      name,
      size,
      read(target, offset) {
        for (let done = 0; done < target.length; ) {
          const left = target.length - done;
          const count = attempt(() => readSync(file, target, done, left, offset + done));
          if (count === 0) {
            throw new RangeError(
              `${name} must be complete, but ends after ${offset + done} bytes; fetch or write it again`,
            );
          }
          done += count;
        }
      },
    });
  } finally {
    closeSync(file);
  }
}
