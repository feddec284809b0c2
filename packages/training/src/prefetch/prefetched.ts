import { nextTurn } from '@sts-net/inference';
import type { Batch, BatchSource } from '../samples/batch.ts';

export interface PrefetchOptions {
  /** How many batches are made before they are asked for. @default 1 */
  readonly ahead?: number;
  /** Length of the whole training: no batch is made beyond it. @default without end */
  readonly steps?: number;
}

/**
 * A source whose next batches are made while a step runs, where what makes them leaves this thread: a
 * worker, files, an engine that computes elsewhere. The batches are those of `source`, in whatever
 * order they are asked for; one that cannot be made is an error of the step that needs it.
 */
export function prefetched(
  source: BatchSource,
  { ahead = 1, steps = Number.POSITIVE_INFINITY }: PrefetchOptions = {},
): BatchSource {
  const made = new Map<number, Promise<Batch>>();
  let latest: number | undefined;
  const make = async (step: number) => source.batch(step);
  const prepare = (step: number) => {
    if (made.has(step)) return;
    const batch = make(step);
    batch.catch(() => undefined);
    made.set(step, batch);
  };
  return {
    stepsPerEpoch: source.stepsPerEpoch,
    async batch(step) {
      latest = step;
      const own = made.get(step) ?? make(step);
      for (const known of made.keys()) {
        if (known <= step || known > step + ahead) made.delete(known);
      }
      const batch = await own;
      // By then the caller's step is under way.
      void nextTurn().then(() => {
        if (latest !== step) return;
        for (let next = step + 1; next <= step + ahead && next < steps; next++) prepare(next);
      });
      return batch;
    },
  };
}
