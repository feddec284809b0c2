import { plainBytes } from './plain-bytes.ts';
import { readFile } from './read-volumes.ts';

/** The content of a file, or the bytes given, and what errors call them. */
export async function namedBytes(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  subject: string,
  otherwise: string,
): Promise<{ readonly bytes: Uint8Array; readonly name: string }> {
  const isPath = typeof pathOrBytes === 'string' || pathOrBytes instanceof URL;
  return {
    bytes: plainBytes(isPath ? await readFile(pathOrBytes, subject) : pathOrBytes),
    name: isPath ? String(pathOrBytes) : otherwise,
  };
}
