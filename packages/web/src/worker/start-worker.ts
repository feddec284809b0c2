/** What is used of a browser's `Worker`, which takes questions and gives answers. */
export interface WorkerLike<Question, Answer> {
  postMessage(message: Question): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Answer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** No worker can be had here. */
export class NoWorkerError extends Error {
  override readonly name = 'NoWorkerError';
}

/**
 * Starts a worker, and waits until its program runs.
 *
 * @throws NoWorkerError if the worker's program cannot be started
 */
export async function startWorker<Question, Answer>(
  createWorker: () => WorkerLike<Question, Answer>,
): Promise<WorkerLike<Question, Answer>> {
  let worker: WorkerLike<Question, Answer>;
  try {
    worker = createWorker();
  } catch (cause) {
    throw new NoWorkerError(`a worker is refused: ${(cause as Error).message}`, { cause });
  }
  await new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => {
      worker.terminate();
      const reason = message || 'its address is not served, or a policy (worker-src) forbids it';
      reject(new NoWorkerError(`the worker's program does not start: ${reason}`));
    };
  });
  return worker;
}
