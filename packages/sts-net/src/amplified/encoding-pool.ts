import type { Worker } from 'node:worker_threads';
import { startThread } from '../threads/start-thread.ts';
import type { EncodedSample, EncodingJob, EncodingSettings } from './encode-samples.ts';

/** What a worker thread says about a job. */
export type Answer = { readonly encoded: readonly EncodedSample[] } | { readonly error: unknown };

/** Jobs that a thread has or waits for: one to work on, one so that it need not wait. */
const JOBS_PER_WORKER = 2;

/**
 * Encodes samples in worker threads and yields the results in the order of the jobs. The arrays of
 * the jobs are handed over; no more than two jobs for each thread are in memory at a time.
 *
 * @throws Error of the first job that failed, naming its sample.
 */
export async function* encodeInWorkers(
  jobs: AsyncIterable<EncodingJob>,
  settings: EncodingSettings,
  workers: number,
): AsyncGenerator<readonly EncodedSample[]> {
  const threads = Array.from({ length: workers }, () => new EncodingThread(settings));
  const pending: Promise<readonly EncodedSample[]>[] = [];
  try {
    for await (const job of jobs) {
      const thread = threads.reduce((a, b) => (b.load < a.load ? b : a));
      const result = thread.encode(job);
      // A failure is reported when its turn comes.
      result.catch(() => undefined);
      pending.push(result);
      if (pending.length === JOBS_PER_WORKER * workers) yield await pending.shift()!;
    }
    for (const result of pending) yield await result;
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

interface Waiting {
  readonly resolve: (encoded: readonly EncodedSample[]) => void;
  readonly reject: (error: unknown) => void;
}

class EncodingThread {
  readonly #worker: Worker;
  /** The jobs that are not answered, oldest first. */
  readonly #waiting: Waiting[] = [];
  #failure: unknown;

  constructor(settings: EncodingSettings) {
    this.#worker = startThread('encoding-worker', import.meta.url, { workerData: settings });
    this.#worker.on('message', (answer: Answer) => {
      const { resolve, reject } = this.#waiting.shift()!;
      if ('error' in answer) reject(answer.error);
      else resolve(answer.encoded);
    });
    this.#worker.on('error', (error) => {
      this.#failure = error;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  get load(): number {
    return this.#waiting.length;
  }

  encode(job: EncodingJob): Promise<readonly EncodedSample[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(job, [job.image.buffer, job.mask.buffer]);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
