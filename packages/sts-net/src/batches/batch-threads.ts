import { MessageChannel, type Worker } from 'node:worker_threads';
import {
  type BatchPort,
  type BatchSource,
  batchesThrough,
  prefetched,
} from '@sts-net/training/batches';
import { startThread } from '../threads/start-thread.ts';
import type { BatchPlan } from './batch-plan.ts';
import type { BatchThreadData } from './batch-worker.ts';

/** A source with something to be ended. */
export interface OpenBatches extends BatchSource {
  close(): Promise<void>;
}

/** A thread that made batches is gone. */
class ThreadEndedError extends Error {}

/**
 * The batches of a plan, each made in one of so many threads in its turn. They are those of `here`,
 * number by number. Threads begin with their first batch.
 *
 * A batch that a thread cannot make is made by `here`, so that its errors are the same with threads as
 * without.
 *
 * @param here makes the same batches in this thread
 */
export function batchesInThreads(plan: BatchPlan, here: BatchSource, workers: number): OpenBatches {
  const threads = new Map<number, BatchThread>();
  const threadOf = (step: number) => {
    const place = step % workers;
    const thread = threads.get(place) ?? new BatchThread(plan);
    threads.set(place, thread);
    return thread;
  };
  return {
    stepsPerEpoch: here.stepsPerEpoch,
    async batch(step) {
      try {
        return await threadOf(step).batch(step);
      } catch (error) {
        if (error instanceof ThreadEndedError) throw error;
        return here.batch(step);
      }
    },
    async close() {
      await Promise.all([...threads.values()].map((thread) => thread.close()));
    },
  };
}

/**
 * The batches of a training of so many steps: made while steps run, one ahead for each of the threads
 * that the plan asks for, or between the steps without a plan.
 */
export function openBatches(
  { source, plan }: { readonly source: BatchSource; readonly plan: BatchPlan | undefined },
  steps: number,
): OpenBatches {
  if (plan === undefined) return { ...source, close: async () => {} };
  const threads = batchesInThreads(plan, source, plan.workers);
  return { ...prefetched(threads, { ahead: plan.workers, steps }), close: threads.close };
}

class BatchThread {
  readonly #worker: Worker;
  readonly #close: () => void;
  readonly batch: BatchSource['batch'];

  constructor(plan: BatchPlan) {
    const { port1, port2 } = new MessageChannel();
    const batches = batchesThrough(port1 as unknown as BatchPort);
    const reading = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
    this.#worker = startThread('batch-worker', import.meta.url, {
      workerData: { plan, port: port2, reading } satisfies BatchThreadData,
      transferList: [port2],
    });
    const ended = (why: string, cause?: unknown) => {
      const one = plan.cases[reading[0]!];
      const where = one === undefined ? 'between batches' : `at case '${one.id}'`;
      batches.fail(
        new ThreadEndedError(
          `training: a worker thread that makes batches ended ${where} (${why}); set \`training.workers\` to 0 to see why, or lower \`data.cacheMegabytes\` if there was too little memory; the run goes on from its last checkpoint`,
          { cause },
        ),
      );
    };
    this.#worker.on('error', (cause) => ended(cause.message, cause));
    this.#worker.on('exit', (code) => ended(`exit code ${code}`));
    this.batch = batches.batch;
    this.#close = () => port1.close();
  }

  async close(): Promise<void> {
    this.#close();
    await this.#worker.terminate();
  }
}
