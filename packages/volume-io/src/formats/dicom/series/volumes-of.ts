import ndarray from 'ndarray';
import { scaled } from '../../../geometry/vectors.ts';
import { worldGrid } from '../../../geometry/world-grid.ts';
import type { DicomHeader } from '../../../headers/dicom-header.ts';
import type { Volume } from '../../../volume/volume.ts';
import { realValues } from './real-values.ts';
import { sliceAxis } from './slice-axis.ts';
import type { Slice } from './slices.ts';

interface VolumesOfOptions {
  /** Whether a stack that leans is taken. @default false */
  readonly tilt?: boolean;
  onWarning(message: string): void;
}

/**
 * A volume for each sample of a pixel from slices that lie beside one another.
 * @throws {VolumeFormatError} if they are no regular stack, see `sliceAxis`
 */
export function volumesOf(
  slices: readonly Slice[],
  name: string,
  { tilt = false, onWarning }: VolumesOfOptions,
): Volume[] {
  const { ordered, alongRow, alongColumn, step } = sliceAxis(slices, name, { tilt });
  const first = ordered[0]!;
  const [rows, columns, samples] = first.pixels.shape as [number, number, number];
  const { pixelSpacing, position, spacingFrom } = first.geometry;
  const [dy, dx] = pixelSpacing;
  const grid = worldGrid(
    [scaled(alongRow, dx), scaled(alongColumn, dy), step],
    position ?? [0, 0, 0],
    [-1, -1, 1],
    `${name}: the positions of its slices`,
  );
  const data = realValues(ordered);
  const header: DicomHeader = {
    format: 'dicom',
    ...first.series,
    sopInstanceUids: ordered.map(({ sopInstanceUid }) => sopInstanceUid),
    frameNumbers: ordered.map(({ frameNumber }) => frameNumber),
    photometricInterpretation: first.image.photometricInterpretation,
    spacingFrom: {
      pixels: spacingFrom.pixels,
      slices: ordered.length > 1 ? 'ImagePositionPatient' : spacingFrom.slices,
    },
    isPlaced: position !== undefined,
  };
  for (const oddity of oddities(header)) onWarning(`${name}: ${oddity}`);
  const strides = [rows * columns * samples, columns * samples, samples];
  return Array.from({ length: samples }, (_, sample) => ({
    voxels: ndarray(data, [ordered.length, rows, columns], strides, sample),
    ...grid,
    header,
  }));
}

/** What a user of the volume should know and may not look up. */
function oddities({ spacingFrom, isPlaced, photometricInterpretation }: DicomHeader): string[] {
  const found: string[] = [];
  if (spacingFrom.pixels === 'unknown') {
    found.push('does not say how far its pixels are apart; 1 mm stands for what is unknown');
  } else if (spacingFrom.pixels === 'ImagerPixelSpacing') {
    found.push(
      'states the spacing at the detector only (ImagerPixelSpacing); in the patient it is smaller by an unknown factor',
    );
  }
  if (isPlaced && spacingFrom.slices === 'unknown') {
    found.push('is one slice of unknown thickness, for which 1 mm stands');
  }
  if (photometricInterpretation === 'MONOCHROME1') {
    found.push(
      'its lowest values are white (MONOCHROME1) and were not inverted; images in which the highest are (MONOCHROME2) look the other way round',
    );
  }
  return found;
}
