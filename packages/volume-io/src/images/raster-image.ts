import type { NdArray } from 'ndarray';

/** The typed arrays that hold pixels. */
export type PixelArray = Uint8Array | Uint16Array | Float32Array | Float64Array;

/** A 2-D image as it is stored: no gamma, no colour management, no rotation by metadata. */
export interface RasterImage<T extends PixelArray = PixelArray> {
  /**
   * `[row, column, channel]`: 1 channel grey, 2 grey and alpha, 3 red, green, blue, 4 with alpha.
   * Palettes are expanded.
   */
  readonly pixels: NdArray<T>;
  /** The value of white: 255 for 8 bit, 65535 for 16, 1 for 1 bit and for floating point. */
  readonly maxValue: number;
  /** Images in the file; more than 1 only in TIFF. */
  readonly pages: number;
}

/** What a decoder is asked for beside the bytes. */
export interface ImageContext {
  /** The file's name for error messages. */
  readonly name: string;
  readonly page: number;
  readonly palette: 'expand' | 'keep';
}
