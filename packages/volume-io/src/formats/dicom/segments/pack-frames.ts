import type { NdArray } from '@sts-net/views';

/** A frame of a segmentation: one slice of one segment, both from 0. */
interface Frame {
  readonly segment: number;
  readonly slice: number;
}

/**
 * The slices of masks that hold something, a bit for each voxel, frames directly after one another
 * (PS3.5, 8.1.1). If there is nothing at all, the first slice, since there must be a frame.
 * @param masks 0 and 1, `[slice, row, column]`
 */
export function packFrames(masks: readonly NdArray<Uint8Array>[]): {
  readonly frames: readonly Frame[];
  readonly pixels: Uint8Array;
} {
  const [slices, rows, columns] = masks[0]!.shape as [number, number, number];
  const frames = masks.flatMap((mask, segment) =>
    Array.from({ length: slices }, (_, slice) => ({ segment, slice })).filter(({ slice }) =>
      isUsed(mask.pick(slice, null, null) as NdArray<Uint8Array>),
    ),
  );
  if (frames.length === 0) frames.push({ segment: 0, slice: 0 });
  const pixels = new Uint8Array(Math.ceil((frames.length * rows * columns) / 8));
  let bit = 0;
  for (const { segment, slice } of frames) {
    const mask = masks[segment]!;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, bit++) {
        pixels[bit >> 3]! |= mask.get(slice, row, column) << (bit & 7);
      }
    }
  }
  return { frames, pixels };
}

function isUsed(slice: NdArray<Uint8Array>): boolean {
  const [rows, columns] = slice.shape as [number, number];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (slice.get(row, column) !== 0) return true;
    }
  }
  return false;
}
