import type { BackendInfo } from '@sts-net/backend';
import { volumeOf } from '../files/plain-volume.ts';
import type { Found, ModelToOpen, OpenNetwork, Progress } from '../prediction/open-network.ts';
import { type Answer, errorOf, type PlainFound, type Question } from './messages.ts';
import { startWorker, type WorkerLike } from './start-worker.ts';

/** The worker of a network. */
type NetworkWorker = WorkerLike<Question, Answer>;

/** How long a worker that was asked to stop may go on before it is ended, milliseconds. */
const patience = 100;

/**
 * A network in a worker. What is cancelled ends within two tenths of a second, if need be with the
 * worker; the next segmentation then starts another.
 *
 * @throws NoWorkerError if the worker's program cannot be started
 */
export async function openWorkerNetwork(
  createWorker: () => NetworkWorker,
  model: ModelToOpen,
): Promise<OpenNetwork> {
  let { worker, engine }: Partial<Opened> = await start(createWorker, model);
  /** Until what was cancelled has ended, with or without its worker. */
  let idle: Promise<unknown> = Promise.resolve();
  return {
    engine,
    async segment(input, options, { signal, onProgress }) {
      await idle;
      onProgress?.({ stage: 'start', done: 0, total: 1 });
      worker ??= (await start(createWorker, model)).worker;
      onProgress?.({ stage: 'start', done: 1, total: 1 });
      const running = worker;
      const answer = ask(running, { ask: 'segment', input, options }, onProgress);
      if (signal === undefined) return found(await answer);
      const stopped = new Promise<never>((_, reject) => {
        const stop = () => {
          running.postMessage({ ask: 'cancel' });
          const ended = new Promise<void>((resolve) => {
            const end = setTimeout(() => {
              running.terminate();
              if (worker === running) worker = undefined;
              resolve();
            }, patience);
            answer.catch(() => {}).then(() => clearTimeout(end));
          });
          idle = Promise.race([answer.catch(() => {}), ended]);
          reject(signal.reason);
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
        const done = () => signal.removeEventListener('abort', stop);
        answer.then(done, done);
      });
      return found(await Promise.race([answer, stopped]));
    },
    close() {
      worker?.terminate();
      worker = undefined;
    },
  };
}

interface Opened {
  readonly worker: NetworkWorker;
  readonly engine: BackendInfo;
}

async function start(createWorker: () => NetworkWorker, model: ModelToOpen): Promise<Opened> {
  const worker = await startWorker(createWorker);
  try {
    const answer = await ask(worker, { ask: 'open', model });
    return { worker, engine: (answer as Extract<Answer, { tell: 'opened' }>).engine };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

/** What a worker tells at the end of a question. */
function ask(
  worker: NetworkWorker,
  question: Question,
  onProgress: (progress: Progress) => void = () => {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.tell === 'progress') onProgress(data.progress);
      else if (data.tell === 'failed') reject(errorOf(data.error));
      else resolve(data);
    };
    worker.onerror = ({ message }) => {
      reject(new Error(`the worker broke down: ${message || 'out of memory?'}; open it again`));
    };
    worker.postMessage(question);
  });
}

function found(answer: Answer): Found {
  const { labels, probabilities, image, ...rest } = (answer as { readonly found: PlainFound })
    .found;
  return {
    ...rest,
    labels: volumeOf(labels),
    probabilities: probabilities.map(volumeOf),
    image: volumeOf(image),
  };
}
