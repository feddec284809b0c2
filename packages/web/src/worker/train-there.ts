import type { JobControl, JobResult, KeptFile, TrainingJob } from '../training/train-job.ts';
import { errorOf, plainError } from './messages.ts';
import type { WorkerLike } from './start-worker.ts';
import type { TrainingAnswer, TrainingQuestion } from './training-messages.ts';

/**
 * `trainJob` in a worker, which is ended with it, so that its memory is given back.
 *
 * @throws as `trainJob`; Error if the worker breaks down
 */
export function trainThere(
  worker: WorkerLike<TrainingQuestion, TrainingAnswer>,
  job: TrainingJob,
  { signal, onEvent, save }: JobControl,
): Promise<JobResult> {
  let hasStarted = false;
  const keep = async (file: KeptFile, content: Blob): Promise<TrainingQuestion> => {
    try {
      await save(file, content);
      return { ask: 'go on' };
    } catch (error) {
      return { ask: 'go on', error: plainError(error) };
    }
  };
  const over = new AbortController();
  return new Promise<JobResult>((resolve, reject) => {
    const take = async (answer: TrainingAnswer): Promise<void> => {
      if (answer.tell === 'save') worker.postMessage(await keep(answer.file, answer.content));
      else if (answer.tell === 'failed') throw errorOf(answer.error);
      else if (answer.tell === 'trained') resolve(answer.result);
      else if (answer.tell === 'event') {
        hasStarted ||= answer.event.event === 'start';
        onEvent(answer.event);
      }
    };
    worker.onmessage = ({ data }) => void take(data).catch(reject);
    worker.onerror = ({ message }) => {
      const reason = message || 'out of memory?';
      reject(
        new Error(
          `the worker that trains broke down: ${reason}; what was saved stays, and \`resume\` goes on from there`,
        ),
      );
    };
    const end = () => {
      // Before the first step there is nothing to be finished or saved.
      if (hasStarted) worker.postMessage({ ask: 'stop' });
      else reject(signal?.reason);
    };
    signal?.addEventListener('abort', end, { once: true, signal: over.signal });
    if (signal?.aborted) end();
    else worker.postMessage({ ask: 'train', job });
  }).finally(() => {
    over.abort();
    worker.terminate();
  });
}
