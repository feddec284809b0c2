import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import type { Volume } from '../../../volume/volume.ts';
import { MAX_MASK_VOXELS } from '../../../voxels/voxel-arrays.ts';
import type { DataSet } from '../elements/data-set.ts';
import type { Keyword } from '../elements/dictionary.ts';
import { type RoiMask, roiMask } from './roi-mask.ts';

/** A region of interest of an RT Structure Set. */
export interface RtRoi extends RoiMask {
  /** `ROINumber`. */
  readonly number: number;
  /** `ROIName`. */
  readonly name: string;
  /** `RTROIInterpretedType`, such as `GTV` or `ORGAN`; empty if the file does not say. */
  readonly interpretedType: string;
  /** `ROIDisplayColor`: red, green, blue, 0–255. */
  readonly color: readonly [red: number, green: number, blue: number] | undefined;
}

/** Which ROIs are wanted: names or numbers, or a function that says so of each. */
export type RoiChoice =
  | readonly (string | number)[]
  | ((roi: Pick<RtRoi, 'number' | 'name'>) => boolean);

interface RtRoisOptions {
  readonly like: Volume;
  readonly rois: RoiChoice | undefined;
  readonly name: string;
  onWarning(message: string): void;
}

/** Sequences that may be empty, but not absent. */
const REQUIRED = [
  'StructureSetROISequence',
  'ROIContourSequence',
  'RTROIObservationsSequence',
] as const;

/** The regions of a parsed structure set as masks on the grid of `like`. */
export function rtRois(
  dataSet: DataSet,
  { like, rois: choice, name, onWarning }: RtRoisOptions,
): RtRoi[] {
  checkComplete(dataSet, name);
  const all = dataSet.items('StructureSetROISequence').map((item) => ({
    item,
    number: item.number('ROINumber') ?? Number.NaN,
    name: item.text('ROIName') ?? '',
  }));
  checkNumbers(all, name);
  const drawn = byRoi(dataSet.items('ROIContourSequence'));
  const observations = byRoi(dataSet.items('RTROIObservationsSequence'));
  checkDrawn(all, [...drawn.keys()], name, onWarning);
  const rois = chosen(all, choice, name);
  const { shape } = like.voxels;
  if (rois.length * shape.reduce((product, length) => product * length, 1) > MAX_MASK_VOXELS) {
    throw new VolumeFormatError(
      `${name}: ${rois.length} masks on a grid of ${shape.join('×')} voxels are more than can be held in memory; choose some by \`rois\``,
    );
  }
  const failures: VolumeFormatError[] = [];
  const read = rois.map((roi): RtRoi => {
    const own = drawn.get(roi.number) ?? [];
    const subject = `${name}: ROI ${roi.number} "${roi.name}"`;
    const { mask, failure, oddities } = roiMask(
      own.flatMap((item) => item.items('ContourSequence')),
      roi.item.text('ReferencedFrameOfReferenceUID'),
      like,
      subject,
    );
    if (failure !== undefined) failures.push(failure);
    for (const oddity of oddities) onWarning(`${subject} ${oddity}`);
    const color = own[0]?.numbers('ROIDisplayColor');
    return {
      number: roi.number,
      name: roi.name,
      interpretedType: observations.get(roi.number)?.[0]?.text('RTROIInterpretedType') ?? '',
      color: color?.length === 3 ? (color as unknown as [number, number, number]) : undefined,
      ...mask,
    };
  });
  // One region elsewhere is odd; all of them are another image's.
  const [failure] = failures;
  if (failure !== undefined && failures.length === read.filter(hasArea).length) throw failure;
  return read;
}

function hasArea({ contours }: RtRoi): boolean {
  return (contours.CLOSED_PLANAR ?? 0) + (contours.CLOSEDPLANAR_XOR ?? 0) > 0;
}

/** A file without what every structure set has (PS3.3, A.19.3) may end before its end. */
function checkComplete(dataSet: DataSet, name: string): void {
  const modality = dataSet.text('Modality');
  if (modality !== 'RTSTRUCT') {
    throw new VolumeFormatError(
      `${name}: must be an RT Structure Set (Modality RTSTRUCT), got ${modality ?? 'no Modality'}; \`readVolume\` reads images`,
      { field: 'Modality' },
    );
  }
  for (const field of REQUIRED) {
    if (dataSet.has(field)) continue;
    throw new VolumeFormatError(
      `${name}: must hold ${field}, as every structure set does, got none; the file is cut off, or was made by a tool that leaves it out: add an empty one, for example with pydicom`,
      { field },
    );
  }
}

/** Items by the ROI that they are of (`ReferencedROINumber`). */
function byRoi(items: readonly DataSet[]): ReadonlyMap<number, readonly DataSet[]> {
  const groups = new Map<number, DataSet[]>();
  for (const item of items) {
    const number = item.number('ReferencedROINumber') ?? Number.NaN;
    const group = groups.get(number);
    if (group === undefined) groups.set(number, [item]);
    else group.push(item);
  }
  return groups;
}

/** ROIs and their contours belong together by number. */
function checkNumbers(rois: readonly { readonly number: number }[], name: string): void {
  const field: Keyword = 'ROINumber';
  const numbers = new Set<number>();
  for (const { number } of rois) {
    if (!Number.isSafeInteger(number) || numbers.has(number)) {
      throw new VolumeFormatError(
        `${name}: ${field} must be a whole number, another for each ROI, got ${number}; the file is damaged`,
        { field },
      );
    }
    numbers.add(number);
  }
}

/** Contours of an ROI that is not listed are odd; if all are, the file is damaged. */
function checkDrawn(
  rois: readonly { readonly number: number }[],
  drawn: readonly number[],
  name: string,
  onWarning: (message: string) => void,
): void {
  const stray = drawn.filter((number) => !rois.some((roi) => roi.number === number));
  if (stray.length > 0 && stray.length === drawn.length) {
    throw new VolumeFormatError(
      `${name}: ReferencedROINumber must be the number of an ROI, got ${stray.join(', ')}; the file is damaged`,
      { field: 'ReferencedROINumber' },
    );
  }
  for (const number of stray) {
    onWarning(`${name}: contours of ROI ${number}, which it does not list, were passed over`);
  }
}

function chosen<T extends Pick<RtRoi, 'number' | 'name'>>(
  rois: readonly T[],
  choice: RoiChoice | undefined,
  name: string,
): readonly T[] {
  if (choice === undefined) return rois;
  if (typeof choice === 'function') {
    return rois.filter((roi) => choice({ number: roi.number, name: roi.name }));
  }
  const missing = choice.find((one) => !rois.some((roi) => one === roi.name || one === roi.number));
  if (missing !== undefined) {
    const list = rois.map((roi) => `${roi.number} "${roi.name}"`).join(', ');
    throw new RangeError(
      `${name}: \`rois\` must be names or numbers of its ROIs (${list}), got ${JSON.stringify(missing)}`,
    );
  }
  return rois.filter((roi) => choice.includes(roi.name) || choice.includes(roi.number));
}
