import type { Batch, BatchSource } from '../samples/batch.ts';

/**
 * One end of the way between two threads: a `MessagePort`, in browsers also a `Worker` and, inside it,
 * `self`.
 */
export interface BatchPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  /** Ports wait for it. */
  start?(): void;
}

interface Request {
  readonly id: number;
  readonly step: number;
}

type Answer =
  | { readonly id: number; readonly batch: Batch }
  | { readonly id: number; readonly error: unknown };

/** Makes the batches that the other end asks for, one after the other; their arrays are handed over. */
export function answerBatches(port: BatchPort, source: Pick<BatchSource, 'batch'>): void {
  const answer = async ({ id, step }: Request) => {
    try {
      const batch = await source.batch(step);
      const arrays = Object.values(batch).filter((value) => ArrayBuffer.isView(value));
      const buffers = arrays.map(({ buffer }) => buffer as ArrayBuffer);
      port.postMessage({ id, batch } satisfies Answer, [...new Set(buffers)]);
    } catch (error) {
      port.postMessage({ id, error } satisfies Answer, []);
    }
  };
  let last: Promise<void> = Promise.resolve();
  port.addEventListener('message', ({ data }) => {
    last = last.then(() => answer(data as Request));
  });
  port.start?.();
}

/** Batches that another thread makes. */
export interface RemoteBatches extends Pick<BatchSource, 'batch'> {
  /** To be called where the other thread has ended: what it was asked for, and all from then on, fails. */
  fail(error: unknown): void;
}

/** Asks the other end, where `answerBatches` is, for batches. Its errors are thrown as they arrive here. */
export function batchesThrough(port: BatchPort): RemoteBatches {
  const waiting = new Map<
    number,
    { readonly resolve: (batch: Batch) => void; readonly reject: (error: unknown) => void }
  >();
  let failure: { readonly error: unknown } | undefined;
  let asked = 0;
  port.addEventListener('message', ({ data }) => {
    const answer = data as Answer;
    const { resolve, reject } = waiting.get(answer.id)!;
    waiting.delete(answer.id);
    if ('error' in answer) reject(answer.error);
    else resolve(answer.batch);
  });
  port.start?.();
  return {
    batch: (step) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure.error);
        const id = asked++;
        waiting.set(id, { resolve, reject });
        port.postMessage({ id, step } satisfies Request, []);
      }),
    fail(error) {
      failure ??= { error };
      for (const { reject } of waiting.values()) reject(failure.error);
      waiting.clear();
    },
  };
}
