import { sayAdvice } from './engine-advice.ts';
import type { ProgressLine } from './progress-line.ts';
import { warnOnce } from './warn-once.ts';

/** What commands that predict many cases tell while they do: the engine, slices done, what is odd. */
export function telling(line: ProgressLine) {
  return {
    onEngine: sayAdvice,
    onProgress: (id: string, done: number, total: number) =>
      line.show(`slices of ${id}`, done, total),
    onWarning: warnOnce(line),
  };
}
