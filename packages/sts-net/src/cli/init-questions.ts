import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { Interrupted } from './interruption.ts';
import { say } from './say.ts';

/** Something that a person is asked. */
export interface Question<T> {
  readonly text: string;
  /** What is taken where nothing is typed; undefined where there must be an answer. */
  readonly usual?: string | undefined;
  /** Throws what is wrong with an answer, which is then asked for again. */
  readonly read: (answer: string) => T | Promise<T>;
}

/** Asks questions one after the other. */
export interface Questions {
  ask<T>(question: Question<T>): Promise<T>;
  /** Gives the terminal back. */
  close(): void;
}

/** Asks on a terminal; an interrupt, or an input that ends, throws `Interrupted`. */
export function askOn(
  input: Readable = process.stdin,
  output: Writable = process.stderr,
): Questions {
  const lines = createInterface({ input, output });
  const stopped = new AbortController();
  const stop = (): void => stopped.abort(new Interrupted('interrupted: nothing was written', 130));
  lines.on('SIGINT', stop);
  lines.on('close', stop);
  return {
    async ask({ text, usual, read }) {
      for (;;) {
        stopped.signal.throwIfAborted();
        const prompt = `${text}${usual === undefined ? '' : ` [${usual}]`}: `;
        const answer = await lines
          .question(prompt, { signal: stopped.signal })
          .catch(() => stopped.signal.throwIfAborted());
        const given = answer?.trim() || usual;
        if (given === undefined) continue;
        try {
          return await read(given);
        } catch (error) {
          say('error', (error as Error).message);
        }
      }
    },
    close() {
      lines.off('close', stop);
      lines.close();
    },
  };
}
