import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import {
  answerBatches,
  type Batch,
  type BatchPort,
  batchesThrough,
  emptyBatch,
  prefetched,
} from '../src/index.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The batch of a step holds the step's number. */
function batchOf(step: number): Batch {
  const batch = emptyBatch({ count: 1, height: 1, width: 1, channels: 1, classes: 2 });
  batch.images[0] = step;
  return { ...batch, ids: [`step ${step}`], lesions: [step] };
}

/** A source that says which batches it was asked for, and makes them when told. */
function slowSource() {
  const asked: number[] = [];
  const making = new Map<number, PromiseWithResolvers>();
  return {
    asked,
    finish: (step: number, error?: Error) => {
      const { resolve, reject } = making.get(step)!;
      if (error === undefined) resolve(batchOf(step));
      else reject(error);
    },
    source: {
      stepsPerEpoch: 5,
      batch: (step: number) => {
        asked.push(step);
        return new Promise<Batch>((resolve, reject) => making.set(step, { resolve, reject }));
      },
    },
  };
}

interface PromiseWithResolvers {
  readonly resolve: (batch: Batch) => void;
  readonly reject: (error: unknown) => void;
}

describe('prefetched', () => {
  it('asks for the next batch when a step is under way, for none twice, and for none beyond the end', async () => {
    const { source, asked, finish } = slowSource();
    const ahead = prefetched(source, { steps: 3 });
    expect(ahead.stepsPerEpoch).toBe(5);
    const first = ahead.batch(0);
    await turn();
    expect(asked).toEqual([0]);
    finish(0);
    expect((await first).images[0]).toBe(0);
    // Not before the caller has the batch and begins its step.
    expect(asked).toEqual([0]);
    await turn();
    expect(asked).toEqual([0, 1]);
    finish(1);
    expect((await ahead.batch(1)).images[0]).toBe(1);
    await turn();
    finish(2);
    expect((await ahead.batch(2)).images[0]).toBe(2);
    await turn();
    expect(asked).toEqual([0, 1, 2]);
  });

  it('keeps as many ready as are asked for', async () => {
    const { source, asked, finish } = slowSource();
    const ahead = prefetched(source, { ahead: 3 });
    const first = ahead.batch(7);
    finish(7);
    await first;
    await turn();
    expect(asked).toEqual([7, 8, 9, 10]);
    // Whichever is ready first.
    for (const step of [10, 8, 9]) finish(step);
    const got = [];
    for (const step of [8, 9, 10]) got.push((await ahead.batch(step)).images[0]);
    expect(got).toEqual([8, 9, 10]);
    await turn();
    expect(asked).toEqual([7, 8, 9, 10, 11, 12, 13]);
  });

  it('gives the batch of any step, and forgets those that are not needed', async () => {
    const made: number[] = [];
    const source = {
      stepsPerEpoch: 1,
      batch: async (step: number) => {
        made.push(step);
        return batchOf(step);
      },
    };
    const ahead = prefetched(source);
    for (const step of [0, 5, 2, 2]) {
      expect((await ahead.batch(step)).images[0]).toBe(step);
      await turn();
    }
    expect(made).toEqual([0, 1, 5, 6, 2, 3, 2]);
    // A batch is the caller's, so none is handed out twice.
    const [one, other] = [await ahead.batch(2), await ahead.batch(2)];
    expect(one.images).not.toBe(other.images);
  });

  it('throws what went wrong at the step that needs it, and asks again where that is tried again', async () => {
    const { source, asked, finish } = slowSource();
    const ahead = prefetched(source);
    const first = ahead.batch(0);
    finish(0);
    await first;
    await turn();
    finish(1, new RangeError('no such file'));
    // Nobody has asked for it yet: no unhandled rejection.
    await turn();
    await expect(ahead.batch(1)).rejects.toThrow('no such file');
    const again = ahead.batch(1);
    finish(1);
    expect((await again).images[0]).toBe(1);
    expect(asked).toEqual([0, 1, 1]);
  });

  it('throws what a source throws at once', async () => {
    const source = {
      stepsPerEpoch: 1,
      batch: () => {
        throw new TypeError('not a promise');
      },
    };
    await expect(prefetched(source).batch(0)).rejects.toThrow('not a promise');
  });
});

describe('batches through a port', () => {
  function ports() {
    const { port1, port2 } = new MessageChannel();
    const close = () => port1.close();
    const as = (port: MessagePort) => port as unknown as BatchPort;
    return { here: as(port1), there: as(port2), close };
  }

  it('are those of the other end, whose arrays are handed over', async () => {
    const { here, there, close } = ports();
    const made: Batch[] = [];
    answerBatches(there, {
      batch: async (step) => {
        made.push(batchOf(step));
        return made.at(-1)!;
      },
    });
    const { batch } = batchesThrough(here);
    const received = await Promise.all([4, 2, 2].map(batch));
    expect(received).toEqual([4, 2, 2].map(batchOf));
    expect(made.map(({ images, labels }) => [images.length, labels.length])).toEqual(
      Array(3).fill([0, 0]),
    );
    close();
  });

  it('are made one after the other', async () => {
    const { here, there, close } = ports();
    let running = 0;
    let most = 0;
    answerBatches(there, {
      batch: async (step) => {
        most = Math.max(most, ++running);
        await turn();
        running--;
        return batchOf(step);
      },
    });
    const { batch } = batchesThrough(here);
    await Promise.all([0, 1, 2].map(batch));
    expect(most).toBe(1);
    close();
  });

  it('fail one by one where they cannot be made, and all where the other end is gone', async () => {
    const { here, there, close } = ports();
    answerBatches(there, {
      batch: async (step) => {
        if (step === 1) throw new RangeError('case 1 is damaged');
        if (step === 3) return new Promise<Batch>(() => {});
        return batchOf(step);
      },
    });
    const { batch, fail } = batchesThrough(here);
    const [zero, one, two] = await Promise.allSettled([0, 1, 2].map(batch));
    expect([zero!.status, two!.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(one).toMatchObject({ reason: new RangeError('case 1 is damaged') });
    const never = batch(3);
    fail(new Error('it is gone'));
    await expect(never).rejects.toThrow('it is gone');
    await expect(batch(4)).rejects.toThrow('it is gone');
    close();
  });
});
