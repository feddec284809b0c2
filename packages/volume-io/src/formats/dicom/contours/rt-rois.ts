import type { NdArray } from 'ndarray';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { likeVolume } from '../../../volume/like-volume.ts';
import type { Volume } from '../../../volume/volume.ts';
import { emptyLike, MAX_MASK_VOXELS } from '../../../voxels/voxel-arrays.ts';
import type { DataSet } from '../elements/data-set.ts';
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
  const all = dataSet.items('x30060020');
  const drawn = byRoi(dataSet.items('x30060039'));
  const observations = byRoi(dataSet.items('x30060080'));
  checkNumbers(all, [...drawn.keys()], name);
  const rois = choose(all, chosen, name);
  const { shape } = like.voxels;
  if (rois.length * shape.reduce((product, length) => product * length, 1) > MAX_MASK_VOXELS) {
    throw new VolumeFormatError(
      `${name}: ${rois.length} masks on a grid of ${shape.join('×')} voxels are more than can be held in memory; choose some by \`rois\``,
    );
  }
  return rois.map((roi) => {
    const number = numberOf(roi, 'x30060022');
    const label = roi.text('x30060026') ?? '';
    const own = drawn.get(number) ?? [];
    const items = own.flatMap((item) => item.items('x30060040'));
    const subject = `${name}: ROI ${number} "${label}"`;
    checkFrameOfReference(roi, items, like, subject);
    const color = own[0]?.decimals('x3006002a');
    return {
      number,
      name: label,
      interpretedType: observations.get(number)?.[0]?.text('x300600a4') ?? '',
      color: color?.length === 3 ? (color as unknown as [number, number, number]) : undefined,
      ...maskOf(items, like, subject),
    };
  });
}

/** Items by the ROI that they are of (`ReferencedROINumber`). */
function byRoi(items: readonly DataSet[]): Map<number, DataSet[]> {
  const groups = new Map<number, DataSet[]>();
  for (const item of items) {
    const number = numberOf(item, 'x30060084');
    const group = groups.get(number);
    if (group === undefined) groups.set(number, [item]);
    else group.push(item);
  }
  return groups;
}

function numberOf(item: DataSet, tag: string): number {
  return item.decimals(tag)?.[0] ?? Number.NaN;
}

/** ROIs and their contours belong together by number. */
function checkNumbers(rois: readonly DataSet[], drawn: readonly number[], name: string): void {
  const numbers = new Set<number>();
  const fail = (field: string, requirement: string, got: number): never => {
    throw new VolumeFormatError(
      `${name}: ${field} must be ${requirement}, got ${got}; the file is damaged`,
      { field },
    );
  };
  for (const roi of rois) {
    const number = numberOf(roi, 'x30060022');
    if (!Number.isSafeInteger(number) || numbers.has(number)) {
      fail('ROINumber', 'a whole number, another for each ROI', number);
    }
    numbers.add(number);
  }
  for (const number of drawn) {
    if (!numbers.has(number)) fail('ReferencedROINumber', 'the number of an ROI', number);
  }
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
