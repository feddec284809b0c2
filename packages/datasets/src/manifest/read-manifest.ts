import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileError } from '../files/file-error.ts';
import { validateWith } from '../validation/validate-with.ts';
import type { ManifestItem } from './manifest-item.ts';

/**
 * The folder that the paths in a manifest start from. Without symbolic links on the way, over which
 * `..` in the paths would lead elsewhere.
 */
export async function manifestFolder(path: string): Promise<string> {
  try {
    return await realpath(dirname(resolve(path)));
  } catch (cause) {
    throw fileError(path, 'read', cause);
  }
}

/**
 * Reads a manifest line by line; empty lines are passed over.
 *
 * @throws Error naming the file and the line for what is no item, for an id that occurs twice, and
 * for a manifest without items.
 */
export async function* readManifest(path: string): AsyncGenerator<ManifestItem> {
  // Imported when a manifest is read: the schema library takes as long as all the rest.
  const { manifestItemSchema } = await import('./manifest-item-schema.ts');
  const lineOf = new Map<string, number>();
  let number = 0;
  for await (const text of linesOf(path)) {
    number++;
    // Editors of Windows begin files with a byte order mark.
    const line = number === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (line.trim() === '') continue;
    const source = `'${path}', line ${number}`;
    const item = validateWith(manifestItemSchema, parse(line, source), source);
    const first = lineOf.get(item.id);
    if (first !== undefined) {
      throw new RangeError(
        `${source}: ids must be unique, '${item.id}' is also in line ${first}; rename one`,
      );
    }
    lineOf.set(item.id, number);
    yield item;
  }
  if (lineOf.size === 0) {
    throw new RangeError(
      `'${path}': a manifest must hold at least one item, got none; prepare the data set again`,
    );
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, 'utf8');
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    throw fileError(path, 'read', cause);
  } finally {
    stream.destroy();
  }
}

function parse(line: string, source: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`${source}: not valid JSON: ${reason}; correct it there`, { cause });
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new RangeError(`${source}: must hold an object, got ${line.trim().slice(0, 60)}`);
}

/** All items of a manifest; see `readManifest`. */
export async function loadManifest(path: string): Promise<readonly ManifestItem[]> {
  const items: ManifestItem[] = [];
  for await (const item of readManifest(path)) items.push(item);
  return items;
}
