import { type ByteSource, requireBytes } from '../bytes/byte-source.ts';
import { elementSizes } from '../bytes/element-type.ts';
import { ByteCursor } from './byte-cursor.ts';
import { damaged } from './refused.ts';
import type { TorchFile } from './tensor-view.ts';
import { createTorchWorld } from './torch-world.ts';
import { type PickleWorld, unpickle } from './unpickle.ts';

const protocolVersion = 1001;

/**
 * Reads the structure of a checkpoint in the format before PyTorch 1.6: pickles of a magic number, a
 * version, facts about the computer, the value, and the keys of the storages; then each storage, its
 * count of numbers before it.
 */
export function readTorchStream(source: ByteSource): TorchFile {
  const { name } = source;
  const cursor = new ByteCursor(source);
  unpickle(cursor, plain(name));
  const version = unpickle(cursor, plain(name));
  if (version !== protocolVersion) {
    throw damaged(name, `the format's version ${protocolVersion}`, String(version));
  }
  const system = unpickle(cursor, plain(name));
  if (!(system instanceof Map) || system.get('little_endian') !== true) {
    throw damaged(name, 'little-endian numbers', 'another byte order');
  }
  const world = createTorchWorld(name);
  const value = unpickle(cursor, world);
  const keys = unpickle(cursor, plain(name));
  if (!Array.isArray(keys)) throw damaged(name, 'a list of storages', 'something else');
  const offsets = new Map<string, number>();
  for (const key of keys) {
    const storage = world.storages.get(key);
    if (storage === undefined || offsets.has(key)) {
      throw damaged(name, 'each storage once and in use', `storage '${key}'`);
    }
    const count = cursor.view(8).getBigInt64(0, true);
    if (count !== BigInt(storage.count)) {
      throw damaged(name, `${storage.count} numbers in storage '${key}'`, `${count}`);
    }
    offsets.set(key, cursor.position);
    const length = storage.count * elementSizes[storage.type];
    requireBytes(source, cursor.position, length);
    cursor.position += length;
  }
  const missing = [...world.storages.keys()].find((key) => !offsets.has(key));
  if (missing !== undefined) throw damaged(name, `the numbers of storage '${missing}'`, 'none');
  return {
    value,
    offsetOf: ({ key, type, start }) => offsets.get(key)! + start * elementSizes[type],
  };
}

/** For pickles of numbers, texts, lists and dictionaries alone. */
function plain(name: string): PickleWorld {
  const refuse = (): never => {
    throw damaged(name, 'plain values before and after what was saved', 'an object');
  };
  return { find: refuse, load: refuse };
}
