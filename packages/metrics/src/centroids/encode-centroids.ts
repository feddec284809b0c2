/** What {@link encodeCentroids} takes. */
export interface EncodeCentroidsOptions {
  /** Pixels farther than this from the border of their object have no vectors. Above 0, pixels. @default 40 */
  readonly maxDistance?: number;
}

/**
 * The vectors that CentroidNetV2 is trained to tell, of the objects of an image: each pixel, background too, belongs to
 * the object with the nearest centroid (of several the first), and has the vector to that centroid and the vector to the
 * nearest border pixel of that object (of several the first in C order), both divided by `maxDistance`. A pixel of an
 * object is of its border if it differs from one of the three to the right and below, or of the three to the left and
 * above; what lies beyond the image is no object's.
 *
 * Source: Dijkstra et al., Neurocomputing 423 (2021) 490–505.
 *
 * @param objects which object each pixel is of, from 1, and 0 for none, in C order
 * @param shape `[height, width]`
 * @returns `[height, width, 4]` in C order: rows and columns to the centroid, rows and columns to the border; zeros
 * where there is no object
 * @throws RangeError for a shape that is not that of `objects`, and for a distance that is not above 0
 */
export function encodeCentroids(
  objects: ArrayLike<number>,
  [height, width]: readonly [height: number, width: number],
  { maxDistance = 40 }: EncodeCentroidsOptions = {},
): Float32Array {
  if (objects.length !== height * width) {
    throw new RangeError(
      `encodeCentroids: \`objects\` must have the ${height} × ${width} pixels of \`shape\`, got ${objects.length}`,
    );
  }
  if (!(maxDistance > 0)) {
    throw new RangeError(`encodeCentroids: \`maxDistance\` must be above 0, got ${maxDistance}`);
  }
  const found = outlined(objects, height, width);
  const vectors = new Float32Array(4 * objects.length);
  if (found.length === 0) return vectors;
  for (let i = 0; i < objects.length; i++) {
    const [row, column] = [Math.floor(i / width), i % width];
    const { centroid, border } = nearestObject(found, row, column);
    const target = nearestPixel(border, row, column);
    const [down, right] = [Math.floor(target / width) - row, (target % width) - column];
    if (Math.hypot(down, right) > maxDistance) continue;
    const vector = [centroid[0] - row, centroid[1] - column, down, right];
    for (const [axis, length] of vector.entries()) vectors[4 * i + axis] = length / maxDistance;
  }
  return vectors;
}

interface Outlined {
  readonly centroid: readonly [row: number, column: number];
  readonly border: Border;
}

/** Border pixels, row by row. */
interface Border {
  readonly width: number;
  /** Columns in rising order. */
  readonly rows: ReadonlyMap<number, readonly number[]>;
  readonly first: number;
  readonly last: number;
}

/** The objects in the order of their numbers. */
function outlined(objects: ArrayLike<number>, height: number, width: number): readonly Outlined[] {
  const sums = new Map<
    number,
    { count: number; row: number; column: number; rows: Map<number, number[]> }
  >();
  const at = (row: number, column: number) =>
    row < 0 || column < 0 || row >= height || column >= width ? 0 : objects[row * width + column]!;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const id = at(row, column);
      if (id === 0) continue;
      const sum = sums.get(id) ?? { count: 0, row: 0, column: 0, rows: new Map() };
      sums.set(id, sum);
      sum.count++;
      sum.row += row;
      sum.column += column;
      const isBorder = [1, -1].some((side) =>
        [at(row, column + side), at(row + side, column), at(row + side, column + side)].some(
          (other) => other !== id,
        ),
      );
      if (!isBorder) continue;
      const columns = sum.rows.get(row) ?? [];
      sum.rows.set(row, columns);
      columns.push(column);
    }
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([, { count, row, column, rows }]) => {
      const all = [...rows.keys()];
      const border = { width, rows, first: all[0]!, last: all.at(-1)! };
      return { centroid: [row / count, column / count], border };
    });
}

function nearestObject(found: readonly Outlined[], row: number, column: number): Outlined {
  let [best, least] = [found[0]!, Number.POSITIVE_INFINITY];
  for (const one of found) {
    const distance = (one.centroid[0] - row) ** 2 + (one.centroid[1] - column) ** 2;
    if (distance < least) [best, least] = [one, distance];
  }
  return best;
}

/** Rows are looked at from the nearest on, as long as one may hold a nearer pixel, or as near a one that is before. */
function nearestPixel({ width, rows, first, last }: Border, row: number, column: number): number {
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  for (let away = 0; away ** 2 <= least && (row - away >= first || row + away <= last); away++) {
    for (const y of away === 0 ? [row] : [row - away, row + away]) {
      for (const x of nearestColumns(rows.get(y) ?? [], column)) {
        const distance = away ** 2 + (x - column) ** 2;
        const place = y * width + x;
        if (distance < least || (distance === least && place < best))
          [best, least] = [place, distance];
      }
    }
  }
  return best;
}

/** The last column up to the place and the first one behind it. */
function nearestColumns(columns: readonly number[], column: number): readonly number[] {
  let [low, high] = [0, columns.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns[middle]! <= column) low = middle + 1;
    else high = middle;
  }
  return columns.slice(Math.max(0, low - 1), low + 1);
}
