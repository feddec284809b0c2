import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Files = typeof import('node:fs/promises');
const files = process.getBuiltinModule('node:fs/promises') as {
  -readonly [K in keyof Files]: Files[K];
};

/**
 * While `work` runs, writing files fails as on a disk that has `bytes` left (`ENOSPC`), or, for
 * 'EACCES', as in a folder without write permission. What fits is really written.
 */
export async function withFaultyDisk<T>(
  fault: { readonly bytes: number } | 'EACCES',
  work: () => Promise<T>,
): Promise<T> {
  const original = { ...files };
  let left = fault === 'EACCES' ? 0 : fault.bytes;
  const fail = (code: string) => Object.assign(new Error(`${code}: injected`), { code });
  const take = (length: number): void => {
    if (length > left) throw fail('ENOSPC');
    left -= length;
  };
  files.open = async (path, flags, mode) => {
    if (fault === 'EACCES' && flags !== 'r') throw fail('EACCES');
    const handle = await original.open(path, flags, mode);
    const write = handle.write.bind(handle) as (
      b: Uint8Array,
      o?: number,
    ) => Promise<{ bytesWritten: number }>;
    handle.write = (async (chunk: Uint8Array, offset = 0) => {
      // A disk that fills takes the first part of a chunk.
      const length = Math.min(chunk.length - offset, Math.max(left, 1));
      take(length);
      return write(chunk.subarray(0, offset + length), offset);
    }) as unknown as FileHandle['write'];
    return handle;
  };
  files.writeFile = async (path, data, options) => {
    if (fault === 'EACCES') throw fail('EACCES');
    take((data as Uint8Array | string).length);
    return original.writeFile(path, data, options);
  };
  files.appendFile = async (path, data, options) => {
    take((data as string).length);
    return original.appendFile(path, data, options);
  };
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    Object.assign(files, original);
    syncBuiltinESMExports();
  }
}
