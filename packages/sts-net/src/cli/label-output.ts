import {
  likeVolume,
  type Volume,
  writeDicomSegments,
  writeImage,
  writeVolume,
} from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import { UsageError } from './usage-error.ts';

const isSegmentation = (path: string) => /\.dcm$/i.test(path);

/** @throws RangeError if labels, of a 2-D image if it is flat, cannot be written under that name. */
export function checkLabelName(path: string, flat: boolean): void {
  if (flat && /\.png$/i.test(path)) return;
  if (flat) {
    throw new UsageError(`--output must end in .png, because the image is 2-D, got '${path}'`);
  }
  if (/\.(nii|nii\.gz|nrrd|mha|dcm)$/i.test(path)) return;
  throw new UsageError(
    `--output must end in .nii or .nii.gz, .nrrd, .mha, or .dcm for a DICOM segmentation, got '${path}'`,
  );
}

/** @throws RangeError if the name asks for a DICOM segmentation of an image that is not from DICOM. */
export function checkLabelFormat(path: string, image: Volume): void {
  if (!isSegmentation(path) || image.header?.format === 'dicom') return;
  throw new UsageError(
    `--output '${path}' is a DICOM segmentation, which needs an image read from DICOM; choose .nii.gz, .nrrd or .mha`,
  );
}

/**
 * Writes labels in the format that the name asks for; a DICOM segmentation has a segment for each
 * class from 1.
 */
export async function writeLabels(
  path: string,
  labels: Volume<Uint8Array>,
  image: Volume,
  classes: number,
): Promise<void> {
  if (!isSegmentation(path)) return writeVolume(path, labels);
  const { data, shape } = labels.voxels;
  const segments = Array.from({ length: classes - 1 }, (_, i) => ({
    label: `class ${i + 1}`,
    volume: likeVolume(
      labels,
      ndarray(
        data.map((label) => Number(label === i + 1)),
        shape,
      ),
    ),
  }));
  await writeDicomSegments(path, segments, { like: image });
}

/** Writes labels as PNG. Of two classes the target is white, as masks usually are; else each pixel is its class. */
export async function writeLabelImage(
  path: string,
  { data, shape }: NdArray<Uint8Array>,
  classes: number,
): Promise<void> {
  const pixels = classes === 2 ? data.map((label) => 255 * label) : data;
  await writeImage(path, ndarray(pixels, shape));
}
