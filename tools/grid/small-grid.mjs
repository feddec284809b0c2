// What the lanes of grids plan: a training of a second that saves after each step, and three test cases.
import { writeSmallConfig } from '../lanes/small-run.mjs';

/** Writes the cases and `config.json` into the folder. */
export function writeGridBase(folder) {
  const length = { steps: 4, batchSize: 2, validation: { every: 2 }, saveEvery: 1 };
  const training = { ...length, patch: { size: 16 }, workers: 0 };
  return writeSmallConfig(folder, { training }, ['d', 'e', 'f']);
}
