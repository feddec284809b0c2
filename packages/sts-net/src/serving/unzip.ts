import { HttpError } from './http-error.ts';

/** No study has more files; an archive that claims more wants to keep the server busy. */
const mostFiles = 50_000;

/** Whether the bytes are those of a ZIP archive. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * The files of a ZIP archive; hidden ones and what archives of other systems leave are passed over.
 *
 * @param limit on what they hold together, in bytes
 * @throws HttpError 400 for a damaged archive, 413 for one that holds more
 */
export async function unzip(bytes: Uint8Array, limit: number): Promise<readonly Uint8Array[]> {
  const { fromBufferPromise } = await import('yauzl');
  const files: Uint8Array[] = [];
  let left = limit;
  const tooLarge = () =>
    new HttpError(
      413,
      `the archive must hold at most ${limit} bytes in ${mostFiles} files, but holds more`,
    );
  try {
    // Sizes are checked while it is read.
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    if (zip.entryCount > mostFiles) throw tooLarge();
    for await (const entry of zip.eachEntry()) {
      const parts = entry.fileName.split('/');
      if (parts.at(-1) === '') continue;
      if (parts.some((part) => part.startsWith('.') || part === '__MACOSX')) continue;
      left -= entry.uncompressedSize;
      if (left < 0) throw tooLarge();
      const chunks: Buffer[] = [];
      for await (const chunk of await zip.openReadStreamPromise(entry))
        chunks.push(chunk as Buffer);
      files.push(Buffer.concat(chunks));
    }
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    throw new HttpError(
      400,
      `the ZIP archive is damaged or encrypted (${(cause as Error).message}); make it anew`,
      {},
      { cause },
    );
  }
  if (files.length > 0) return files;
  throw new HttpError(400, 'the ZIP archive must hold a file, but is empty');
}
