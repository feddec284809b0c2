import { ndarray } from '@sts-net/views';
import type { Random } from '../random/random.ts';
import { sampleSize } from '../sample/check-sample.ts';
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
    const [height, width] = sampleSize('randomIntensity', sample);
    const { image } = sample;
    const channels = image.shape[2]!;
    const values = new Float32Array(height * width * channels);
    let to = 0;
    let sum = 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let channel = 0; channel < channels; channel++) {
          const value = image.get(row, column, channel);
          values[to++] = value;
          sum += value;
        }
      }
    }
    const mean = sum / values.length;
    let squares = 0;
    for (const value of values) squares += (value - mean) ** 2;
    const spread = Math.sqrt(squares / values.length);
    const gain = between(random, contrast);
    const offset = mean + between(random, brightness) * spread;
    const sigma = between(random, noise) * spread;
    for (let i = 0; i < values.length; i++) {
      const grain = sigma > 0 ? sigma * normal(random) : 0;
      values[i] = (values[i]! - mean) * gain + offset + grain;
    }
    return { ...sample, image: ndarray(values, [height, width, channels]) };
  };
}

/** A standard normal number (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
