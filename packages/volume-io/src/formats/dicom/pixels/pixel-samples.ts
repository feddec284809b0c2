import type { VoxelArray } from '../../../voxels/voxel-arrays.ts';
import type { ImageAttributes } from './image-attributes.ts';

/** Pixels as stored: frame by frame, row by row, the samples of a pixel together. */
export interface StoredPixels {
  readonly data: VoxelArray;
  /** What the samples are once decoded; a JPEG in YCbCr is decoded to RGB. */
  readonly photometricInterpretation: string;
}

/** Zeros of the type that the attributes declare. */
export function sampleArray(
  { bitsAllocated, isSigned }: Pick<ImageAttributes, 'bitsAllocated' | 'isSigned'>,
  length: number,
): VoxelArray {
  if (bitsAllocated <= 8) return isSigned ? new Int8Array(length) : new Uint8Array(length);
  if (bitsAllocated === 16) return isSigned ? new Int16Array(length) : new Uint16Array(length);
  return isSigned ? new Int32Array(length) : new Uint32Array(length);
}

/** Drops what lies beside the stored bits (old overlays) and extends the sign. */
export function maskBits(
  data: VoxelArray,
  { bitsAllocated, bitsStored, highBit, isSigned }: ImageAttributes,
): void {
  if (bitsStored === bitsAllocated) return;
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  if (isSigned && highBit === bitsStored - 1) {
    // Where the bits above are copies of a sign, numbers are complete, and some files then hold
    // larger ones than BitsStored admits.
    let isExtended = false;
    for (let i = 0; i < data.length; i++) {
      const above = data[i]! >> bitsStored;
      if (above === -1) isExtended = true;
      else if (above !== 0) {
        isExtended = false;
        break;
      }
    }
    if (isExtended) return;
  }
  for (let i = 0; i < data.length; i++) {
    const shifted = data[i]! << left;
    data[i] = isSigned ? shifted >> right : shifted >>> right;
  }
}
