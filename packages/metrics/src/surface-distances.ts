import { cutToContent, surface, surfaceCodes } from './content.ts';
import { squaredDistances } from './distance-transform.ts';
import type { LabelGrid } from './grid.ts';
import { binaryMask } from './mask.ts';
import { gridPair, subject } from './pair.ts';
import { checkSpacing } from './spacing.ts';
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
 * `averageSymmetricSurfaceDistance` and `normalizedSurfaceDice` to share.
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
  return measureSurfaces(prediction, truth, options, subject('surfaceDistances', options.id));
}

/** `surfaceDistances` on behalf of the function and case that `where` names. */
export function measureSurfaces(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: SurfaceDistancesOptions,
  where: string,
): SurfaceDistances {
  const { surface: kind = 'pixels', label } = options;
  checkSurface(kind, where);
  const pair = gridPair(prediction, truth, where);
  const spacing = checkSpacing(options.spacing, pair.shape, where);
  const { masks, shape } = cutToContent(
    [
      binaryMask(pair.prediction, pair.shape, label, `${where}: prediction`),
      binaryMask(pair.truth, pair.shape, label, `${where}: truth`),
    ],
    pair.shape,
  );
  const diagonal = Math.hypot(...pair.shape.map((length, axis) => length * spacing[axis]!));
  if (kind === 'pixels') {
    const [p, t] = masks.map((mask) => surface(mask, shape)) as [Uint8Array, Uint8Array];
    return {
      predictionToTruth: { distances: distancesAt(p, t, shape, spacing).sort(), areas: undefined },
      truthToPrediction: { distances: distancesAt(t, p, shape, spacing).sort(), areas: undefined },
      diagonal,
    };
  }
  const table = surfaceAreas(spacing);
  const [p, t] = masks.map((mask) => elements(mask, shape, table)) as [Elements, Elements];
  return {
    predictionToTruth: ascending(distancesAt(p.present, t.present, shape, spacing), p.areas),
    truthToPrediction: ascending(distancesAt(t.present, p.present, shape, spacing), t.areas),
    diagonal,
  };
}

/** Throws where `surface` is no kind of surface. */
export function checkSurface(surface: 'pixels' | 'area', where: string): void {
  if (surface !== 'pixels' && surface !== 'area') {
    throw new RangeError(
      `${where}: \`surface\` must be 'pixels' or 'area', got ${JSON.stringify(surface)}`,
    );
  }
}

/** The elements of a surface drawn between pixels. */
interface Elements {
  /** 1 at the grid corners that it passes. */
  readonly present: Uint8Array;
  /** Their areas in C order. */
  readonly areas: Float64Array;
}

function elements(mask: Uint8Array, shape: readonly number[], table: Float64Array): Elements {
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

/** Adds the areas at equal distances up, ascending. */
function ascending(distances: Float64Array, areas: Float64Array): DirectedDistances {
  const totals = new Map<number, number>();
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i]!;
    totals.set(distance, (totals.get(distance) ?? 0) + areas[i]!);
  }
  const distinct = Float64Array.from(totals.keys()).sort();
  return { distances: distinct, areas: distinct.map((distance) => totals.get(distance)!) };
}
