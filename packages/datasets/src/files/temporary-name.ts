import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** Characters of the name that are kept: with four bytes each they and the rest fit into the 255 of a name. */
const kept = 50;

/**
 * A hidden name beside a file or folder, of its own for each call: under which something is written before it
 * is renamed. Not by the process's number, which is 1 in every container that shares the folder.
 */
export function temporaryName(path: string, ending: 'tmp' | 'probe' = 'tmp'): string {
  const name = Array.from(basename(path)).slice(0, kept).join('');
  return join(dirname(path), `.${name}.${randomUUID()}.${ending}`);
}
