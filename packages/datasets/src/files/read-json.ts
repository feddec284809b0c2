import { readFile } from 'node:fs/promises';
import { fileError } from './file-error.ts';

/**
 * What a JSON file holds; a byte order mark is passed over.
 *
 * @throws Error naming the path and the cure.
 */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw fileError(path, 'read', cause);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new SyntaxError(
      `'${path}': must hold JSON, got what is none: ${(cause as Error).message}; correct it there`,
      { cause },
    );
  }
}
