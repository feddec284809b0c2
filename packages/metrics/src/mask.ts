import { type LabelGrid, position } from './grid.ts';
import { gridPair } from './pair.ts';
import { checkSpacing } from './spacing.ts';

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

/** What all scores of grids take. */
export interface MaskPairOptions {
  readonly label?: number;
  readonly spacing?: readonly number[];
}

/** A prediction and its truth as masks of 0 and 1, on one grid. */
export interface MaskPair {
  readonly masks: readonly [prediction: Uint8Array, truth: Uint8Array];
  readonly shape: readonly number[];
  /** mm. */
  readonly spacing: readonly number[];
}

/**
 * Reads a prediction and its truth on behalf of the function and case that `where` names.
 *
 * @throws RangeError where shapes differ, the spacing does not fit, or as `binaryMask`
 */
export function maskPair(
  prediction: LabelGrid,
  truth: LabelGrid,
  { label, spacing }: MaskPairOptions,
  where: string,
): MaskPair {
  const pair = gridPair(prediction, truth, where);
  const { shape } = pair;
  const mask = (role: 'prediction' | 'truth') =>
    binaryMask(pair[role], shape, label, `${where}: ${role}`);
  return {
    spacing: checkSpacing(spacing, shape, where),
    masks: [mask('prediction'), mask('truth')],
    shape,
  };
}
