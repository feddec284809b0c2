import {
  type DicomSegment,
  labelsOf,
  likeVolume,
  type ReadingOptions,
  readDicomInfo,
  readDicomSegments,
  readRtStruct,
  type Volume,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { isFlatImage } from './read-image-file.ts';

export interface DrawnMaskOptions extends ReadingOptions {
  /** The image, on whose grid the mask comes. @default a grid through the frames of a segmentation */
  readonly like?: Volume | undefined;
  /** Which segment or region: its number, or its label; `'each'` is every one as the label of its number. @default the only one */
  readonly segment?: string | undefined;
}

/** What a file whose masks are placed by their position is. */
export type DrawnKind = 'SEG' | 'RTSTRUCT';

/** What a file is, if its masks are placed by their position: a DICOM segmentation or structure set. */
export async function drawnKind(path: string): Promise<DrawnKind | undefined> {
  if (isFlatImage(path)) return undefined;
  const modality = (await readDicomInfo(path))?.modality;
  return modality === 'SEG' || modality === 'RTSTRUCT' ? modality : undefined;
}

/**
 * The mask that was drawn in a DICOM segmentation (SEG) or structure set (RTSTRUCT): 0 and 1, or what lies
 * in between where the segmentation is fractional.
 *
 * @param kind what `drawnKind` says of the file
 * @throws RangeError if there are several segments and none is chosen, or one that is not there
 * @throws Error naming the file, if it is damaged or does not lie on `like`
 */
export async function readDrawnMask(
  path: string,
  kind: DrawnKind,
  { like, segment, onWarning }: DrawnMaskOptions = {},
): Promise<Volume> {
  if (kind === 'SEG') {
    const segments = await readDicomSegments(path, { ...(like && { like }), onWarning });
    if (segment === 'each') {
      return labelled(
        path,
        segments.map((one) => ({ ...one, volume: valuesOf(one) })),
      );
    }
    return valuesOf(choose(path, segments, segment));
  }
  if (like === undefined) {
    throw new RangeError(
      `'${path}' holds contours, which have no voxels of their own; give the \`image\` that they were drawn on`,
    );
  }
  const listed: { readonly number: number; readonly label: string }[] = [];
  const list = ({ number, name }: { readonly number: number; readonly name: string }) => {
    listed.push({ number, label: name });
    return false;
  };
  await readRtStruct(path, { like, rois: list });
  if (segment === 'each') {
    const all = await readRtStruct(path, { like, onWarning });
    return labelled(
      path,
      all.map(({ number, name, volume }) => ({ number, label: name, volume })),
    );
  }
  const { number } = choose(path, listed, segment);
  const [roi] = await readRtStruct(path, { like, rois: [number], onWarning });
  return roi!.volume;
}

function choose<One extends { readonly number: number; readonly label: string }>(
  path: string,
  all: readonly One[],
  wanted: string | undefined,
): One {
  const list = all.map(({ number, label }) => `${number} '${label}'`).join(', ');
  if (wanted === undefined) {
    const [only, ...others] = all;
    if (only !== undefined && others.length === 0) return only;
    throw new RangeError(
      `'${path}' must hold one segment, got ${all.length === 0 ? 'none' : `${list}; choose one by \`segment\``}`,
    );
  }
  const name = wanted.normalize();
  const found =
    all.find(({ label }) => label.normalize() === name) ??
    all.find(({ number }) => String(number) === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `'${path}': \`segment\` must be the number or label of one of its segments (${list || 'none'}), got '${wanted}'`,
  );
}

interface Drawn {
  readonly number: number;
  readonly label: string;
  readonly volume: Volume;
}

/** Every segment as the label of its number. @throws RangeError where two share a voxel, or one is no label */
function labelled(path: string, all: readonly Drawn[]): Volume {
  const [first] = all;
  if (first === undefined) {
    throw new RangeError(`'${path}' must hold a segment, got none`);
  }
  const size = first.volume.voxels.size;
  const labels = new Uint8Array(size);
  for (const { number, label, volume } of all) {
    if (!(number >= 1 && number <= 254)) {
      throw new RangeError(
        `'${path}': segments that are labels must have numbers from 1 to 254, got ${number} '${label}'; choose one by \`segment\``,
      );
    }
    const { data } = labelsOf(volume).voxels;
    for (let i = 0; i < size; i++) {
      if (data[i] === 0) continue;
      if (labels[i] !== 0) {
        const other = all.find((one) => one.number === labels[i])!;
        throw new RangeError(
          `'${path}': segments that are labels must not overlap, but ${other.number} '${other.label}' and ${number} '${label}' do; choose one by \`segment\``,
        );
      }
      labels[i] = number;
    }
  }
  return likeVolume(first.volume, ndarray(labels, [...first.volume.voxels.shape]));
}

/** What is stored, as a share of the highest value. */
function valuesOf({ volume, maximum }: DicomSegment): Volume {
  if (maximum === 1) return volume;
  const { data } = volume.voxels;
  const shares = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) shares[i] = data[i]! / maximum;
  return likeVolume(volume, ndarray(shares, [...volume.voxels.shape]));
}
