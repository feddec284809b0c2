import { connectedComponents } from '@sts-net/metrics';
import { IGNORED, type Sample } from '@sts-net/volume-io';

/** What a slice shows of a lesion: pixels that are connected in it. */
export interface SliceLesion {
  /** The lesion's class, from 1. */
  readonly label: number;
  /** Voxels of the whole lesion, in all slices of its case. */
  readonly size: number;
  /** Pixels in this slice. */
  readonly area: number;
  /** Row and column of the first of them. */
  readonly at: readonly [row: number, column: number];
  /** 1 divided by the places in which the case's slices show the lesion. */
  readonly share: number;
}

/**
 * The lesions of a case, slice by slice: the connected components of each label, 8-connected in one
 * slice, 26-connected in several that follow one another.
 *
 * @param masks of the same size, in the order of the slices
 */
export function sliceLesions(masks: readonly Sample['mask'][]): readonly SliceLesion[][] {
  const found = masks.map((): SliceLesion[] => []);
  for (const [label, box] of boxesOfLabels(masks)) {
    const [slices, rows, columns] = box.shape;
    const data = cutOut(masks, box, label);
    const shape = slices === 1 ? [rows, columns] : [slices, rows, columns];
    const lesions = connectedComponents({ data, shape });
    const parts: (Omit<SliceLesion, 'share'> & { slice: number; lesion: number })[] = [];
    for (let slice = 0; slice < slices; slice++) {
      const plane = data.subarray(slice * rows * columns, (slice + 1) * rows * columns);
      if (!plane.includes(1)) continue;
      const { labels, sizes } = connectedComponents({ data: plane, shape: [rows, columns] });
      // Components are numbered by their first pixels.
      for (let i = 0, next = 1; i < labels.length && next < sizes.length; i++) {
        if (labels[i] !== next) continue;
        const lesion = lesions.labels[slice * rows * columns + i]!;
        const at = [box.start[1] + Math.floor(i / columns), box.start[2] + (i % columns)] as const;
        const size = lesions.sizes[lesion]!;
        parts.push({ slice, lesion, label, size, area: sizes[next++]!, at });
      }
    }
    const places = new Int32Array(lesions.count + 1);
    for (const { lesion } of parts) places[lesion]!++;
    for (const { slice, lesion, ...part } of parts) {
      found[box.start[0] + slice]!.push({ ...part, share: 1 / places[lesion]! });
    }
  }
  return found;
}

/** A box of slices, rows and columns. */
interface LabelBox {
  readonly start: readonly [number, number, number];
  readonly shape: readonly [number, number, number];
}

/** The smallest box around the voxels of each label. */
function boxesOfLabels(masks: readonly Sample['mask'][]): ReadonlyMap<number, LabelBox> {
  const bounds = new Map<number, [number, number, number, number, number, number]>();
  for (const [slice, mask] of masks.entries()) {
    forEachLesionPixel(mask, (row, column, label) => {
      const known = bounds.get(label);
      if (known === undefined) bounds.set(label, [slice, row, column, slice, row, column]);
      else {
        known[3] = slice;
        known[1] = Math.min(known[1], row);
        known[4] = Math.max(known[4], row);
        known[2] = Math.min(known[2], column);
        known[5] = Math.max(known[5], column);
      }
    });
  }
  return new Map(
    [...bounds].map(([label, [a, b, c, d, e, f]]) => [
      label,
      { start: [a, b, c], shape: [d - a + 1, e - b + 1, f - c + 1] },
    ]),
  );
}

function cutOut(masks: readonly Sample['mask'][], { start, shape }: LabelBox, label: number) {
  const [slices, rows, columns] = shape;
  const cut = new Uint8Array(slices * rows * columns);
  for (let slice = 0; slice < slices; slice++) {
    forEachLesionPixel(masks[start[0] + slice]!, (row, column, value) => {
      if (value !== label) return;
      cut[(slice * rows + row - start[1]) * columns + column - start[2]] = 1;
    });
  }
  return cut;
}

/** Visits the pixels of a mask that are neither background nor `IGNORED`, row by row. */
export function forEachLesionPixel(
  { data, shape, stride, offset }: Sample['mask'],
  visit: (row: number, column: number, label: number) => void,
): void {
  const [rows, columns] = shape as [number, number];
  const [rowStride, columnStride] = stride as [number, number];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const label = data[offset + row * rowStride + column * columnStride]!;
      if (label !== 0 && label !== IGNORED) visit(row, column, label);
    }
  }
}
