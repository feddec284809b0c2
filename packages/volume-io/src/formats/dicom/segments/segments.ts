import ndarray, { type NdArray } from 'ndarray';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { stepsAlong, voxelAt } from '../../../geometry/affine.ts';
import { cross, dot, scaled, type Vector } from '../../../geometry/vectors.ts';
import { worldGrid } from '../../../geometry/world-grid.ts';
import { onGrid } from '../../../volume/create-volume.ts';
import { likeVolume } from '../../../volume/like-volume.ts';
import type { Volume } from '../../../volume/volume.ts';
import { emptyLike, MAX_MASK_VOXELS } from '../../../voxels/voxel-arrays.ts';
import type { ParsedDicom } from '../pixels/dicom-image.ts';
import { type Slice, slicesOf } from '../series/slices.ts';

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

/** How far a frame may be from a slice of the grid, in voxels. */
const TOLERANCE = 0.05;

/** The segments of a parsed segmentation, each on the grid of `like` or on one of the file's own. */
export function segmentsOf(
  parsed: ParsedDicom,
  like: Volume | undefined,
  name: string,
): DicomSegment[] {
  const { dataSet, image } = parsed;
  const data = image.pixels.data;
  if (image.modality !== 'SEG' || !(data instanceof Uint8Array)) {
    throw new VolumeFormatError(
      `${name}: must be a segmentation (Modality SEG) of 1 or 8 bit, got ${image.modality || 'no Modality'} of ${image.bitsAllocated} bit; \`readVolume\` reads images`,
      { field: 'Modality' },
    );
  }
  const slices = slicesOf(parsed, name);
  const perFrame = dataSet.items('x52009230');
  const [shared] = dataSet.items('x52009229');
  const segments = dataSet.items('x00620002');
  const known = new Set(segments.map((segment) => segment.uint16('x00620004')));
  const numbers = slices.map((slice, i) => {
    const [group] = perFrame[i]?.items('x0062000a') ?? [];
    const number = (group ?? shared?.items('x0062000a')[0])?.uint16('x0062000b');
    if (number !== undefined && known.has(number)) return number;
    throw new VolumeFormatError(
      `${slice.name}: must say which of the ${segments.length} segments it belongs to (ReferencedSegmentNumber), got ${number ?? 'nothing'}; the file is damaged`,
      { field: 'ReferencedSegmentNumber' },
    );
  });
  const grid = like ?? ownGrid(slices, name);
  const voxelCount = grid.voxels.shape.reduce((product, length) => product * length, 1);
  if (segments.length * voxelCount > MAX_MASK_VOXELS) {
    throw new VolumeFormatError(
      `${name}: ${segments.length} segments on a grid of ${grid.voxels.shape.join('×')} voxels are more than can be held in memory; the file is damaged, or split it`,
    );
  }
  const isFractional = dataSet.text('x00620001') === 'FRACTIONAL';
  const maximum = isFractional ? (dataSet.uint16('x0062000e') ?? 255) : 1;
  return segments.map((segment) => {
    const number = segment.uint16('x00620004') ?? 0;
    const voxels = emptyLike(new Uint8Array(0), grid.voxels.shape);
    for (const [i, slice] of slices.entries()) {
      if (numbers[i] !== number) continue;
      place(slice.pixels.pick(null, null, 0) as NdArray<Uint8Array>, slice, voxels, grid);
    }
    const label = segment.text('x00620005') ?? '';
    return { number, label, volume: likeVolume(grid, voxels), maximum };
  });
}

/** An even grid through all frames, whatever segment they are of; frames may be missing. */
function ownGrid(slices: readonly Slice[], name: string): Volume {
  const geometry = slices[0]!.geometry;
  if (geometry === undefined || slices.some((slice) => slice.geometry === undefined)) {
    throw new VolumeFormatError(
      `${name}: its frames must say where they lie (ImagePositionPatient), got none; it is of an image without a place in space`,
      { field: 'ImagePositionPatient' },
    );
  }
  const normal = cross(geometry.alongRow, geometry.alongColumn);
  const along = slices.map((slice) => dot(slice.geometry!.position, normal));
  const places = [...new Set(along.map((at) => Math.round(at * 1000) / 1000))].sort(
    (a, b) => a - b,
  );
  const gaps = places.slice(1).map((at, i) => at - places[i]!);
  const distance = gaps.length > 0 ? Math.min(...gaps) : (geometry.sliceSpacing ?? 1);
  const count = Math.round((places.at(-1)! - places[0]!) / distance) + 1;
  if (count > 10_000) {
    throw new VolumeFormatError(`${name}: its frames lie too unevenly to be slices of one grid`);
  }
  const first = slices[along.indexOf(Math.min(...along))]!.geometry!;
  const [dy, dx] = geometry.pixelSpacing;
  const { affine } = worldGrid(
    [scaled(geometry.alongRow, dx), scaled(geometry.alongColumn, dy), scaled(normal, distance)],
    first.position,
    [-1, -1, 1],
    `${name}: the positions of its frames`,
  );
  const { rows, columns } = slices[0]!.image;
  const voxels = ndarray(new Uint8Array(0), [count, rows, columns], [0, 0, 0]);
  return onGrid(voxels, affine);
}

/** Puts a frame into the slice of the grid that it lies on. */
function place(
  frame: NdArray<Uint8Array>,
  { geometry, name }: Slice,
  into: NdArray<Uint8Array>,
  { affine }: Volume,
): void {
  const [depth, rows, columns] = into.shape as [number, number, number];
  const fail = (what: string): never => {
    throw new VolumeFormatError(
      `${name}: must lie on a slice of the image's grid, but ${what}; it is a segmentation of another image`,
    );
  };
  if (frame.shape[0] !== rows || frame.shape[1] !== columns) {
    fail(`has ${frame.shape.join('×')} pixels, not ${rows}×${columns}`);
  }
  if (geometry === undefined) fail('says not where it lies');
  const { position, alongRow, alongColumn, pixelSpacing } = geometry!;
  const toRas = ([x, y, z]: Vector): Vector => [-x, -y, z];
  const at = voxelAt(affine, position);
  const right = stepsAlong(affine, toRas(alongRow));
  const down = stepsAlong(affine, toRas(alongColumn));
  const slice = Math.round(at[2]);
  const off = Math.max(
    Math.abs(at[0]),
    Math.abs(at[1]),
    Math.abs(at[2] - slice),
    // Over the whole frame.
    columns * Math.hypot(right[0] * pixelSpacing[1] - 1, right[1] * pixelSpacing[1]),
    rows * Math.hypot(down[0] * pixelSpacing[0], down[1] * pixelSpacing[0] - 1),
  );
  if (!(off <= TOLERANCE)) fail(`is ${off.toFixed(2)} voxels off it`);
  if (slice < 0 || slice >= depth) fail(`would be slice ${slice} of ${depth}`);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const value = frame.get(r, c);
      if (value !== 0) into.set(slice, r, c, value);
    }
  }
}
