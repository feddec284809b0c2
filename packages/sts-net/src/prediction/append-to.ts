import { appendFile } from 'node:fs/promises';
import { fileError } from '@sts-net/datasets/files';

/** What appends to a file; short lines do not mix, whoever else writes. */
export function appendTo(path: string): (line: string) => Promise<void> {
  return (line) =>
    appendFile(path, line).catch((cause) => {
      throw fileError(path, 'write', cause);
    });
}
