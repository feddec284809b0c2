import type { NdArray } from '@sts-net/views';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';

/** The typed arrays that hold pixels. */
export type PixelArray = VoxelArray;

/**
 * A 2-D image. Samples are as they are stored, without gamma and colour management; the image is
 * upright, as its orientation by metadata (EXIF) says.
 */
export interface RasterImage<T extends PixelArray = PixelArray> {
  /**
   * `[row, column, channel]`: 1 channel grey, 2 grey and alpha, 3 red, green, blue, 4 with alpha; more
   * in some TIFF. Larger is brighter: where 0 is white in the file, it is the largest value here.
   * Palettes are expanded, unless their indices were asked for.
   */
  readonly pixels: NdArray<T>;
  /**
   * The value of white: 255 for 8 bit, 65535 for 16, 32767 for 16 with sign, 1 for 1 bit and for
   * floating point.
   */
  readonly maxValue: number;
  /**
   * Images in the file; more than 1 only in TIFF and in animated PNG. Of a stack that ImageJ or tifffile
   * wrote behind one directory the first alone can be read.
   */
  readonly pages: number;
  /**
   * How the file says that its rows and columns are turned, 1 to 8 as EXIF has it; 1 where it says
   * nothing. `pixels` are turned back already.
   */
  readonly orientation: number;
  /** Whether values are near those that were stored, and not these: JPEG, also inside TIFF. */
  readonly lossy: boolean;
  /**
   * Red, green and blue, and alpha where colours have it, of each index, 0 to 255. Only where `palette:
   * 'keep'` left indices.
   */
  readonly colours?: readonly (readonly number[])[];
}

/** What a decoder is asked for beside the bytes. */
export interface ImageContext {
  /** The file's name for error messages. */
  readonly name: string;
  readonly page: number;
  readonly palette: 'expand' | 'keep';
  /** Says what is odd about the file but no error. */
  readonly onWarning: (message: string) => void;
}
