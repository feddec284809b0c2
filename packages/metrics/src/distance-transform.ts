import { checkOptions } from './check-options.ts';
import { denseGrid, type LabelGrid } from './grid.ts';
import { binaryMask } from './mask.ts';
import { checkSpacing } from './spacing.ts';

export interface DistanceTransformOptions {
  /** Size of a pixel along each axis in mm, in the order of the shape. @default 1 each */
  readonly spacing?: readonly number[];
  /** The label whose pixels count as foreground. @default every label above 0 */
  readonly label?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/**
 * Exact Euclidean distance of each pixel centre to the nearest foreground pixel centre, in mm: 0 in
 * the foreground, infinite where there is no foreground. Takes time linear in the number of pixels
 * (lower envelopes of parabolas axis by axis, Felzenszwalb & Huttenlocher 2012).
 *
 * @param mask 2-D or 3-D labels
 * @returns distances in C order
 * @throws RangeError where the mask is neither 2-D nor 3-D, the spacing does not fit, or a label is
 *   negative, fractional or NaN
 */
export function distanceTransform(
  mask: LabelGrid,
  options: DistanceTransformOptions = {},
): Float64Array {
  const { label } = options;
  const where = checkOptions('distanceTransform', options, 'spacing label id');
  const { values, shape } = denseGrid(mask, `${where}: mask`);
  const spacing = checkSpacing(options.spacing, shape, where);
  const distances = squaredDistances(
    binaryMask(values, shape, label, `${where}: mask`),
    shape,
    spacing,
  );
  for (let i = 0; i < distances.length; i++) distances[i] = Math.sqrt(distances[i]!);
  return distances;
}

/** Squared distances to the ones of a mask of 0 and 1, in mm². */
export function squaredDistances(
  mask: Uint8Array,
  shape: readonly number[],
  spacing: readonly number[],
): Float64Array {
  const last = shape.length - 1;
  const distances = rowDistances(mask, shape[last]!, spacing[last]!);
  let inner = shape[last]!;
  for (let axis = last - 1; axis >= 0; axis--) {
    passAxis(distances, shape[axis]!, inner, spacing[axis]!);
    inner *= shape[axis]!;
  }
  return distances;
}

/** Squared distances along the last axis alone: a sweep forth and one back over each row. */
function rowDistances(mask: Uint8Array, width: number, spacing: number): Float64Array {
  const distances = new Float64Array(mask.length);
  for (let row = 0; row < mask.length; row += width) {
    let seen = Number.NEGATIVE_INFINITY;
    for (let x = 0; x < width; x++) {
      if (mask[row + x] === 1) seen = x;
      distances[row + x] = x - seen;
    }
    seen = Number.POSITIVE_INFINITY;
    for (let x = width - 1; x >= 0; x--) {
      if (mask[row + x] === 1) seen = x;
      const steps = Math.min(distances[row + x]!, seen - x) * spacing;
      distances[row + x] = steps * steps;
    }
  }
  return distances;
}

/** Columns that are taken out at once, so that each cache line is read once. */
const block = 16;

/** Widens squared distances along an axis of `length`, whose neighbours lie `inner` apart. */
export function passAxis(
  distances: Float64Array,
  length: number,
  inner: number,
  spacing: number,
): void {
  if (length === 1) return;
  const columns = new Float64Array(block * length);
  const apex = new Int32Array(length);
  const border = new Float64Array(length + 1);
  for (let base = 0; base < distances.length; base += length * inner) {
    for (let first = 0; first < inner; first += block) {
      const width = Math.min(block, inner - first);
      for (let q = 0, from = base + first; q < length; q++, from += inner) {
        for (let c = 0; c < width; c++) columns[c * length + q] = distances[from + c]!;
      }
      for (let c = 0; c < width; c++) {
        const at = base + first + c;
        lowerEnvelope(columns, c * length, length, spacing, apex, border, distances, at, inner);
      }
    }
  }
}

/**
 * Writes min over q of heights[q] + (spacing·(p − q))² for every p. `apex` and `border` are scratch:
 * the parabolas that make the lower envelope, and where each begins to.
 */
function lowerEnvelope(
  heights: Float64Array,
  start: number,
  length: number,
  spacing: number,
  apex: Int32Array,
  border: Float64Array,
  out: Float64Array,
  at: number,
  step: number,
): void {
  const square = spacing * spacing;
  let last = -1;
  for (let q = 0; q < length; q++) {
    const height = heights[start + q]!;
    if (height === Number.POSITIVE_INFINITY) continue;
    let crossing = Number.NEGATIVE_INFINITY;
    while (last >= 0) {
      const v = apex[last]!;
      crossing = ((height - heights[start + v]!) / square / (q - v) + q + v) / 2;
      if (crossing > border[last]!) break;
      last--;
    }
    last++;
    apex[last] = q;
    border[last] = last === 0 ? Number.NEGATIVE_INFINITY : crossing;
  }
  if (last < 0) return;
  border[last + 1] = Number.POSITIVE_INFINITY;
  for (let p = 0, k = 0; p < length; p++) {
    while (border[k + 1]! < p) k++;
    const v = apex[k]!;
    const offset = spacing * (p - v);
    out[at + p * step] = heights[start + v]! + offset * offset;
  }
}
