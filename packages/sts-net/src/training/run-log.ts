import { appendFile, readFile } from 'node:fs/promises';
import { fileError } from '../files/file-error.ts';
import { writeFileAtomic } from '../files/write-file-atomic.ts';
import type { TrainEvent } from './train-event.ts';

/**
 * The log of a run: one JSON object a line. On resuming, lines of steps after the checkpoint, which
 * will be run again, are cut off.
 */
export class RunLog {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @param step the step that the run goes on from */
  static async open(path: string, step: number): Promise<RunLog> {
    const lines = step === 0 ? [] : (await readLog(path)).filter((event) => event.step <= step);
    await writeFileAtomic(path, lines.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return new RunLog(path);
  }

  async append(event: TrainEvent): Promise<void> {
    const line = JSON.stringify({ ...event, time: new Date().toISOString() });
    try {
      await appendFile(this.#path, `${line}\n`);
    } catch (cause) {
      throw fileError(this.#path, 'write', cause);
    }
  }
}

/** The events of a log; a last line that was cut off by a kill is left out. */
export async function readLog(path: string): Promise<readonly TrainEvent[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileError(path, 'read', cause);
  }
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line, i): TrainEvent => {
    try {
      return JSON.parse(line) as TrainEvent;
    } catch (cause) {
      throw new SyntaxError(
        `'${path}': line ${i + 1} must be a JSON object; remove the line and try again`,
        { cause },
      );
    }
  });
}
