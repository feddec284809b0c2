import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '@sts-net/datasets/files';
import { type CreateStore, inMemory } from '@sts-net/inference';

/** What is kept in memory, in bytes: more lies on disk. */
const mostInMemory = 2 ** 28;

/**
 * Keeps numbers in memory, or, where they are many, in a file that has no name once it is open, so that
 * nothing is left of it however the process ends.
 *
 * @param folder that has room for them
 */
export function storeIn(folder: string, most: number = mostInMemory): CreateStore {
  return (count) => (4 * count <= most ? inMemory(count) : fileStore(folder));
}

function fileStore(folder: string): ReturnType<CreateStore> {
  const path = join(folder, `.probabilities-${randomUUID()}.tmp`);
  const told = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw fileError(path, 'keep probabilities in', cause);
    }
  };
  const file = told(() => openSync(path, 'wx+'));
  let isNamed = true;
  const forget = () => {
    try {
      rmSync(path);
      isNamed = false;
    } catch {
      // Windows keeps the name while the file is open.
    }
  };
  forget();
  return {
    write: (at, values) =>
      told(() => {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        for (let done = 0; done < bytes.length; ) {
          done += writeSync(file, bytes, done, bytes.length - done, 4 * at + done);
        }
      }),
    read: (at, count) =>
      told(() => {
        const values = new Float32Array(count);
        const bytes = new Uint8Array(values.buffer);
        for (let done = 0; done < bytes.length; ) {
          const read = readSync(file, bytes, done, bytes.length - done, 4 * at + done);
          if (read === 0) break;
          done += read;
        }
        return values;
      }),
    release() {
      closeSync(file);
      if (isNamed) forget();
    },
  };
}
