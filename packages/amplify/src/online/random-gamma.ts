import { changeIntensities } from './intensities.ts';
import { meanAndSpread } from './mean-and-spread.ts';
import { between, checkRange, checkShare, type Transform } from './transform.ts';

export interface RandomGammaOptions {
  /** The exponent, drawn uniformly on a logarithmic scale. @default [0.7, 1.5] */
  readonly gamma?: readonly [smallest: number, largest: number];
  /** How often the curve bends the bright end as it else bends the dark one. @default 0.25 */
  readonly inverted?: number;
}

/**
 * Bends the scale of intensities: between the image's smallest and largest number each becomes its
 * share of the range to the power of gamma, for all channels alike. Mean and standard deviation stay
 * (those are `randomIntensity`'s), so does the mask; an image of one number stays as it is. As
 * nnU-Net (Isensee et al. 2021) and MONAI's `AdjustContrast` with `retain_stats` do.
 * @throws {RangeError} if `gamma` is out of order or not positive, or `inverted` not from 0 to 1
 */
export function randomGamma(options: RandomGammaOptions = {}): Transform {
  const { gamma = [0.7, 1.5], inverted = 0.25 } = options;
  checkRange('randomGamma', 'gamma', gamma, [1e-2, 1e2]);
  checkShare('randomGamma', 'inverted', inverted);
  return (sample, random) => {
    const exponent = Math.exp(between(random, [Math.log(gamma[0]), Math.log(gamma[1])]));
    const isInverted = random() < inverted;
    return changeIntensities('randomGamma', sample, (values) => bend(values, exponent, isInverted));
  };
}

function bend(values: Float32Array, exponent: number, isInverted: boolean): void {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = most - least;
  if (!(range > 0)) return;
  const before = meanAndSpread(values);
  for (let i = 0; i < values.length; i++) {
    const share = (values[i]! - least) / range;
    values[i] = isInverted ? 1 - (1 - share) ** exponent : share ** exponent;
  }
  const after = meanAndSpread(values);
  // A few bright pixels may be all that differs, and vanish in float32.
  const gain = after.spread > 0 ? before.spread / after.spread : 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = (values[i]! - after.mean) * gain + before.mean;
  }
}
