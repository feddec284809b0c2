import { sampleSize } from '../sample/check-sample.ts';
import { movePixels, type Places } from './move-pixels.ts';
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
    const size = sampleSize('randomAffine', sample);
    const down = between(random, shift) * size[0];
    const right = between(random, shift) * size[1];
    const from = places(size, angle, zoom, [down, right]);
    return movePixels('randomAffine', sample, from, fill);
  };
}

/** Where each pixel of the result comes from. */
function places(
  [height, width]: readonly [number, number],
  angle: number,
  zoom: number,
  [down, right]: readonly [number, number],
): Places {
  const cos = Math.cos(angle) / zoom;
  const sin = Math.sin(angle) / zoom;
  const [middleRow, middleColumn] = [(height - 1) / 2, (width - 1) / 2];
  const rows = new Float64Array(height * width);
  const columns = new Float64Array(height * width);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const y = row - middleRow - down;
      const x = column - middleColumn - right;
      rows[at] = middleRow + cos * y + sin * x;
      columns[at] = middleColumn + cos * x - sin * y;
    }
  }
  return { rows, columns };
}
