/** A queue has no place left. */
export class QueueFullError extends Error {
  /** When a place may be free, as the last jobs took. */
  readonly seconds: number;

  constructor(waiting: number, seconds: number) {
    super(`all ${waiting} places are taken; try again in about ${seconds} s`);
    this.seconds = seconds;
  }
}

/** A place in a queue. */
export interface QueuePlace {
  /**
   * Does the work when it is its turn.
   *
   * @param signal leaves the queue; during the work it is the work that heeds it
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Gives the place back. */
  leave(): void;
}

/** Jobs one after the other, in the order in which they came; of some only so many may wait. */
export class JobQueue {
  readonly #places: number;
  #taken = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Of the last job. */
  #seconds = 5;

  /** @param waiting how many jobs that ask for a place may wait beside the one that runs */
  constructor(waiting: number) {
    this.#places = waiting + 1;
  }

  /** How many places are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** @throws QueueFullError if no place is left */
  admit(): QueuePlace {
    if (this.#taken >= this.#places) {
      throw new QueueFullError(
        this.#places,
        Math.min(3600, Math.ceil(this.#seconds * this.#taken) + 1),
      );
    }
    this.#taken++;
    let isHere = true;
    return {
      run: (work, signal) => this.run(work, signal),
      leave: () => {
        if (isHere) this.#taken--;
        isHere = false;
      },
    };
  }

  /** Does the work when it is its turn, whatever places are taken. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last;
    let done: () => void = () => {};
    this.#last = new Promise<void>((resolve) => (done = resolve));
    try {
      await untilAborted(before, signal);
    } catch (error) {
      void before.then(done);
      throw error;
    }
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.#seconds = (performance.now() - begun) / 1000;
      done();
    }
  }
}

/** @throws the signal's reason as soon as it aborts */
async function untilAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([promise, aborted]);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
