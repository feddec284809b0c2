import type { XmlElement } from '@rgrove/parse-xml';
import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import type { Volume } from '../../volume/volume.ts';
import type { Pixel } from './enclosed-pixels.ts';
import { elements, numberIn, textIn } from './xml.ts';

/** An outline, or a single point, on one slice. */
export interface Outline {
  /** Where the slice is, in slices; not whole if the file's z is rounded. */
  readonly depth: number;
  /** The slice, `undefined` beyond the first and last. */
  readonly slice: number | undefined;
  /** Whether what it encloses belongs to the nodule, or is cut out of it. */
  readonly isIncluded: boolean;
  readonly points: readonly Pixel[];
}

/** How far an outline may be from its slice, in slices. */
const OFF_SLICE = 0.1;

/**
 * An outline whose points are elements called `pointName`. The slice is found by z in the world.
 * @throws {VolumeFormatError} if something is missing, no number, or beyond the image's pixels, or
 * z is between two slices
 */
export function outlineOf(
  element: XmlElement,
  pointName: string,
  { affine, voxels }: Volume,
  subject: string,
): Outline {
  const [slices, rows, columns] = voxels.shape as [number, number, number];
  const fail = (requirement: string, got: unknown): never => {
    throw new VolumeFormatError(
      `${subject}: ${requirement}, got ${got}; the file is damaged or of another image`,
    );
  };
  const z = numberIn(element, 'imageZposition');
  if (!Number.isFinite(z)) fail('imageZposition must be a number of mm', z);
  const depth = (z - affine[11]!) / affine[10]!;
  const slice = Math.round(depth);
  const isBeyond = slice < 0 || slice >= slices;
  if (!isBeyond && Math.abs(depth - slice) > OFF_SLICE) {
    fail('imageZposition must be that of a slice', `${z} mm, ${depth.toFixed(2)} slices on`);
  }
  const inclusion = textIn(element, 'inclusion')?.toUpperCase() ?? 'TRUE';
  if (!['TRUE', 'FALSE'].includes(inclusion)) fail('inclusion must be TRUE or FALSE', inclusion);
  const points = elements(element, pointName).map((point): Pixel => {
    const [column, row] = [numberIn(point, 'xCoord'), numberIn(point, 'yCoord')];
    const isPixel = Number.isInteger(column) && Number.isInteger(row);
    if (!isPixel || column < 0 || column >= columns || row < 0 || row >= rows) {
      fail(`points must be pixels of ${rows} rows and ${columns} columns`, `(${column}, ${row})`);
    }
    return [column, row];
  });
  if (points.length === 0) fail(`there must be at least one ${pointName}`, 'none');
  return { depth, slice: isBeyond ? undefined : slice, isIncluded: inclusion === 'TRUE', points };
}
