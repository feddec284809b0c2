/** How many points a cubic B-spline needs to cover `length` pixels: one before the first, two after the last. */
export function controlPoints(length: number, spacing: number): number {
  return Math.floor((length - 1) / spacing) + 4;
}

/**
 * Adds a cubic B-spline over a grid of points to an image.
 * @param image `[row, column]`
 * @param points one for each `spacing` pixels along rows and columns, `controlPoints` of each length; the
 * second lies on the first pixel
 */
export function addSpline(
  image: Float64Array,
  [height, width]: readonly [height: number, width: number],
  points: Float64Array,
  spacing: number,
): void {
  const across = controlPoints(width, spacing);
  const inColumns = lineWeights(width, spacing);
  const inRows = lineWeights(height, spacing);
  const line = new Float64Array(across);
  for (let row = 0, at = 0; row < height; row++) {
    const first = Math.floor(row / spacing) * across;
    for (let i = 0; i < across; i++) {
      line[i] = 0;
      for (let k = 0; k < 4; k++)
        line[i]! += inRows[4 * row + k]! * points[first + k * across + i]!;
    }
    for (let column = 0; column < width; column++, at++) {
      const start = Math.floor(column / spacing);
      for (let k = 0; k < 4; k++) image[at]! += inColumns[4 * column + k]! * line[start + k]!;
    }
  }
}

/** The weights of the four points around each pixel of a line. */
function lineWeights(length: number, spacing: number): Float64Array {
  const weights = new Float64Array(4 * length);
  for (let i = 0; i < length; i++) {
    const u = i / spacing - Math.floor(i / spacing);
    weights[4 * i] = (1 - u) ** 3 / 6;
    weights[4 * i + 1] = (3 * u ** 3 - 6 * u ** 2 + 4) / 6;
    weights[4 * i + 2] = (-3 * u ** 3 + 3 * u ** 2 + 3 * u + 1) / 6;
    weights[4 * i + 3] = u ** 3 / 6;
  }
  return weights;
}
