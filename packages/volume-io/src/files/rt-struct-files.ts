import type { ReadingOptions } from '../bytes/reading-options.ts';
import type { RoiChoice, RtRoi } from '../formats/dicom/contours/rt-rois.ts';
import type { RoiToWrite } from '../formats/dicom/contours/structure-set.ts';
import { encodeRtStruct, type WriteRtStructOptions } from '../formats/encode-rt-struct.ts';
import { copyOnto } from '../grids/onto-grid.ts';
import { sliceAcross } from '../grids/turn-towards.ts';
import type { Volume } from '../volume/volume.ts';
import { namedBytes, writeFile } from './node-files.ts';

export interface ReadRtStructOptions extends ReadingOptions {
  /** The image that was contoured, its axes in any order: masks come on its grid. */
  readonly like: Volume;
  /** Names or numbers of the ROIs to read, or a function that says of each. @default all */
  readonly rois?: RoiChoice | undefined;
}

/**
 * Reads a DICOM RT Structure Set (RTSTRUCT), one mask for each ROI (PS3.3, C.8.8.5 and C.8.8.6).
 *
 * A voxel belongs to an ROI if its centre lies inside a closed contour or on it. Of contours in one
 * plane, one that lies wholly inside another is a hole in it, also as a keyhole, and one inside a
 * hole an island; those that overlap otherwise are united, and a repeated one counts once. Of
 * `CLOSEDPLANAR_XOR` an odd number must be around a voxel. Contours that lie between slices go to the
 * nearest one; planes that share a slice are united. Points and open contours are counted but have
 * no area. Contours that lie farther than half a slice beyond the image or across its slices are
 * left out, and those that reach beyond its edges clipped; both are counted, and `onWarning` is told.
 * @throws {VolumeFormatError} if the file is damaged, cut off or no structure set, or if no ROI has a
 * place in `like`: all are left out, or belong to another frame of reference and to none of the
 * slices of `like`
 * @throws {RangeError} if `rois` names one that is not there
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readRtStruct(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  options: ReadRtStructOptions,
): Promise<RtRoi[]> {
  const { like, rois, onWarning = () => {} } = options;
  const { bytes, name } = await namedBytes(pathOrBytes, 'readRtStruct', 'DICOM bytes');
  const [{ parseDataSet }, { rtRois }, { closedContours, normalOf }] = await Promise.all([
    import('../formats/dicom/elements/parse-data-set.ts'),
    import('../formats/dicom/contours/rt-rois.ts'),
    import('../formats/dicom/contours/closed-contours.ts'),
  ]);
  const { dataSet } = await parseDataSet(bytes, name, onWarning);
  // Other formats may store the axes in any order; the slices of DICOM are those that are drawn on.
  const normal = like.header?.format === 'dicom' ? undefined : normalOf(closedContours(dataSet));
  const turned = normal === undefined ? like : sliceAcross(like, normal);
  const read = rtRois(dataSet, { like: turned, rois, name, onWarning });
  if (turned === like) return read;
  return read.map((roi) => ({ ...roi, volume: copyOnto(roi.volume, like) }));
}

/**
 * Writes what `encodeRtStruct` makes. The file appears under its name only when it is complete.
 * @param path an existing file is replaced
 * @throws {RangeError} as `encodeRtStruct` does
 * @throws {Error} if the file cannot be written; the message names it and says why
 */
export async function writeRtStruct(
  path: string,
  rois: readonly RoiToWrite[],
  options: WriteRtStructOptions,
): Promise<void> {
  await writeFile('writeRtStruct', path, () => encodeRtStruct(rois, options));
}
