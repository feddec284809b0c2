import { type NdArray, ndarray } from '@sts-net/views';
import type { VoxelArray } from '../../../voxels/voxel-arrays.ts';
import type { DataSet } from '../elements/data-set.ts';
import { parseDataSet } from '../elements/parse-data-set.ts';
import type { JpegCodecs } from './codecs.ts';
import { type ImageAttributes, imageAttributes } from './image-attributes.ts';
import { storedPixels } from './stored-pixels.ts';

/** A DICOM image with its pixels as stored: before rescale, lookup tables and windows. */
export interface DicomImage extends ImageAttributes {
  /** `[frame, row, column, sample]`. */
  readonly pixels: NdArray<VoxelArray>;
  readonly modality: string;
  readonly sopClassUid: string;
}

/** An image with everything else that its file says. */
export interface ParsedDicom {
  readonly image: DicomImage;
  readonly dataSet: DataSet;
}

/** Parses a file and decodes its pixels. */
export async function parseDicomImage(
  bytes: Uint8Array,
  codecs: JpegCodecs,
  name: string,
  onWarning: (message: string) => void,
): Promise<ParsedDicom> {
  const file = await parseDataSet(bytes, name, onWarning);
  const { dataSet } = file;
  const attributes = imageAttributes(file, name);
  const { data, photometricInterpretation } = await storedPixels(dataSet, attributes, codecs, name);
  const { frames, rows, columns, samplesPerPixel } = attributes;
  const image: DicomImage = {
    ...attributes,
    photometricInterpretation,
    pixels: ndarray(data, [frames, rows, columns, samplesPerPixel]),
    modality: dataSet.text('Modality') ?? '',
    sopClassUid: dataSet.text('SOPClassUID') ?? '',
  };
  return { image, dataSet };
}
