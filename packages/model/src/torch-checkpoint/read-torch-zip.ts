import type { ByteSource } from '../bytes/byte-source.ts';
import { elementSizes } from '../bytes/element-type.ts';
import { ByteCursor } from './byte-cursor.ts';
import { readZipDirectory, type ZipEntry } from './read-zip-directory.ts';
import { damaged } from './refused.ts';
import type { TorchFile } from './tensor-view.ts';
import { createTorchWorld } from './torch-world.ts';
import { unpickle } from './unpickle.ts';

/** Reads the structure of a checkpoint in the format of PyTorch 1.6 and later. */
export function readTorchZip(source: ByteSource): TorchFile {
  const { name } = source;
  const entries = readZipDirectory(source);
  const pickleName = [...entries.keys()].find((key) => /^[^/]+\/data\.pkl$/.test(key));
  if (pickleName === undefined) throw damaged(name, "an entry 'data.pkl'", 'none');
  const folder = pickleName.slice(0, -'data.pkl'.length);
  const entry = (key: string): ZipEntry | undefined => {
    const found = entries.get(folder + key);
    if (found?.stored !== false) return found;
    throw damaged(name, `'${key}' stored, as torch.save writes it`, 'it compressed or encrypted');
  };
  const order = entry('byteorder');
  if (order !== undefined) {
    const bytes = new ByteCursor(source, order.offset, order.offset + order.size).take(order.size);
    const text = new TextDecoder('latin1').decode(bytes);
    if (text !== 'little') {
      throw damaged(name, 'little-endian numbers', `the byte order '${text}'`);
    }
  }
  const { offset, size } = entry('data.pkl')!;
  const world = createTorchWorld(name);
  const value = unpickle(new ByteCursor(source, offset, offset + size), world);
  for (const { key, type, count } of world.storages.values()) {
    const stored = entry(`data/${key}`)?.size;
    const needed = count * elementSizes[type];
    if (stored === undefined || stored < needed) {
      throw damaged(name, `${needed} bytes in storage '${key}'`, `${stored ?? 'none'}`);
    }
  }
  return {
    value,
    offsetOf: ({ key, type, start }) => entry(`data/${key}`)!.offset + start * elementSizes[type],
  };
}
