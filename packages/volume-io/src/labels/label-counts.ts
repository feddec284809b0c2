import { checkVolume, type Volume } from '../volume/volume.ts';
import { addWrong, type LabelWords, noLabels } from './no-labels.ts';
import { wholeNumbers } from './whole-numbers.ts';

/**
 * The whole numbers that a mask holds, read as `labelsOf` reads them, and how many voxels hold each.
 * Any whole number is counted, also negative ones, so this tells which rule a mask needs.
 * @returns numbers in ascending order
 * @throws {RangeError} if a voxel holds a fraction, infinity or NaN, as in `labelsOf`
 */
export function labelCounts(volume: Volume, words: LabelWords = {}): ReadonlyMap<number, number> {
  checkVolume('labelCounts', volume);
  const { values, wholeOf } = wholeNumbers(volume);
  const counts = new Map<number, number>();
  const wrong = { count: 0, value: 0, at: 0 };
  for (let i = 0; i < values.length; ) {
    const value = values[i]!;
    const start = i++;
    while (i < values.length && values[i] === value) i++;
    const whole = wholeOf(value);
    if (whole === undefined) addWrong(wrong, value, start, i - start);
    else counts.set(whole, (counts.get(whole) ?? 0) + i - start);
  }
  if (wrong.count > 0) {
    throw noLabels(volume, wrong, undefined, { requirement: 'whole numbers' }, words);
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}
