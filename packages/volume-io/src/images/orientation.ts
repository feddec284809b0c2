import { type NdArray, ndarray } from '@sts-net/views';
import { readTiffFile } from '../tiff/tiff-directory.ts';
import { kindOfArray, voxelArrays } from '../voxels/voxel-arrays.ts';
import type { PixelArray } from './raster-image.ts';

/** The field of EXIF and TIFF that says how rows and columns are turned. */
const ORIENTATION = 274;

/**
 * The orientation that EXIF data state, 1 to 8; 1 where they state none or are damaged, since they
 * say nothing else that matters here.
 * @param exif a TIFF file without image
 */
export function exifOrientation(exif: Uint8Array): number {
  try {
    const [value = 1] = readTiffFile(exif, 'EXIF', 1).directories[0]!.numbers(ORIENTATION) ?? [];
    return value >= 1 && value <= 8 ? value : 1;
  } catch {
    return 1;
  }
}

/**
 * An image turned as its orientation says (TIFF 6.0, page 36): 2 to 4 mirror rows, columns or both, 5 to
 * 8 exchange them first.
 * @param pixels `[row, column, channel]`
 * @returns the same for 1, else in C order in an array of its own
 */
export function upright<T extends PixelArray>(pixels: NdArray<T>, orientation: number): NdArray<T> {
  if (orientation === 1) return pixels;
  const isSwapped = orientation >= 5;
  const turned = isSwapped ? pixels.transpose(1, 0, 2) : pixels;
  const isFlipped = {
    rows: [3, 4, 7, 8].includes(orientation),
    columns: [2, 3, 6, 7].includes(orientation),
  };
  const view = turned.step(isFlipped.rows ? -1 : 1, isFlipped.columns ? -1 : 1, 1);
  const [rows, columns, channels] = view.shape as [number, number, number];
  const data = new voxelArrays[kindOfArray(pixels.data)](view.size) as T;
  const [rowStride, columnStride, channelStride] = view.stride as [number, number, number];
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = view.offset + row * rowStride + column * columnStride;
      for (let c = 0; c < channels; c++) data[to++] = view.data[from + c * channelStride]!;
    }
  }
  return ndarray(data, [rows, columns, channels]);
}
