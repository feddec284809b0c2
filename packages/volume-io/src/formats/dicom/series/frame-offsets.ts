import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { cross } from '../../../geometry/vectors.ts';
import type { DataSet } from '../elements/data-set.ts';

/** How far each frame lies from the file's one position along its normal, in mm; none where all do not. */
export function frameOffsets(dataSet: DataSet, frames: number, name: string): readonly number[] {
  const dose = dataSet.numbers('GridFrameOffsetVector');
  if (dose !== undefined) return doseOffsets(dataSet, dose, frames, name);
  return hasReconstructedSlices(dataSet) ? reconstructedOffsets(dataSet, frames, name) : [];
}

/**
 * Whether frames are slices that nuclear medicine reconstructed, which have one position in the
 * description of the detector and one distance (PS3.3, C.8.4.9, C.8.4.15).
 */
export function hasReconstructedSlices(dataSet: DataSet): boolean {
  return (
    dataSet.text('ImageType')?.split('\\')[2]?.trim() === 'RECON TOMO' &&
    Number.isFinite(dataSet.number('SpacingBetweenSlices'))
  );
}

/** A negative distance means slices in front of the first. */
function reconstructedOffsets(dataSet: DataSet, frames: number, name: string): readonly number[] {
  const step = dataSet.number('SpacingBetweenSlices')!;
  const slices = dataSet.numbers('SliceVector') ?? Array.from({ length: frames }, (_, i) => i + 1);
  if (slices.length !== frames) {
    throw new VolumeFormatError(
      `${name}: SliceVector must have a number for each of ${frames} frames, got ${slices.length}; the file is damaged`,
      { field: 'SliceVector' },
    );
  }
  return slices.map((slice) => step * (slice - 1));
}

/**
 * How far the frames of a dose lie from its position along their normal, in mm (PS3.3, C.8.8.3.2):
 * as stated where the first is 0, else as z coordinates of axial frames. Where slices count towards
 * the feet, z coordinates are not defined.
 */
function doseOffsets(
  dataSet: DataSet,
  offsets: readonly number[],
  frames: number,
  name: string,
): readonly number[] {
  const fail = (requirement: string): never => {
    throw new VolumeFormatError(
      `${name}: GridFrameOffsetVector must ${requirement}, got [${offsets.slice(0, 4).join(', ')}${offsets.length > 4 ? ', …' : ''}]; the file is damaged`,
      { field: 'GridFrameOffsetVector' },
    );
  };
  if (offsets.length !== frames || !offsets.every(Number.isFinite)) {
    fail(`have a distance for each of ${frames} frames`);
  }
  if (offsets[0] === 0) return offsets;
  const z = dataSet.numbers('ImagePositionPatient')?.[2] ?? Number.NaN;
  const [xx, xy, xz, yx, yy, yz] = dataSet.numbers('ImageOrientationPatient') ?? [];
  const normal = cross([xx ?? 0, xy ?? 0, xz ?? 0], [yx ?? 0, yy ?? 0, yz ?? 0]);
  if (!(normal[2] > 0.999 && Math.abs(offsets[0]! - z) < 1e-2)) {
    fail('begin with 0, or with the z of ImagePositionPatient in axial frames that count upwards');
  }
  return offsets.map((at) => at - z);
}
