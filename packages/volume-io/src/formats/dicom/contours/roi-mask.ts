import type { NdArray } from '@sts-net/views';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { likeVolume } from '../../../volume/like-volume.ts';
import type { Volume } from '../../../volume/volume.ts';
import { emptyLike } from '../../../voxels/voxel-arrays.ts';
import type { DataSet } from '../elements/data-set.ts';
import { fillEvenOdd, fillShapes } from './fill-contours.ts';
import { planarContours } from './planar-contours.ts';
import { shapeFinder } from './shapes.ts';

/** What the contours of a region are on the grid of an image. */
export interface RoiMask {
  /** How many contours there are of each `ContourGeometricType`. Points and open contours have no area. */
  readonly contours: Readonly<Record<string, number>>;
  /**
   * How many closed contours `volume` lacks: they lie more than half a slice beyond the image, across
   * its slices, or in another frame of reference.
   */
  readonly contoursLeftOut: number;
  /** How many of the others reach beyond the pixels of their slice and were clipped there. */
  readonly contoursClipped: number;
  /** 1 inside, 0 outside. */
  readonly volume: Volume<Uint8Array>;
}

interface FilledRoi {
  readonly mask: RoiMask;
  /** Why the region has no place in the image, if none of its closed contours has. */
  readonly failure: VolumeFormatError | undefined;
  /** What was left out or clipped, to follow the region's name. */
  readonly oddities: readonly string[];
}

const CLOSED = ['CLOSED_PLANAR', 'CLOSEDPLANAR_XOR'];
const WITHOUT_AREA = ['POINT', 'OPEN_PLANAR', 'OPEN_NONPLANAR'];

/**
 * Fills the contours of a region.
 * @param frameOfReference the one that the region states
 * @throws {VolumeFormatError} if a contour is damaged
 */
export function roiMask(
  items: readonly DataSet[],
  frameOfReference: string | undefined,
  like: Volume,
  subject: string,
): FilledRoi {
  const contours: Record<string, number> = {};
  for (const item of items) {
    const type = item.text('ContourGeometricType') ?? '';
    if (!CLOSED.includes(type) && !WITHOUT_AREA.includes(type)) {
      throw new VolumeFormatError(
        `${subject}: ContourGeometricType must be one of ${[...CLOSED, ...WITHOUT_AREA].join(', ')}, got '${type}'; the file is damaged`,
        { field: 'ContourGeometricType' },
      );
    }
    contours[type] = (contours[type] ?? 0) + 1;
  }
  const closed = items.filter((item) => CLOSED.includes(item.text('ContourGeometricType')!));
  const voxels = emptyLike(new Uint8Array(0), like.voxels.shape);
  const volume = likeVolume(like, voxels);
  const elsewhere = otherFrameOfReference(frameOfReference, items, like);
  if (elsewhere !== undefined) {
    const problem = `must lie in the image's frame of reference ${elsewhere}, got ${frameOfReference}; it was drawn on another image`;
    return {
      mask: { contours, contoursLeftOut: closed.length, contoursClipped: 0, volume },
      failure: closed.length > 0 ? failureOf(subject, problem) : undefined,
      oddities: [problem],
    };
  }
  const { planes, leftOut, clipped, farthest } = planarContours(closed, like, subject);
  const shapesOf = shapeFinder();
  for (const { slice, contours: ofPlane, isEvenOdd } of planes) {
    const mask = voxels.pick(slice, null, null) as NdArray<Uint8Array>;
    try {
      if (isEvenOdd) fillEvenOdd(ofPlane, mask);
      else fillShapes(shapesOf(ofPlane), mask);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw failureOf(subject, `on slice ${slice}: ${cause.message}; the file is damaged`);
    }
  }
  const oddities: string[] = [];
  const reach = `${(like.spacing[0] / 2).toFixed(3)} mm`;
  if (leftOut > 0) {
    oddities.push(
      `has ${leftOut} of ${closed.length} closed contours beyond the image's slices or across them, farther than half a slice (${reach}) from one, by up to ${farthest.toFixed(3)} mm; they were left out`,
    );
  }
  if (clipped > 0) {
    oddities.push(
      `has ${clipped} of ${closed.length} closed contours that reach beyond the edges of the image; they were clipped there`,
    );
  }
  const isElsewhere = closed.length > 0 && leftOut === closed.length;
  return {
    mask: { contours, contoursLeftOut: leftOut, contoursClipped: clipped, volume },
    failure: isElsewhere
      ? failureOf(
          subject,
          `must lie within half a slice (${reach}) of a slice of the image, but all ${leftOut} closed contours are up to ${farthest.toFixed(3)} mm from one; it was drawn on another image, or across the slices`,
        )
      : undefined,
    oddities,
  };
}

function failureOf(subject: string, problem: string): VolumeFormatError {
  return new VolumeFormatError(`${subject} ${problem}`, { field: 'ContourData' });
}

/**
 * The image's frame of reference if the region states another one, and no contour was drawn on the
 * image's slices.
 */
function otherFrameOfReference(
  stated: string | undefined,
  contours: readonly DataSet[],
  { header }: Volume,
): string | undefined {
  if (header?.format !== 'dicom' || stated === undefined) return undefined;
  const { frameOfReferenceUid, sopInstanceUids } = header;
  if (frameOfReferenceUid === '' || stated === frameOfReferenceUid) return undefined;
  const own = new Set(sopInstanceUids);
  const isDrawnOnIt = contours
    .flatMap((contour) => contour.items('ContourImageSequence'))
    .some((image) => own.has(image.text('ReferencedSOPInstanceUID') ?? ''));
  return isDrawnOnIt ? undefined : frameOfReferenceUid;
}
