import { ndarray } from '@sts-net/views';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
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
 * @throws {VolumeFormatError} if they are no regular stack, see `sliceAxis`, or of several patients
 */
export function volumesOf(
  slices: readonly Slice[],
  name: string,
  { tilt = false, onWarning }: VolumesOfOptions,
): Volume[] {
  checkPatient(slices, name);
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

/** A mask of one patient must not be drawn on another. Where no slice has a PatientID, names tell. */
function checkPatient(slices: readonly Slice[], name: string): void {
  const different = (key: 'id' | 'name') =>
    new Set(slices.map(({ series }) => series.patient[key]).filter((text) => text !== '')).size;
  const [ids, names] = [different('id'), different('name')];
  const [field, count] =
    ids > 0 ? (['PatientID', ids] as const) : (['PatientName', names] as const);
  if (count < 2) return;
  throw new VolumeFormatError(
    `${name}: its slices must be of one patient, but have ${count} different values of ${field}; separate the files`,
    { field },
  );
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
