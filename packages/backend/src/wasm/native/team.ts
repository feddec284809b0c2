// Threads that work in the memory of the WASM backend. Each waits at its own place of that memory, and is called by
// numbers written there: no message goes to and fro, so that a call costs microseconds.
import type { NativeKernels } from './native-kernels.ts';
import { shares } from './shares.ts';

/** Bytes of a place: the call's state, the function's number, how many arguments, and these as float64 from byte 16 on. */
export const PLACE_BYTES = 256;

export const IDLE = 0;
export const CALLED = 1;
export const FAILED = 2;

/** Multiply-adds, or numbers read, for which another thread is worth its call. */
const WORTH = 1 << 17;

/** Native kernels, run by this thread and by others at the same time. */
export class Team {
  /** This thread's. */
  readonly kernels: NativeKernels;
  readonly #places: readonly Place[];
  readonly #names: readonly string[];

  /** @param places where each of the other threads waits, in bytes of the memory */
  constructor(kernels: NativeKernels, memory: WebAssembly.Memory, places: readonly number[] = []) {
    this.kernels = kernels;
    this.#names = Object.keys(kernels);
    this.#places = places.map((address) => ({
      state: new Int32Array(memory.buffer, address, 3),
      numbers: new Float64Array(memory.buffer, address + 16, (PLACE_BYTES - 16) / 8),
    }));
  }

  /** Threads, this one among them. */
  get size(): number {
    return this.#places.length + 1;
  }

  /** How many threads are worth their calls for so many multiply-adds. */
  parts(work: number): number {
    return Math.max(1, Math.min(this.size, Math.floor(work / WORTH)));
  }

  /**
   * Calls a function once for each share of `total`, in whole units, among as many threads as are worth it.
   *
   * @param numbers its arguments for what lies from `first` up to `last`, the share's number being `part`
   */
  share(
    name: keyof NativeKernels,
    { total, unit, work }: Shared,
    numbers: (first: number, last: number, part: number) => readonly number[],
  ): void {
    const parts = this.parts(work);
    // Most calls are small, and some sums make many thousands of them.
    if (parts === 1) this.kernels[name](...numbers(0, total, 0));
    else
      this.run(
        name,
        shares(total, parts, unit).map(([first, last], i) => numbers(first, last, i)),
      );
  }

  /** Calls a function once with each list of arguments, at most `size` lists, and returns after the last has ended. */
  run(name: keyof NativeKernels, calls: readonly (readonly number[])[]): void {
    const [own, ...others] = calls;
    const called = others.map((numbers, i) => this.#call(this.#places[i]!, name, numbers));
    try {
      this.kernels[name](...own!);
    } finally {
      for (const place of called) join(place.state);
    }
    const states = called.map(({ state }) => Atomics.exchange(state, 0, IDLE));
    if (states.includes(FAILED)) {
      throw new Error(`wasm backend: \`${name}\` failed in a thread.`);
    }
  }

  #call(place: Place, name: string, numbers: readonly number[]): Place {
    const { state } = place;
    place.numbers.set(numbers);
    state[1] = this.#names.indexOf(name);
    state[2] = numbers.length;
    Atomics.store(state, 0, CALLED);
    Atomics.notify(state, 0);
    return place;
  }
}

/** What threads share. */
interface Shared {
  readonly total: number;
  /** What is never cut. @default 1 */
  readonly unit?: number;
  /** Multiply-adds of all of it. */
  readonly work: number;
}

interface Place {
  readonly state: Int32Array;
  readonly numbers: Float64Array;
}

let mayWait = true;

/** Returns once a call has ended. A page's own thread may not sleep: it looks again and again. */
function join(state: Int32Array): void {
  while (Atomics.load(state, 0) === CALLED) {
    if (!mayWait) continue;
    try {
      Atomics.wait(state, 0, CALLED);
    } catch {
      mayWait = false;
    }
  }
}
