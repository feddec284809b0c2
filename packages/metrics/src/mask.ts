import { position } from './grid.ts';

/**
 * Labels as a mask of 0 and 1: 1 where they equal `label`, or without one where they are above 0.
 *
 * @throws RangeError where a label is negative, fractional or NaN
 */
export function binaryMask(
  values: ArrayLike<number>,
  shape: readonly number[],
  label: number | undefined,
  where: string,
): Uint8Array {
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < mask.length; i++) {
    const value = values[i]!;
    if (value >>> 0 !== value) {
      throw new RangeError(
        `${where}: labels must be whole numbers of at least 0, got ${value} at ${position(i, shape)}`,
      );
    }
    mask[i] = (label === undefined ? value !== 0 : value === label) ? 1 : 0;
  }
  return mask;
}
