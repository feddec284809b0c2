import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import type { DataSet } from '../elements/data-set.ts';

/** The attributes that say how pixels are stored (PS3.3, C.7.6.3). */
export interface ImageAttributes {
  readonly transferSyntaxUid: string;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly samplesPerPixel: number;
  /** Such as MONOCHROME2 or RGB, as the file states it. */
  readonly photometricInterpretation: string;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
  /** 0: the samples of a pixel together; 1: planes. */
  readonly planarConfiguration: 0 | 1;
}

/** @throws {VolumeFormatError} if there are no pixels, or their attributes are damaged */
export function imageAttributes(dataSet: DataSet, name: string): ImageAttributes {
  const fail = (field: string, requirement: string, got: unknown): never => {
    throw new VolumeFormatError(
      `${name}: ${field} must be ${requirement}, got ${got ?? 'nothing'}; the file is damaged or no image`,
      { field },
    );
  };
  if (!['x7fe00010', 'x7fe00008', 'x7fe00009'].some(dataSet.has)) {
    const modality = dataSet.text('x00080060');
    throw new VolumeFormatError(
      `${name}: holds no pixels${modality === undefined ? '' : ` (Modality ${modality})`}; it is no image`,
      { field: 'PixelData' },
    );
  }
  const positive = (tag: string, field: string) => {
    const value = dataSet.uint16(tag);
    return value !== undefined && value > 0 ? value : fail(field, 'at least 1', value);
  };
  const rows = positive('x00280010', 'Rows');
  const columns = positive('x00280011', 'Columns');
  const samplesPerPixel = dataSet.uint16('x00280002') ?? 1;
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3) {
    fail('SamplesPerPixel', '1 or 3', samplesPerPixel);
  }
  const stated = dataSet.text('x00280008');
  const frames = Number(stated ?? 1);
  if (!(Number.isSafeInteger(frames) && frames >= 1)) {
    fail('NumberOfFrames', 'a whole number from 1', stated);
  }
  const bitsAllocated = positive('x00280100', 'BitsAllocated');
  if (![1, 8, 16, 32, 64].includes(bitsAllocated)) {
    fail('BitsAllocated', '1, 8, 16, 32 or 64', bitsAllocated);
  }
  const bitsStored = dataSet.uint16('x00280101') ?? bitsAllocated;
  const highBit = dataSet.uint16('x00280102') ?? bitsStored - 1;
  if (
    bitsStored < 1 ||
    bitsStored > bitsAllocated ||
    highBit >= bitsAllocated ||
    highBit < bitsStored - 1
  ) {
    fail('BitsStored and HighBit', `within ${bitsAllocated} bits`, `${bitsStored} and ${highBit}`);
  }
  return {
    transferSyntaxUid: dataSet.text('x00020010') ?? '1.2.840.10008.1.2',
    rows,
    columns,
    frames,
    samplesPerPixel,
    photometricInterpretation: dataSet.text('x00280004') ?? 'MONOCHROME2',
    bitsAllocated,
    bitsStored,
    highBit,
    isSigned: dataSet.uint16('x00280103') === 1,
    planarConfiguration: dataSet.uint16('x00280006') === 1 ? 1 : 0,
  };
}
