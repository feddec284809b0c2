import type { Random } from '../random/random.ts';
import { sampleSize } from '../sample/check-sample.ts';
import { movePixels } from './move-pixels.ts';
import { addSpline, controlPoints } from './spline.ts';
import { between, checkRange, type Transform } from './transform.ts';

export interface RandomElasticOptions {
  /** Pixels between the points that are moved, along rows and columns. @default 32 */
  readonly spacing?: number;
  /**
   * How far points are moved at most, along rows and along columns, as a share of `spacing`, drawn
   * uniformly. Up to 0.48 nothing is folded.
   * @default [0, 0.25]
   */
  readonly displacement?: readonly [smallest: number, largest: number];
  /** What comes in from outside: this value (mask: background), or the nearest pixel. @default 'edge' */
  readonly fill?: number | 'edge';
}

/**
 * Deforms samples smoothly: points on a grid are moved, each on its own, and what lies between them
 * follows by cubic B-splines (Rueckert et al. 1999); image bilinear, mask nearest. No pixel moves further
 * than the points may, and since they may not move further than 0.48 of their distance, the deformation
 * is one to one (Choi and Lee 2000): no lesion is torn, doubled or folded away.
 * @throws {RangeError} if `spacing` is less than 2, or `displacement` out of order, negative or more than 0.48
 */
export function randomElastic(options: RandomElasticOptions = {}): Transform {
  const { spacing = 32, displacement = [0, 0.25], fill = 'edge' } = options;
  if (!(spacing >= 2 && spacing < Number.POSITIVE_INFINITY)) {
    throw new RangeError(
      `\`randomElastic\`: \`spacing\` must be at least 2 pixels, got ${spacing}`,
    );
  }
  checkRange('randomElastic', 'displacement', displacement, [0, 0.48]);
  return (sample, random) => {
    const [height, width] = sampleSize('randomElastic', sample);
    const most = between(random, displacement) * spacing;
    const rows = new Float64Array(height * width);
    const columns = new Float64Array(height * width);
    for (let row = 0, at = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at++) {
        rows[at] = row;
        columns[at] = column;
      }
    }
    for (const places of [rows, columns]) {
      addSpline(places, [height, width], moved([height, width], spacing, most, random), spacing);
    }
    return movePixels('randomElastic', sample, { rows, columns }, fill);
  };
}

/** How far each point is moved along one axis. */
function moved(
  [height, width]: readonly [number, number],
  spacing: number,
  most: number,
  random: Random,
): Float64Array {
  const points = new Float64Array(controlPoints(height, spacing) * controlPoints(width, spacing));
  for (let i = 0; i < points.length; i++) points[i] = between(random, [-most, most]);
  return points;
}
