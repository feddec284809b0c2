import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileError } from '../files/file-error.ts';

/** Bytes that can be read from any place, so that a large file need not be in memory. */
export interface ByteSource {
  /** What errors call it. */
  readonly name: string;
  /** How many bytes there are. */
  readonly size: number;
  /**
   * Fills `target` with the bytes from `offset` on.
   *
   * @throws RangeError naming the source, if it does not have them
   */
  readonly read: (target: Uint8Array, offset: number) => void;
}

/**
 * Opens a file, or takes bytes, for the time that `use` runs.
 *
 * @param kind what errors call bytes without a path, for example `safetensors bytes`
 * @throws Error naming the file, if it cannot be read
 */
export function withByteSource<T>(
  source: string | Uint8Array,
  kind: string,
  use: (bytes: ByteSource) => T,
): T {
  if (typeof source !== 'string') return use(memorySource(source, kind));
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
        requireBytes({ name, size }, offset, target.length);
        for (let done = 0; done < target.length; ) {
          const count = attempt(() =>
            readSync(file, target, done, target.length - done, offset + done),
          );
          if (count === 0) throw endsEarly(name, offset + done);
          done += count;
        }
      },
    });
  } finally {
    closeSync(file);
  }
}

function memorySource(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    size: bytes.length,
    read(target, offset) {
      requireBytes({ name, size: bytes.length }, offset, target.length);
      target.set(bytes.subarray(offset, offset + target.length));
    },
  };
}

/** @throws RangeError naming the source, if it has not `length` bytes from `offset` on */
export function requireBytes(
  { name, size }: Pick<ByteSource, 'name' | 'size'>,
  offset: number,
  length: number,
): void {
  if (!(offset >= 0 && offset + length <= size)) throw endsEarly(name, size);
}

function endsEarly(name: string, size: number): RangeError {
  return new RangeError(
    `${name} must be complete, but ends after ${size} bytes; fetch or write it again`,
  );
}
