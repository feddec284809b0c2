import type { NdArray } from '@sts-net/views';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { likeVolume } from '../../../volume/like-volume.ts';
import type { Volume } from '../../../volume/volume.ts';
import { emptyLike, MAX_MASK_VOXELS, type VoxelArray } from '../../../voxels/voxel-arrays.ts';
import type { DataSet } from '../elements/data-set.ts';
import type { ParsedDicom } from '../pixels/dicom-image.ts';
import { type Slice, slicesOf } from '../series/slices.ts';
import { ownGrid, sliceOnGrid } from './segment-grid.ts';

/** One segment of a DICOM segmentation. */
export interface DicomSegment {
  /** Its number in the file, from 1. */
  readonly number: number;
  /** `SegmentLabel`. */
  readonly label: string;
  /** 0 outside; `maximum` inside, and in between where the segmentation is fractional. */
  readonly volume: Volume<Uint8Array>;
  /** 1, or `MaximumFractionalValue`. */
  readonly maximum: number;
}

/**
 * The segments of a parsed segmentation, each on the grid of `like` or on one of the file's own:
 * binary, fractional, and label maps (PS3.3, C.8.20.2 and C.8.20.4), in which the background, number
 * 0, is no segment.
 */
export function segmentsOf(
  parsed: ParsedDicom,
  like: Volume | undefined,
  name: string,
): DicomSegment[] {
  const { dataSet, image } = parsed;
  const type = dataSet.text('SegmentationType');
  const isLabelMap = type === 'LABELMAP';
  const { data } = image.pixels;
  const isMask = data instanceof Uint8Array || (isLabelMap && data instanceof Uint16Array);
  if (image.modality !== 'SEG' || !isMask) {
    throw new VolumeFormatError(
      `${name}: must be a segmentation (Modality SEG) of 1 or 8 bit, or a label map of 16, got ${image.modality || 'no Modality'} of ${image.bitsAllocated} bit; \`readVolume\` reads images`,
      { field: 'Modality' },
    );
  }
  if (!dataSet.has('SegmentSequence')) {
    throw new VolumeFormatError(
      `${name}: must hold SegmentSequence, as every segmentation does, got none; the file is damaged`,
      { field: 'SegmentSequence' },
    );
  }
  const slices = slicesOf(parsed, name);
  const described = dataSet
    .items('SegmentSequence')
    .filter((segment) => !isLabelMap || segment.number('SegmentNumber') !== 0);
  const numbers = described.map((segment) => segment.number('SegmentNumber') ?? 0);
  const layers = isLabelMap
    ? layersOfLabels(slices, numbers, name)
    : layersOfFrames(slices, numbers, dataSet);
  const grid = like ?? ownGrid(slices, name);
  const voxelCount = grid.voxels.shape.reduce((product, length) => product * length, 1);
  if (numbers.length * voxelCount > MAX_MASK_VOXELS) {
    throw new VolumeFormatError(
      `${name}: ${numbers.length} segments on a grid of ${grid.voxels.shape.join('×')} voxels are more than can be held in memory; the file is damaged, or split it`,
    );
  }
  const maximum = type === 'FRACTIONAL' ? (dataSet.number('MaximumFractionalValue') ?? 255) : 1;
  const masks = numbers.map(() => emptyLike(new Uint8Array(0), grid.voxels.shape));
  for (const { slice, segmentOf } of layers) {
    const at = sliceOnGrid(slice, grid);
    const pixels = slice.pixels.pick(null, null, 0) as NdArray<VoxelArray>;
    const [rows, columns] = pixels.shape as [number, number];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const value = pixels.get(r, c);
        if (value !== 0) masks[segmentOf(value)]!.set(at, r, c, isLabelMap ? 1 : value);
      }
    }
  }
  return described.map((segment, i) => ({
    number: numbers[i]!,
    label: segment.text('SegmentLabel') ?? '',
    volume: likeVolume(grid, masks[i]!),
    maximum,
  }));
}

/** A frame, and the index of the segment that a value in it stands for, if that is not 0. */
interface Layer {
  readonly slice: Slice;
  segmentOf(value: number): number;
}

/** Each frame is of one segment. */
function layersOfFrames(
  slices: readonly Slice[],
  numbers: readonly number[],
  dataSet: DataSet,
): readonly Layer[] {
  const perFrame = dataSet.items('PerFrameFunctionalGroupsSequence');
  const [shared] = dataSet.items('SharedFunctionalGroupsSequence');
  return slices.map((slice, i) => {
    const [group] = [perFrame[i], shared].flatMap(
      (place) => place?.items('SegmentIdentificationSequence') ?? [],
    );
    const number = group?.number('ReferencedSegmentNumber');
    const segment = numbers.indexOf(number ?? Number.NaN);
    if (segment < 0) {
      throw new VolumeFormatError(
        `${slice.name}: must say which of the ${numbers.length} segments it belongs to (ReferencedSegmentNumber), got ${number ?? 'nothing'}; the file is damaged`,
        { field: 'ReferencedSegmentNumber' },
      );
    }
    return { slice, segmentOf: () => segment };
  });
}

/** Each pixel holds the number of its segment. */
function layersOfLabels(
  slices: readonly Slice[],
  numbers: readonly number[],
  name: string,
): readonly Layer[] {
  const indices = new Map(numbers.map((number, i) => [number, i]));
  const segmentOf = (value: number): number => {
    const segment = indices.get(value);
    if (segment !== undefined) return segment;
    throw new VolumeFormatError(
      `${name}: its pixels must hold numbers of its ${numbers.length} segments, got ${value}; the file is damaged`,
      { field: 'SegmentNumber' },
    );
  };
  return slices.map((slice) => ({ slice, segmentOf }));
}
