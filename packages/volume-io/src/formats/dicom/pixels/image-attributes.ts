import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { type Keyword, PIXEL_KEYWORDS } from '../elements/dictionary.ts';
import type { DicomFile } from '../elements/parse-data-set.ts';

/** The attributes that say how pixels are stored (PS3.3, C.7.6.3). */
export interface ImageAttributes {
  readonly transferSyntaxUid: string;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly samplesPerPixel: number;
  /**
   * What the samples mean (PS3.3, C.7.6.3.1.2), as the file states it: MONOCHROME1 (the lowest value
   * is white, and nothing is inverted here), MONOCHROME2 (the highest is), PALETTE COLOR (indices),
   * RGB, YBR_FULL and others. Only what was compressed as luminance and chrominance by JPEG, or by
   * JPEG 2000's transforms, has been brought to RGB and says so.
   */
  readonly photometricInterpretation: string;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
  /** 0: the samples of a pixel together; 1: planes. */
  readonly planarConfiguration: 0 | 1;
}

/** @throws {VolumeFormatError} if there are no pixels, or their attributes are damaged */
export function imageAttributes(
  { dataSet, transferSyntaxUid }: DicomFile,
  name: string,
): ImageAttributes {
  const fail = (field: string, requirement: string, got: unknown): never => {
    throw new VolumeFormatError(
      `${name}: ${field} must be ${requirement}, got ${got ?? 'nothing'}; the file is damaged or no image`,
      { field },
    );
  };
  if (!PIXEL_KEYWORDS.some(dataSet.has)) {
    const modality = dataSet.text('Modality');
    throw new VolumeFormatError(
      `${name}: holds no pixels${modality === undefined ? '' : ` (Modality ${modality})`}; it is no image`,
      { field: 'PixelData' },
    );
  }
  const positive = (field: Keyword) => {
    const value = dataSet.number(field);
    return value !== undefined && value > 0 ? value : fail(field, 'at least 1', value);
  };
  const rows = positive('Rows');
  const columns = positive('Columns');
  const samplesPerPixel = dataSet.number('SamplesPerPixel') ?? 1;
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3) {
    fail('SamplesPerPixel', '1 or 3', samplesPerPixel);
  }
  const stated = dataSet.text('NumberOfFrames');
  const frames = Number(stated ?? 1);
  if (!(Number.isSafeInteger(frames) && frames >= 1)) {
    fail('NumberOfFrames', 'a whole number from 1', stated);
  }
  const bitsAllocated = positive('BitsAllocated');
  if (![1, 8, 16, 32, 64].includes(bitsAllocated)) {
    fail('BitsAllocated', '1, 8, 16, 32 or 64', bitsAllocated);
  }
  const bitsStored = dataSet.number('BitsStored') ?? bitsAllocated;
  const highBit = dataSet.number('HighBit') ?? bitsStored - 1;
  if (
    bitsStored < 1 ||
    bitsStored > bitsAllocated ||
    highBit >= bitsAllocated ||
    highBit < bitsStored - 1
  ) {
    fail('BitsStored and HighBit', `within ${bitsAllocated} bits`, `${bitsStored} and ${highBit}`);
  }
  return {
    transferSyntaxUid,
    rows,
    columns,
    frames,
    samplesPerPixel,
    photometricInterpretation: dataSet.text('PhotometricInterpretation') ?? 'MONOCHROME2',
    bitsAllocated,
    bitsStored,
    highBit,
    isSigned: dataSet.number('PixelRepresentation') === 1,
    planarConfiguration: dataSet.number('PlanarConfiguration') === 1 ? 1 : 0,
  };
}
