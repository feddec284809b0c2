// What runs in the worker of a training: it trains one job.

import { trainJob } from './training/train-job.ts';
import { errorOf, type PlainError, plainError } from './worker/messages.ts';
import type { TrainingAnswer, TrainingQuestion } from './worker/training-messages.ts';

/** A worker's own side, as far as it is used here. */
interface WorkerScope {
  postMessage(message: TrainingAnswer): void;
  onmessage: ((event: { readonly data: TrainingQuestion }) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const stop = new AbortController();
/** Called once the page has kept what it was given. */
let goOn: (error: PlainError | undefined) => void = () => {};

scope.onmessage = ({ data }) => {
  if (data.ask === 'stop') stop.abort();
  else if (data.ask === 'go on') goOn(data.error);
  else void train(data.job);
};
scope.postMessage({ tell: 'ready' });

async function train(job: Parameters<typeof trainJob>[0]): Promise<void> {
  try {
    const result = await trainJob(job, {
      signal: stop.signal,
      onEvent: (event) => scope.postMessage({ tell: 'event', event }),
      save: (file, content) =>
        new Promise((resolve, reject) => {
          goOn = (error) => (error === undefined ? resolve() : reject(errorOf(error)));
          scope.postMessage({ tell: 'save', file, content });
        }),
    });
    scope.postMessage({ tell: 'trained', result });
  } catch (error) {
    scope.postMessage({ tell: 'failed', error: plainError(error) });
  }
}
