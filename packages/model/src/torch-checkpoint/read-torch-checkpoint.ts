import { type ByteSource, byteSourceOf } from '../bytes/byte-source.ts';
import { elementSizes, readElements } from '../bytes/element-type.ts';
import type { StoredTensor } from '../bytes/stored-tensor.ts';
import { readTorchStream } from './read-torch-stream.ts';
import { readTorchZip } from './read-torch-zip.ts';
import { damaged } from './refused.ts';
import { stateDictOf } from './state-dict-of.ts';
import type { TensorView, TorchFile } from './tensor-view.ts';

/**
 * Reads the state dict in a file that `torch.save` wrote (`.pth`, `.pt`): of PyTorch 1.6 and later
 * (a zip archive), or the older stream. Nothing in the file is run: besides tensors of numbers it may
 * hold numbers, texts, lists, tuples and dictionaries; anything else is refused by name.
 *
 * Weights may lie in a dictionary under `state_dict`, `model`, `net`, `ema` or another usual name, if
 * the outermost one has no tensors itself. Values of all types become float32, in rows-first order whatever order
 * they were in. A source is read tensor by tensor, so that little more than the result is in memory.
 *
 * @param source the file's bytes, or where to read them
 * @throws Error naming the source and the defect; nothing is returned from a damaged file
 */
export function readTorchCheckpoint(source: Uint8Array | ByteSource): Map<string, StoredTensor> {
  const bytes = byteSourceOf(source, 'PyTorch checkpoint bytes');
  const file = open(bytes);
  const tensors = stateDictOf(bytes.name, file.value);
  checkSize(bytes, tensors);
  return readTensors(bytes, file, tensors);
}

const beginnings: readonly (readonly [RegExp, (source: ByteSource) => TorchFile])[] = [
  [/^504b0304/, readTorchZip],
  // A pickle, from protocol 4 on in a frame, with the number 0x1950a86a20f9469cfc6c.
  [/^80(0[23]|0[45]95.{16})8a0a6cfc9c46f9206aa85019/, readTorchStream],
];

function open(source: ByteSource): TorchFile {
  const bytes = new Uint8Array(Math.min(source.size, 32));
  source.read(bytes, 0);
  const start = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const read = beginnings.find(([beginning]) => beginning.test(start))?.[1];
  if (read !== undefined) return read(source);
  const actual = start === '' ? 'nothing' : `0x${start.slice(0, 32)}`;
  throw damaged(source.name, 'the beginning of a file that torch.save wrote', actual);
}

/** Tensors can share numbers, or repeat one number without end; this much more than the file is usual. */
function checkSize(source: ByteSource, tensors: ReadonlyMap<string, TensorView>): void {
  const most = 4 * source.size + 2 ** 24;
  const bytes = [...tensors.values()].reduce((sum, { count }) => sum + 4 * count, 0);
  if (!(bytes <= most)) {
    throw damaged(source.name, `tensors of at most ${most} bytes together`, `${bytes}`);
  }
}

function readTensors(
  source: ByteSource,
  { offsetOf }: TorchFile,
  tensors: ReadonlyMap<string, TensorView>,
): Map<string, StoredTensor> {
  const result = new Map<string, StoredTensor>();
  // Each block is read once for all its tensors that are in another order than rows first.
  const scattered = new Map<string, [string, TensorView][]>();
  for (const [key, tensor] of tensors) {
    const { storage, offset, shape, count } = tensor;
    // Fixes the order of the keys.
    result.set(key, { shape, data: new Float32Array() });
    if (count === 0) continue;
    if (tensor.isContiguous) {
      const start = offsetOf(storage) + offset * elementSizes[storage.type];
      result.set(key, { shape, data: readElements(source, start, count, storage.type) });
    } else {
      const views = scattered.get(storage.key) ?? [];
      views.push([key, tensor]);
      scattered.set(storage.key, views);
    }
  }
  for (const views of scattered.values()) {
    const { storage } = views[0]![1];
    const ends = views.map(([, view]) => view.storage.start + view.storage.count);
    const end = ends.reduce((a, b) => Math.max(a, b));
    const values = readElements(source, offsetOf({ ...storage, start: 0 }), end, storage.type);
    for (const [key, view] of views) {
      result.set(key, { shape: view.shape, data: view.gather(values) });
    }
  }
  return result;
}
