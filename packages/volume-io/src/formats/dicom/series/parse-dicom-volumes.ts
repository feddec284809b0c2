import ndarray from 'ndarray';
import type { ByteSource } from '../../../bytes/byte-source.ts';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { cross, dot, scaled } from '../../../geometry/vectors.ts';
import { worldGrid } from '../../../geometry/world-grid.ts';
import type { DicomHeader } from '../../../headers/dicom-header.ts';
import type { Volume } from '../../../volume/volume.ts';
import type { JpegCodecs } from '../pixels/codecs.ts';
import { parseDicomImage } from '../pixels/dicom-image.ts';
import { realValues } from './real-values.ts';
import { sliceAxis } from './slice-axis.ts';
import { type Slice, slicesOf } from './slices.ts';

const MAX_FILE_BYTES = 2 ** 32;

/** Reads a DICOM file: one volume for each set of frames that covers space once, and sample. */
export async function parseDicomVolumes(
  source: ByteSource,
  { name, codecs }: { readonly name: string; readonly codecs: JpegCodecs },
): Promise<readonly Volume[]> {
  const bytes = await source.readRest(MAX_FILE_BYTES);
  return stackFrames(slicesOf(await parseDicomImage(bytes, codecs, name), name), name);
}

/**
 * Puts the frames of one file together: one volume for each set of frames that covers space once
 * (time points, echoes) and each sample of a pixel.
 */
function stackFrames(slices: readonly Slice[], name: string): Volume[] {
  const sets: Slice[][] = [];
  if (slices.some(({ geometry }) => geometry === undefined)) {
    for (const slice of slices) sets.push([slice]);
  } else {
    // The n-th frame at a place belongs to the n-th volume.
    const normal = cross(slices[0]!.geometry!.alongRow, slices[0]!.geometry!.alongColumn);
    const seen = new Map<string, number>();
    for (const slice of slices) {
      const place = dot(slice.geometry!.position, normal).toFixed(3);
      const turn = seen.get(place) ?? 0;
      seen.set(place, turn + 1);
      if (turn === sets.length) sets.push([]);
      sets[turn]!.push(slice);
    }
    if (sets.some((set) => set.length !== sets[0]!.length)) {
      throw new VolumeFormatError(
        `${name}: its frames must cover space equally often, got places with ${sets.length} frames and places with fewer; \`readDicomImage\` gives them as they are`,
      );
    }
  }
  return sets.flatMap((set) => stackSet(set, name));
}

/** A volume for each sample of a pixel from slices that lie beside one another. */
export function stackSet(
  slices: readonly Slice[],
  name: string,
  options: { readonly tilt?: boolean } = {},
): Volume[] {
  const { ordered, step } = sliceAxis(slices, name, options);
  const first = ordered[0]!;
  const [rows, columns, samples] = first.pixels.shape as [number, number, number];
  const { geometry } = first;
  const [dy, dx] = geometry?.pixelSpacing ?? [1, 1];
  const grid = worldGrid(
    [
      scaled(geometry?.alongRow ?? [1, 0, 0], dx),
      scaled(geometry?.alongColumn ?? [0, 1, 0], dy),
      step,
    ],
    geometry?.position ?? [0, 0, 0],
    [-1, -1, 1],
    `${name}: the positions of its slices`,
  );
  const data = realValues(ordered);
  const header: DicomHeader = {
    format: 'dicom',
    ...first.series,
    sopInstanceUids: ordered.map(({ sopInstanceUid }) => sopInstanceUid),
    frameNumbers: ordered.map(({ frameNumber }) => frameNumber),
  };
  const strides = [rows * columns * samples, columns * samples, samples];
  return Array.from({ length: samples }, (_, sample) => ({
    voxels: ndarray(data, [ordered.length, rows, columns], strides, sample),
    ...grid,
    header,
  }));
}
