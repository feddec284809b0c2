import { expect, test } from 'vitest';
import type { ModelToOpen } from '../src/prediction/open-network.ts';
import type { Answer, PlainFound, Question } from '../src/worker/messages.ts';
import type { WorkerLike as AnyWorker } from '../src/worker/start-worker.ts';
import { openWorkerNetwork } from '../src/worker/worker-network.ts';

type WorkerLike = AnyWorker<Question, Answer>;

const model = { weights: new Blob(), subject: 'x' } as unknown as ModelToOpen;
const engine = { name: 'wasm', device: 'cpu', threads: 1, reason: '', advice: '' } as const;
const voxels = { data: Uint8Array.of(1), shape: [1, 1, 1], stride: [1, 1, 1], offset: 0 };
const plain = {
  labels: { voxels, spacing: [1, 1, 1], affine: [] },
  probabilities: [],
  image: { voxels, spacing: [1, 1, 1], affine: [] },
  lesions: [],
  flat: false,
  warnings: [],
  seconds: 1,
} as unknown as PlainFound;

/** Workers whose program is `answer`; whether each has been ended. */
function workers(answer: (question: Question, tell: (answer: Answer) => void) => void) {
  const made: { isEnded: boolean }[] = [];
  const create = (): WorkerLike => {
    const state = { isEnded: false };
    made.push(state);
    const worker: WorkerLike = {
      onmessage: null,
      onerror: null,
      postMessage: (question) => setTimeout(() => answer(question, tell)),
      terminate: () => {
        state.isEnded = true;
      },
    };
    const tell = (data: Answer) => {
      if (!state.isEnded)
        worker.onmessage?.({ data: structuredClone(data) } as MessageEvent<Answer>);
    };
    setTimeout(() => tell({ tell: 'ready' }));
    return worker;
  };
  return { made, create };
}

const input = [{ name: '', content: new Uint8Array(1) }];

test('volumes come back with their methods, and progress is told', async () => {
  const { create, made } = workers((question, tell) => {
    if (question.ask === 'open') tell({ tell: 'opened', engine });
    else {
      tell({ tell: 'progress', progress: { stage: 'predict', done: 1, total: 1 } });
      tell({ tell: 'found', found: plain });
    }
  });
  const network = await openWorkerNetwork(create, model);
  expect(network.engine).toEqual(engine);
  const stages: string[] = [];
  const found = await network.segment(input, {}, { onProgress: ({ stage }) => stages.push(stage) });
  expect(found.labels.voxels.get(0, 0, 0)).toBe(1);
  expect(stages).toEqual(['start', 'start', 'predict']);
  network.close();
  expect(made).toEqual([{ isEnded: true }]);
});

test('a worker that goes on after an abort is ended, and the next segmentation starts another', async () => {
  let isDeaf = true;
  const { create, made } = workers((question, tell) => {
    if (question.ask === 'open') tell({ tell: 'opened', engine });
    else if (question.ask === 'segment' && !isDeaf) tell({ tell: 'found', found: plain });
  });
  const network = await openWorkerNetwork(create, model);
  const stop = new AbortController();
  const first = network.segment(input, {}, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 10);
  await expect(first).rejects.toThrow('enough');
  await expect.poll(() => made[0]!.isEnded).toBe(true);
  isDeaf = false;
  expect((await network.segment(input, {}, {})).seconds).toBe(1);
  expect(made.map(({ isEnded }) => isEnded)).toEqual([true, false]);
});

test('a worker that stops by itself is kept', async () => {
  let isFirst = true;
  const error = { name: 'AbortError', message: 'stopped' };
  const { create, made } = workers((question, tell) => {
    if (question.ask === 'open') tell({ tell: 'opened', engine });
    else if (question.ask === 'cancel') tell({ tell: 'failed', error });
    else if (isFirst) isFirst = false;
    else tell({ tell: 'found', found: plain });
  });
  const network = await openWorkerNetwork(create, model);
  const stop = new AbortController();
  const first = network.segment(input, {}, { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  expect((await network.segment(input, {}, {})).seconds).toBe(1);
  expect(made).toEqual([{ isEnded: false }]);
});

test('errors keep their kind and name', async () => {
  let error = { name: 'RangeError', message: 'too large' };
  const { create } = workers((question, tell) => {
    if (question.ask === 'open') tell({ tell: 'opened', engine });
    else tell({ tell: 'failed', error });
  });
  const network = await openWorkerNetwork(create, model);
  await expect(network.segment(input, {}, {})).rejects.toThrow(RangeError);
  error = { name: 'VolumeFormatError', message: 'a.nii: damaged' };
  await expect(network.segment(input, {}, {})).rejects.toMatchObject(error);
});

test('where no worker can be had, and where it fails to open, errors differ', async () => {
  const refused = () => {
    throw new Error('not allowed');
  };
  await expect(openWorkerNetwork(refused, model)).rejects.toMatchObject({
    name: 'NoWorkerError',
    message: 'a worker is refused: not allowed',
  });
  const silent = (): WorkerLike => {
    const worker: WorkerLike = {
      ...{ onmessage: null, onerror: null },
      ...{ postMessage: () => {}, terminate: () => {} },
    };
    setTimeout(() => worker.onerror?.({ message: '' } as ErrorEvent));
    return worker;
  };
  await expect(openWorkerNetwork(silent, model)).rejects.toMatchObject({ name: 'NoWorkerError' });
  const { create, made } = workers((_, tell) =>
    tell({ tell: 'failed', error: { name: 'Error', message: 'no engine' } }),
  );
  await expect(openWorkerNetwork(create, model)).rejects.toThrow('no engine');
  expect(made).toEqual([{ isEnded: true }]);
});
