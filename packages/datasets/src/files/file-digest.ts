import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { fileError } from './file-error.ts';

/**
 * SHA-256 of a file's content, as 64 hexadecimal digits; the file is not held in memory.
 *
 * @throws Error naming the path and the cure.
 */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (cause) {
    throw fileError(path, 'read', cause);
  }
  return hash.digest('hex');
}
