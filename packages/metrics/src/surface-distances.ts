import { checkOneOf, checkOptions } from './check-options.ts';
import { cutToContent, surface, surfaceCodes } from './content.ts';
import { squaredDistances } from './distance-transform.ts';
import type { LabelGrid } from './grid.ts';
import { type MaskPair, maskPair } from './mask.ts';
import { diagonalOf, flattened } from './single-axis.ts';
import { surfaceAreas } from './surface-areas.ts';

export interface SurfaceDistancesOptions {
  /** Size of a pixel along each axis in mm, in the order of the shape. @default 1 each */
  readonly spacing?: readonly number[];
  /**
   * What the surface of a mask is. `'pixels'`: its pixels with a neighbour outside it across an edge
   * (2-D) or face (3-D), each counted once; beyond the image is outside. `'area'`: the elements of
   * the surface drawn halfway between pixels, each weighted by its area (3-D) or length (2-D).
   * @default 'pixels'
   */
  readonly surface?: 'pixels' | 'area';
  /** The label whose pixels are scored. @default every label above 0 */
  readonly label?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/** Of all scores of boundaries, which often get one object of options together. */
export const boundaryOptionNames =
  'spacing surface label id percentile penalty tolerance width empty';

/** The distances from one surface to the nearest points of another. */
export interface DirectedDistances {
  /**
   * In mm, ascending: of each pixel, or where `surface` is `'area'` each distance that occurs.
   * Infinite where there is no other surface.
   */
  readonly distances: Float64Array;
  /** The area at each distance in mm² (length in mm), where `surface` is `'area'`. */
  readonly areas: Float64Array | undefined;
}

/** How far the surfaces of two masks lie apart. */
export interface SurfaceDistances {
  readonly predictionToTruth: DirectedDistances;
  readonly truthToPrediction: DirectedDistances;
  /** Diagonal of the image in mm: no distance can be longer. */
  readonly diagonal: number;
}

/**
 * Measures the distances between two surfaces once, for `hausdorffDistance`,
 * `averageSymmetricSurfaceDistance` and `normalizedSurfaceDice` to share. A 3-D grid of one slice, row or
 * column is measured as the 2-D image that it is.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, the spacing does not fit, or a label is negative,
 *   fractional or NaN; the message names the case
 */
export function surfaceDistances(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: SurfaceDistancesOptions = {},
): SurfaceDistances {
  const where = checkOptions('surfaceDistances', options, boundaryOptionNames);
  return measureSurfaces(prediction, truth, options, where);
}

/** `surfaceDistances` on behalf of the function and case that `where` names. */
export function measureSurfaces(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: SurfaceDistancesOptions,
  where: string,
): SurfaceDistances {
  const { surface = 'pixels' } = options;
  checkOneOf(surface, 'surface', surfaceKinds, where);
  return distancesOf(flattened(maskPair(prediction, truth, options, where)), surface);
}

/** The distances between two masks. */
export function distancesOf(pair: MaskPair, kind: 'pixels' | 'area'): SurfaceDistances {
  const { spacing } = pair;
  const { masks, shape } = cutToContent(pair.masks, pair.shape);
  const diagonal = diagonalOf(pair);
  const table = kind === 'pixels' ? undefined : surfaceAreas(spacing);
  const [p, t] = masks.map((mask) => elements(mask, shape, table)) as [Elements, Elements];
  const directed = (from: Elements, to: Elements): DirectedDistances =>
    ascending(distancesAt(from.present, to.present, shape, spacing), from.areas);
  return { predictionToTruth: directed(p, t), truthToPrediction: directed(t, p), diagonal };
}

/** What the surface of a mask can be. */
export const surfaceKinds: readonly string[] = ['pixels', 'area'];

/** The elements of a surface drawn between pixels. */
interface Elements {
  /** 1 at the grid corners that it passes. */
  readonly present: Uint8Array;
  /** Their areas in C order, if they are no pixels. */
  readonly areas: Float64Array | undefined;
}

function elements(
  mask: Uint8Array,
  shape: readonly number[],
  table: Float64Array | undefined,
): Elements {
  if (table === undefined) return { present: surface(mask, shape), areas: undefined };
  const codes = surfaceCodes(mask, shape);
  const present = new Uint8Array(codes.length);
  let count = 0;
  for (let i = 0; i < codes.length; i++) {
    if (table[codes[i]!] === 0) continue;
    present[i] = 1;
    count++;
  }
  const areas = new Float64Array(count);
  let next = 0;
  for (let i = 0; i < codes.length; i++) if (present[i] === 1) areas[next++] = table[codes[i]!]!;
  return { present, areas };
}

/** Distances from each one of `from` to the nearest one of `to`, in C order, in mm. */
function distancesAt(
  from: Uint8Array,
  to: Uint8Array,
  shape: readonly number[],
  spacing: readonly number[],
): Float64Array {
  const squares = squaredDistances(to, shape, spacing);
  let count = 0;
  for (let i = 0; i < from.length; i++) count += from[i]!;
  const distances = new Float64Array(count);
  let next = 0;
  for (let i = 0; i < from.length; i++) {
    if (from[i] === 1) distances[next++] = Math.sqrt(squares[i]!);
  }
  return distances;
}

/** Sorts, and adds the areas at equal distances up. */
function ascending(distances: Float64Array, areas: Float64Array | undefined): DirectedDistances {
  if (areas === undefined) return { distances: distances.sort(), areas };
  const totals = new Map<number, number>();
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i]!;
    totals.set(distance, (totals.get(distance) ?? 0) + areas[i]!);
  }
  const distinct = Float64Array.from(totals.keys()).sort();
  return { distances: distinct, areas: distinct.map((distance) => totals.get(distance)!) };
}
