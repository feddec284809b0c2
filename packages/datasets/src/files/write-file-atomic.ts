import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError } from './file-error.ts';
import { isStream } from './is-stream.ts';
import { temporaryName } from './temporary-name.ts';

/**
 * Writes a file completely or not at all: to a temporary name beside the target, flushed to the
 * disk, then renamed over it. On failure the temporary file is removed and an existing target is
 * untouched. Missing folders are made. A pipe or a device gets it as it comes.
 *
 * @param previous where an existing target is kept; a kill between the two renamings leaves only that
 * @throws Error naming the path and the cure (full disk, no permission, …).
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
  { previous }: { readonly previous?: string | undefined } = {},
): Promise<void> {
  const chunks = typeof content === 'string' ? [Buffer.from(content)] : toList(content);
  const streams = await isStream(path);
  const temporary = temporaryName(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(streams ? path : temporary, streams ? 'a' : 'w');
    try {
      for (const chunk of chunks) await writeFully(file, chunk);
      if (streams) return;
      await file.sync();
    } finally {
      await file.close();
    }
    if (previous !== undefined) await renameIfThere(path, previous);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(path, 'write', cause);
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
}

function toList(content: Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  return content instanceof Uint8Array ? [content] : content;
}

async function writeFully(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, offset);
    offset += bytesWritten;
  }
}
