/** Intensities with their labels, 0 or 1, one for each. */
export interface Labelled {
  readonly intensities: Float32Array;
  readonly labels: Uint8Array;
}

/**
 * The best that a single threshold can do: of all rules "lesion where the intensity is at least the
 * threshold", the one with the highest Dice over all of `images` together.
 *
 * @returns the threshold, and its Dice on `images`, 0 … 1
 * @throws RangeError if there is no lesion pixel to choose by.
 */
export function bestThreshold(images: readonly Labelled[]): {
  readonly threshold: number;
  readonly dice: number;
} {
  const all = joined(images.map(({ intensities }) => intensities)).sort();
  const lesion = joined(
    images.map(({ intensities, labels }) => intensities.filter((_, i) => labels[i] !== 0)),
  ).sort();
  if (lesion.length === 0) {
    throw new RangeError('`bestThreshold`: the images must hold lesion pixels, got none');
  }
  let best = { threshold: Number.POSITIVE_INFINITY, dice: 0 };
  // From the highest lesion intensity down: a threshold between two of them only adds false alarms.
  let above = 0;
  for (let found = 1; found <= lesion.length; found++) {
    const threshold = lesion[lesion.length - found]!;
    if (found < lesion.length && lesion[lesion.length - found - 1] === threshold) continue;
    while (above < all.length && all[all.length - 1 - above]! >= threshold) above++;
    const dice = (2 * found) / (above + lesion.length);
    if (dice > best.dice) best = { threshold, dice };
  }
  return best;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}
