/**
 * A row of numbers that is written and read in parts: what networks say of a volume may be more than fits
 * into memory, and lies where the runtime has room.
 */
export interface NumberStore {
  /** Keeps numbers from a place on. */
  write(at: number, values: Float32Array): void;
  /** As many numbers from a place on; not to be changed. */
  read(at: number, count: number): Float32Array;
  /** Gives its room back. */
  release(): void;
}

/** Makes room for as many numbers, zeros at first. */
export type CreateStore = (count: number) => NumberStore;

/** Keeps numbers in memory. */
export const inMemory: CreateStore = (count) => {
  let numbers = new Float32Array(count);
  return {
    write: (at, values) => numbers.set(values, at),
    read: (at, length) => numbers.subarray(at, at + length),
    release: () => {
      numbers = new Float32Array(0);
    },
  };
};
