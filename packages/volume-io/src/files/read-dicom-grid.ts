import { ndarray } from '@sts-net/views';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import type { DataSet } from '../formats/dicom/elements/data-set.ts';
import type { Slice } from '../formats/dicom/series/slices.ts';
import { movedAffine, voxelAt } from '../geometry/affine.ts';
import { onGrid } from '../volume/create-volume.ts';
import type { Volume } from '../volume/volume.ts';
import { namedBytes } from './node-files.ts';
import type { ReadVolumeOptions } from './read-volume.ts';

/** More slices than any image has. */
const MAX_SLICES = 10_000;

/**
 * The smallest even grid on which the frames of DICOM segmentations (SEG) of one image lie, together with
 * the contours of structure sets (RTSTRUCT): for masks that are to be compared without their image. Its slices
 * are as far apart as the segmentations state, else as their two nearest frames.
 * @returns a volume of zeros, for the option `like` of `readDicomSegments` and `readRtStruct`
 * @throws {VolumeFormatError} if there is no segmentation with a frame that says where it lies, or a file
 * is damaged
 * @throws {Error} if a file cannot be read; the message names it and says why
 */
export async function readDicomGrid(
  sources: readonly (string | URL | Uint8Array | ArrayBuffer)[],
  { codecs = {}, onWarning = () => {} }: ReadVolumeOptions = {},
): Promise<Volume<Uint8Array>> {
  const [{ parseDicomImage }, { parseDataSet }, { slicesOf }, { ownGrid }, { closedContours }] =
    await Promise.all([
      import('../formats/dicom/pixels/dicom-image.ts'),
      import('../formats/dicom/elements/parse-data-set.ts'),
      import('../formats/dicom/series/slices.ts'),
      import('../formats/dicom/segments/segment-grid.ts'),
      import('../formats/dicom/contours/closed-contours.ts'),
    ]);
  const slices: Slice[] = [];
  const structures: DataSet[] = [];
  const names: string[] = [];
  for (const source of sources) {
    const { bytes, name } = await namedBytes(source, 'readDicomGrid', 'DICOM bytes');
    names.push(name);
    const { dataSet } = await parseDataSet(bytes, name, onWarning);
    if (dataSet.text('Modality') === 'RTSTRUCT') structures.push(dataSet);
    else slices.push(...slicesOf(await parseDicomImage(bytes, codecs, name, onWarning), name));
  }
  const all = names.join(', ');
  if (slices.length === 0) {
    throw new VolumeFormatError(
      `${all}: must hold a segmentation (SEG), whose frames have pixels, got contours alone; contours have no grid of their own: give the image that they were drawn on`,
    );
  }
  return extended(ownGrid(slices, all), structures.flatMap(closedContours), all);
}

/** A grid with slices added before and after, so that each of the points lies within half of one. */
function extended(
  { affine, voxels: { shape } }: Volume,
  contours: readonly (readonly number[])[],
  name: string,
): Volume<Uint8Array> {
  const [depth, rows, columns] = shape as [number, number, number];
  let [first, last] = [0, depth - 1];
  for (const points of contours) {
    for (let i = 0; i < points.length; i += 3) {
      const slice = Math.round(voxelAt(affine, [points[i]!, points[i + 1]!, points[i + 2]!])[2]);
      first = Math.min(first, slice);
      last = Math.max(last, slice);
    }
  }
  const count = last - first + 1;
  if (!(count <= MAX_SLICES)) {
    throw new VolumeFormatError(
      `${name}: contours and frames must be of one image, but lie ${count} slices apart`,
    );
  }
  const voxels = ndarray(new Uint8Array(count * rows * columns), [count, rows, columns]);
  return onGrid(voxels, movedAffine(affine, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, first, 0, 0, 0, 1]));
}
