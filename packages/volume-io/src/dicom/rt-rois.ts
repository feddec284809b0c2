import type { NdArray } from 'ndarray';
import { emptyLike, MAX_MASK_VOXELS } from '../grid.ts';
import { likeVolume } from '../like-volume.ts';
import type { Volume } from '../volume.ts';
import { VolumeFormatError } from '../volume-format-error.ts';
import type { DataSet } from './data-set.ts';
import { fillContours } from './fill-contours.ts';
import { planarContours } from './planar-contours.ts';

/** A region of interest of an RT Structure Set. */
export interface RtRoi {
  /** `ROINumber`. */
  readonly number: number;
  /** `ROIName`. */
  readonly name: string;
  /** `RTROIInterpretedType`, such as `GTV` or `ORGAN`; empty if the file does not say. */
  readonly interpretedType: string;
  /** `ROIDisplayColor`: red, green, blue, 0–255. */
  readonly color: readonly [red: number, green: number, blue: number] | undefined;
  /** How many contours there are of each `ContourGeometricType`. Points and open contours have no area. */
  readonly contours: Readonly<Record<string, number>>;
  /** 1 inside, 0 outside. */
  readonly volume: Volume<Uint8Array>;
}

const CLOSED = ['CLOSED_PLANAR', 'CLOSEDPLANAR_XOR'];
const WITHOUT_AREA = ['POINT', 'OPEN_PLANAR', 'OPEN_NONPLANAR'];

/** The regions of a parsed structure set as masks on the grid of `like`. */
export function rtRois(
  dataSet: DataSet,
  like: Volume,
  chosen: readonly (string | number)[] | undefined,
  name: string,
): RtRoi[] {
  const modality = dataSet.text('x00080060');
  if (modality !== 'RTSTRUCT') {
    throw new VolumeFormatError(
      `${name}: must be an RT Structure Set (Modality RTSTRUCT), got ${modality ?? 'no Modality'}; \`readVolume\` reads images`,
      { field: 'Modality' },
    );
  }
  const rois = choose(dataSet.items('x30060020'), chosen, name);
  const { shape } = like.voxels;
  if (rois.length * shape.reduce((product, length) => product * length, 1) > MAX_MASK_VOXELS) {
    throw new VolumeFormatError(
      `${name}: ${rois.length} masks on a grid of ${shape.join('×')} voxels are more than can be held in memory; choose some by \`rois\``,
    );
  }
  const drawn = dataSet.items('x30060039');
  const observations = dataSet.items('x30060080');
  const isOf = (number: number) => (item: DataSet) => numberOf(item, 'x30060084') === number;
  return rois.map((roi) => {
    const number = numberOf(roi, 'x30060022');
    const label = roi.text('x30060026') ?? '';
    const own = drawn.filter(isOf(number));
    const items = own.flatMap((item) => item.items('x30060040'));
    checkFrameOfReference(roi, items, like, `${name}: ROI ${number} "${label}"`);
    const color = own[0]?.decimals('x3006002a');
    return {
      number,
      name: label,
      interpretedType: observations.find(isOf(number))?.text('x300600a4') ?? '',
      color: color?.length === 3 ? (color as unknown as [number, number, number]) : undefined,
      ...maskOf(items, like, `${name}: ROI ${number} "${label}"`),
    };
  });
}

function numberOf(item: DataSet, tag: string): number {
  return item.decimals(tag)?.[0] ?? Number.NaN;
}

function choose(
  rois: readonly DataSet[],
  chosen: readonly (string | number)[] | undefined,
  name: string,
): readonly DataSet[] {
  const labels = (roi: DataSet) => [roi.text('x30060026') ?? '', numberOf(roi, 'x30060022')];
  const missing = chosen?.find((one) => !rois.some((roi) => labels(roi).includes(one)));
  if (missing !== undefined) {
    const list = rois.map((roi) => `${labels(roi)[1]} "${labels(roi)[0]}"`).join(', ');
    throw new RangeError(
      `${name}: \`rois\` must be names or numbers of its ROIs (${list}), got ${JSON.stringify(missing)}`,
    );
  }
  if (chosen === undefined) return rois;
  return rois.filter((roi) => labels(roi).some((one) => chosen.includes(one)));
}

/** Contours are of the image if they share its frame of reference, or were drawn on its slices. */
function checkFrameOfReference(
  roi: DataSet,
  contours: readonly DataSet[],
  { header }: Volume,
  subject: string,
): void {
  const uid = roi.text('x30060024');
  if (header?.format !== 'dicom' || uid === undefined || header.frameOfReferenceUid === '') return;
  if (uid === header.frameOfReferenceUid) return;
  const own = new Set(header.sopInstanceUids);
  const isDrawnOnIt = contours
    .flatMap((contour) => contour.items('x30060016'))
    .some((image) => own.has(image.text('x00081155') ?? ''));
  if (isDrawnOnIt) return;
  throw new VolumeFormatError(
    `${subject} must lie in the image's frame of reference ${header.frameOfReferenceUid}, got ${uid}; it was drawn on another image`,
    { field: 'ReferencedFrameOfReferenceUID' },
  );
}

function maskOf(
  items: readonly DataSet[],
  like: Volume,
  subject: string,
): Pick<RtRoi, 'contours' | 'volume'> {
  const contours: Record<string, number> = {};
  const closed: DataSet[] = [];
  for (const item of items) {
    const type = item.text('x30060042') ?? '';
    if (CLOSED.includes(type)) closed.push(item);
    else if (!WITHOUT_AREA.includes(type)) {
      throw new VolumeFormatError(
        `${subject}: ContourGeometricType must be one of ${[...CLOSED, ...WITHOUT_AREA].join(', ')}, got '${type}'; the file is damaged`,
        { field: 'ContourGeometricType' },
      );
    }
    contours[type] = (contours[type] ?? 0) + 1;
  }
  const voxels = emptyLike(new Uint8Array(0), like.voxels.shape);
  for (const plane of planarContours(closed, like, subject)) {
    fillContours(plane.contours, voxels.pick(plane.slice, null, null) as NdArray<Uint8Array>);
  }
  return { contours, volume: likeVolume(like, voxels) };
}
