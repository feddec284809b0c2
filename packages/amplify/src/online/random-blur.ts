import { type NdArray, ndarray } from '@sts-net/views';
import { compactImage } from '../operations/compact.ts';
import { sampleSize } from '../sample/check-sample.ts';
import { withImage } from './intensities.ts';
import { between, checkRange, type Transform } from './transform.ts';

export interface RandomBlurOptions {
  /** Standard deviation of the Gaussian in pixels, drawn uniformly; with 0 nothing is blurred. @default [0.5, 1] */
  readonly sigma?: readonly [smallest: number, largest: number];
}

/**
 * Blurs the image with a Gaussian, all channels alike; the mask stays. Beyond its border the image
 * is mirrored, border pixels included, and weights reach four standard deviations: as SciPy's
 * `gaussian_filter`.
 * @throws {RangeError} if `sigma` is out of order, negative or more than 100
 */
export function randomBlur(options: RandomBlurOptions = {}): Transform {
  const { sigma = [0.5, 1] } = options;
  checkRange('randomBlur', 'sigma', sigma, [0, 100]);
  return (sample, random) => {
    const deviation = between(random, sigma);
    sampleSize('randomBlur', sample);
    return withImage(sample, blurred(sample.image, gaussian(deviation)));
  };
}

/** Weights of the pixels at distances 0, 1, …, which add up to 1 with those on the other side. */
function gaussian(sigma: number): Float64Array {
  const weights = new Float64Array(Math.floor(4 * sigma + 0.5) + 1);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    weights[i] = i === 0 ? 1 : Math.exp((-i * i) / (2 * sigma * sigma));
    sum += i === 0 ? 1 : 2 * weights[i]!;
  }
  return weights.map((weight) => weight / sum);
}

/** Row by row: along the columns of the image, then along the row that comes of it. */
function blurred(source: NdArray<Float32Array>, weights: Float64Array): NdArray<Float32Array> {
  const image = compactImage(source);
  const values = new Float64Array(image.data);
  const [height, width, channels] = image.shape as [number, number, number];
  const reach = weights.length - 1;
  const length = width * channels;
  const result = new Float32Array(height * length);
  const sums = new Float64Array(length);
  // A row with what lies beyond its ends.
  const line = new Float64Array((width + 2 * reach) * channels);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    for (let offset = -reach; offset <= reach; offset++) {
      const start = mirrored(row + offset, height) * length;
      addWeighted(sums, weights[Math.abs(offset)]!, values, start);
    }
    for (let column = -reach; column < width + reach; column++) {
      const from = mirrored(column, width) * channels;
      const to = (column + reach) * channels;
      for (let channel = 0; channel < channels; channel++)
        line[to + channel] = sums[from + channel]!;
    }
    sums.fill(0);
    for (let offset = -reach; offset <= reach; offset++) {
      addWeighted(sums, weights[Math.abs(offset)]!, line, (reach + offset) * channels);
    }
    result.set(sums, row * length);
  }
  return ndarray(result, [height, width, channels]);
}

function addWeighted(
  sums: Float64Array,
  weight: number,
  values: Float64Array,
  start: number,
): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += weight * values[start + i]!;
}

/** The place that an image shows at `place` if it is mirrored at its borders again and again. */
function mirrored(place: number, count: number): number {
  const within = ((place % (2 * count)) + 2 * count) % (2 * count);
  return within < count ? within : 2 * count - 1 - within;
}
