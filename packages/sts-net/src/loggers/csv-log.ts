import { appendFile, readFile } from 'node:fs/promises';
import { fileError, writeFileAtomic } from '@sts-net/datasets/files';
import type { TrainEvent } from './run-log.ts';
import { scalarsOf } from './scalars.ts';

const header = 'step,name,value';

/**
 * Writes the numbers of a run as a table, one a line: `step,name,value`, the names those of
 * TensorBoard's tags. A run that is gone on with goes on with its table; lines of steps that are run
 * again are taken out.
 *
 * @param path a `.csv` file
 * @throws Error naming the file, if it cannot be written.
 */
export function csvLog(path: string): (event: TrainEvent) => Promise<void> {
  return async (event) => {
    if (event.event === 'start') {
      const kept = event.step === 0 ? [] : await linesUntil(path, event.step);
      await writeFileAtomic(path, [header, ...kept, ''].join('\n'));
      return;
    }
    const lines = scalarsOf(event).map(({ tag, value }) => `${event.step},${tag},${value}\n`);
    if (lines.length === 0) return;
    try {
      await appendFile(path, lines.join(''));
    } catch (cause) {
      throw fileError(path, 'write', cause);
    }
  };
}

/** The lines of steps up to this one; a last line that was cut off by a kill is left out. */
async function linesUntil(path: string, step: number): Promise<readonly string[]> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').slice(1, -1);
    return lines.filter((line) => Number.parseInt(line, 10) <= step);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileError(path, 'read', cause);
  }
}
