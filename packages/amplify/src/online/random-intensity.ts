import type { Random } from '../random/random.ts';
import { changeIntensities } from './intensities.ts';
import { meanAndSpread } from './mean-and-spread.ts';
import { between, checkRange, type Transform } from './transform.ts';

export interface RandomIntensityOptions {
  /** Factor of the contrast about the image's mean. @default [0.9, 1.1] */
  readonly contrast?: readonly [smallest: number, largest: number];
  /** Added to all pixels, in standard deviations of the image. @default [-0.1, 0.1] */
  readonly brightness?: readonly [smallest: number, largest: number];
  /** Standard deviation of normal noise, in standard deviations of the image. @default [0, 0.05] */
  readonly noise?: readonly [smallest: number, largest: number];
}

/**
 * Changes contrast and brightness and adds noise, for all channels alike; the mask stays. Since all
 * is in terms of the image's own mean and spread, any range of values will do.
 * @throws {RangeError} if a range is out of order or negative where it must not be
 */
export function randomIntensity(options: RandomIntensityOptions = {}): Transform {
  const { contrast = [0.9, 1.1], brightness = [-0.1, 0.1], noise = [0, 0.05] } = options;
  checkRange('randomIntensity', 'contrast', contrast, [0, 1e6]);
  checkRange('randomIntensity', 'brightness', brightness, [-1e6, 1e6]);
  checkRange('randomIntensity', 'noise', noise, [0, 1e6]);
  return (sample, random) => {
    return changeIntensities('randomIntensity', sample, (values) => {
      const { mean, spread } = meanAndSpread(values);
      const gain = between(random, contrast);
      const offset = mean + between(random, brightness) * spread;
      const sigma = between(random, noise) * spread;
      for (let i = 0; i < values.length; i++) {
        const grain = sigma > 0 ? sigma * normal(random) : 0;
        values[i] = (values[i]! - mean) * gain + offset + grain;
      }
    });
  };
}

/** A standard normal number (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
