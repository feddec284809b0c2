import { ndarray } from '@sts-net/views';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';
import { between, checkRange, type Transform } from './transform.ts';

export interface RandomAffineOptions {
  /** Degrees, drawn uniformly. @default [-15, 15] */
  readonly rotation?: readonly [smallest: number, largest: number];
  /** Magnification, drawn uniformly on a logarithmic scale. @default [0.9, 1.1] */
  readonly scale?: readonly [smallest: number, largest: number];
  /** Shift as a share of height and width, each drawn on its own. @default [-0.05, 0.05] */
  readonly shift?: readonly [smallest: number, largest: number];
  /** What comes in from outside: this value (mask: background), or the nearest pixel. @default 'edge' */
  readonly fill?: number | 'edge';
}

/**
 * Turns, magnifies and shifts samples about their centre, in one go: image bilinear, mask nearest.
 * A positive rotation is counter-clockwise as the image is seen.
 * @throws {RangeError} if a range is out of order or a scale is not positive
 */
export function randomAffine(options: RandomAffineOptions = {}): Transform {
  const {
    rotation = [-15, 15],
    scale = [0.9, 1.1],
    shift = [-0.05, 0.05],
    fill = 'edge',
  } = options;
  const infinite = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  checkRange('randomAffine', 'rotation', rotation, infinite);
  checkRange('randomAffine', 'scale', scale, [1e-3, 1e3]);
  checkRange('randomAffine', 'shift', shift, [-1, 1]);
  return (sample, random) => {
    const angle = (between(random, rotation) * Math.PI) / 180;
    const zoom = Math.exp(between(random, [Math.log(scale[0]), Math.log(scale[1])]));
    const [height, width] = sampleSize('randomAffine', sample);
    const down = between(random, shift) * height;
    const right = between(random, shift) * width;
    return sampled(sample, angle, zoom, [down, right], fill);
  };
}

/** Each pixel of the result from the place in `sample` that the transform takes there. */
function sampled(
  sample: Sample,
  angle: number,
  zoom: number,
  [down, right]: readonly [number, number],
  fill: number | 'edge',
): Sample {
  const [height, width] = sampleSize('randomAffine', sample);
  const { image, mask } = sample;
  const channels = image.shape[2]!;
  const [rowStride, columnStride, channelStride] = image.stride as [number, number, number];
  const cos = Math.cos(angle) / zoom;
  const sin = Math.sin(angle) / zoom;
  const [middleRow, middleColumn] = [(height - 1) / 2, (width - 1) / 2];
  const pixels = new Float32Array(height * width * channels);
  const labels = new Uint8Array(height * width);
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const y = row - middleRow - down;
      const x = column - middleColumn - right;
      const fromRow = middleRow + cos * y + sin * x;
      const fromColumn = middleColumn + cos * x - sin * y;
      const at = row * width + column;
      const nearestRow = Math.floor(fromRow + 0.5);
      const nearestColumn = Math.floor(fromColumn + 0.5);
      const isInside =
        nearestRow >= 0 && nearestRow < height && nearestColumn >= 0 && nearestColumn < width;
      if (!isInside && fill !== 'edge') {
        pixels.fill(fill, at * channels, (at + 1) * channels);
        continue;
      }
      // A lesion at the border is not smeared beyond it.
      if (isInside) labels[at] = mask.get(nearestRow, nearestColumn);
      const top = clamp(Math.floor(fromRow), height - 1);
      const bottom = clamp(Math.floor(fromRow) + 1, height - 1);
      const left = clamp(Math.floor(fromColumn), width - 1);
      const far = clamp(Math.floor(fromColumn) + 1, width - 1);
      const weightDown = fromRow - Math.floor(fromRow);
      const weightRight = fromColumn - Math.floor(fromColumn);
      for (let channel = 0; channel < channels; channel++) {
        const base = image.offset + channel * channelStride;
        const value = (r: number, c: number) =>
          image.data[base + r * rowStride + c * columnStride]!;
        const above = value(top, left) * (1 - weightRight) + value(top, far) * weightRight;
        const below = value(bottom, left) * (1 - weightRight) + value(bottom, far) * weightRight;
        pixels[at * channels + channel] = above * (1 - weightDown) + below * weightDown;
      }
    }
  }
  return {
    ...sample,
    image: ndarray(pixels, [height, width, channels]),
    mask: ndarray(labels, [height, width]),
  };
}
