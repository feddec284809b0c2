import { checkOptions } from './check-options.ts';
import { denseGrid, type LabelGrid } from './grid.ts';
import { binaryMask } from './mask.ts';
import { findRuns, joinRuns, type RowNeighbour } from './runs.ts';

/**
 * Which neighbours belong together: in 2-D 4 (shared edges) or 8 (and corners); in 3-D 6 (shared
 * faces), 18 (and edges) or 26 (and corners).
 */
export type Connectivity = 4 | 8 | 6 | 18 | 26;

export interface ConnectedComponentsOptions {
  /** @default 8 in 2-D, 26 in 3-D */
  readonly connectivity?: Connectivity;
  /** The label whose pixels count as foreground. @default every label above 0 */
  readonly label?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/** A box of pixels: from `start` up to and without `end`, one entry an axis. */
export interface Box {
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** The connected components of a mask, numbered from 1 in C order of their first pixels. */
export interface Components {
  /** The component of each pixel in C order, 0 in the background. */
  readonly labels: Int32Array;
  readonly shape: readonly number[];
  /** Number of components, which is the highest label. */
  readonly count: number;
  /** Pixels of each label; `sizes[0]` is the background. */
  readonly sizes: Int32Array;
  /** The smallest box around a component, `label` from 1 to `count`. */
  box(label: number): Box;
  /** Mean index of a component's pixels along each axis, `label` from 1 to `count`. */
  centroid(label: number): number[];
}

/** Rows before a row in C order; `18` lists the margins of diagonal rows that `26` widens. */
const neighbourRows: Readonly<Record<Connectivity, readonly RowNeighbour[]>> = {
  4: [{ slices: 0, rows: 1, margin: 0 }],
  8: [{ slices: 0, rows: 1, margin: 1 }],
  6: [
    { slices: 0, rows: 1, margin: 0 },
    { slices: 1, rows: 0, margin: 0 },
  ],
  18: [
    { slices: 0, rows: 1, margin: 1 },
    { slices: 1, rows: 0, margin: 1 },
    { slices: 1, rows: 1, margin: 0 },
    { slices: 1, rows: -1, margin: 0 },
  ],
  26: [
    { slices: 0, rows: 1, margin: 1 },
    { slices: 1, rows: 0, margin: 1 },
    { slices: 1, rows: 1, margin: 1 },
    { slices: 1, rows: -1, margin: 1 },
  ],
};

/**
 * Labels the connected components of a mask, in time linear in its size.
 *
 * @param mask 2-D or 3-D labels
 * @throws RangeError where the mask is neither 2-D nor 3-D, the connectivity is not one of its rank,
 *   or a label is negative, fractional or NaN
 */
export function connectedComponents(
  mask: LabelGrid,
  options: ConnectedComponentsOptions = {},
): Components {
  const { label } = options;
  const where = checkOptions('connectedComponents', options, 'connectivity label id');
  const { values, shape } = denseGrid(mask, `${where}: mask`);
  const connectivity = checkConnectivity(options.connectivity, shape.length, where);
  return labelMask(binaryMask(values, shape, label, `${where}: mask`), shape, connectivity);
}

/** `connectivity`, or the widest of the rank; throws where it belongs to another rank. */
export function checkConnectivity(
  connectivity: Connectivity | undefined,
  rank: number,
  where: string,
): Connectivity {
  const choices: readonly Connectivity[] = rank === 2 ? [4, 8] : [6, 18, 26];
  const chosen = connectivity ?? choices.at(-1)!;
  if (choices.includes(chosen)) return chosen;
  throw new RangeError(
    `${where}: \`connectivity\` must be ${choices.join(' or ')} in ${rank}-D, got ${connectivity}`,
  );
}

/** Labels a mask of 0 and 1. */
export function labelMask(
  mask: Uint8Array,
  shape: readonly number[],
  connectivity: Connectivity,
): Components {
  const rank = shape.length;
  const [height, width] = [shape[rank - 2]!, shape[rank - 1]!];
  const depth = rank === 3 ? shape[0]! : 1;
  const runs = findRuns(mask, width);
  const { componentOf, count } = joinRuns(runs, depth, height, neighbourRows[connectivity]);
  const labels = new Int32Array(mask.length);
  for (let row = 0; row < runs.first.length - 1; row++) {
    for (let run = runs.first[row]!; run < runs.first[row + 1]!; run++) {
      const label = componentOf[run]!;
      const end = row * width + runs.end[run]!;
      for (let i = row * width + runs.start[run]!; i < end; i++) labels[i] = label;
    }
  }
  return describeLabels(labels, shape, count);
}

/** Measures labels 1 … `count`; boxes and centroids when first asked for. */
export function describeLabels(
  labels: Int32Array,
  shape: readonly number[],
  count: number,
): Components {
  const sizes = new Int32Array(count + 1);
  for (let i = 0; i < labels.length; i++) sizes[labels[i]!]!++;
  let found: Places | undefined;
  const axes = (of: keyof Places, label: number): number[] => {
    if (!(Number.isInteger(label) && label >= 1 && label <= count)) {
      throw new RangeError(`component must be a label from 1 to ${count}, got ${label}`);
    }
    found ??= places(labels, shape, count);
    return Array.from(found[of].subarray(3 * label + 3 - shape.length, 3 * label + 3));
  };
  return {
    labels,
    shape,
    count,
    sizes,
    box: (label) => ({ start: axes('start', label), end: axes('end', label) }),
    centroid: (label) => axes('sum', label).map((total) => total / sizes[label]!),
  };
}

/** Boxes and sums of indices, three entries a label: slice, row, column. */
interface Places {
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly sum: Float64Array;
}

function places(labels: Int32Array, shape: readonly number[], count: number): Places {
  const start = new Int32Array(3 * (count + 1)).fill(0x7fffffff);
  const end = new Int32Array(3 * (count + 1));
  const sum = new Float64Array(3 * (count + 1));
  const [height, width] = [shape.at(-2)!, shape.at(-1)!];
  for (let row = 0, i = 0; i < labels.length; row++) {
    const z = Math.floor(row / height);
    const y = row - z * height;
    for (let x = 0; x < width; x++, i++) {
      if (labels[i] === 0) continue;
      const at = 3 * labels[i]!;
      sum[at]! += z;
      sum[at + 1]! += y;
      sum[at + 2]! += x;
      start[at] = Math.min(start[at]!, z);
      start[at + 1] = Math.min(start[at + 1]!, y);
      start[at + 2] = Math.min(start[at + 2]!, x);
      end[at] = Math.max(end[at]!, z + 1);
      end[at + 1] = Math.max(end[at + 1]!, y + 1);
      end[at + 2] = Math.max(end[at + 2]!, x + 1);
    }
  }
  return { start, end, sum };
}
