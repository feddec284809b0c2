import type { Storage } from './tensor-view.ts';

/** A PyTorch checkpoint whose structure is read, its numbers not yet. */
export interface TorchFile {
  /** What was saved: tensors are views of storages. */
  readonly value: unknown;
  /** Where the numbers of a storage begin in the file. */
  readonly offsetOf: (storage: Storage) => number;
}
