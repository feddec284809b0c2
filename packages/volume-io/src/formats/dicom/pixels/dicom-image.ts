import ndarray, { type NdArray } from 'ndarray';
import type { VoxelArray } from '../../../voxels/voxel-arrays.ts';
import { type DataSet, parseDataSet } from '../elements/data-set.ts';
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
): Promise<ParsedDicom> {
  const dataSet = await parseDataSet(bytes, name);
  const attributes = imageAttributes(dataSet, name);
  const { data, photometricInterpretation } = await storedPixels(dataSet, attributes, codecs, name);
  const { frames, rows, columns, samplesPerPixel } = attributes;
  const image: DicomImage = {
    ...attributes,
    photometricInterpretation,
    pixels: ndarray(data, [frames, rows, columns, samplesPerPixel]),
    modality: dataSet.text('x00080060') ?? '',
    sopClassUid: dataSet.text('x00080016') ?? '',
  };
  return { image, dataSet };
}
