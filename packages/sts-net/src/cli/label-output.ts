import {
  likeVolume,
  type Volume,
  writeDicomSegments,
  writeRtStruct,
  writeVolume,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { UsageError } from './usage-error.ts';

const isDicom = (path: string) => /\.dcm$/i.test(path);
const isStructureSet = (path: string) => /rtstruct\.dcm$/i.test(path);

/** @throws RangeError if labels, of a 2-D image if it is flat, cannot be written under that name. */
export function checkLabelName(path: string, flat: boolean): void {
  if (flat && /\.png$/i.test(path)) return;
  if (flat) {
    throw new UsageError(`--output must end in .png, because the image is 2-D, got '${path}'`);
  }
  if (/\.(nii|nii\.gz|nrrd|mha|dcm)$/i.test(path)) return;
  throw new UsageError(
    `--output must end in .nii or .nii.gz, .nrrd, .mha, rtstruct.dcm for a DICOM structure set, or .dcm for a DICOM segmentation, got '${path}'`,
  );
}

/** @throws RangeError if the name asks for a kind of DICOM that the image cannot have. */
export function checkLabelFormat(path: string, { header }: Volume): void {
  if (!isDicom(path)) return;
  const kind = isStructureSet(path) ? 'DICOM structure set' : 'DICOM segmentation';
  if (header?.format !== 'dicom') {
    throw new UsageError(
      `--output '${path}' is a ${kind}, which needs an image read from DICOM; choose .nii.gz, .nrrd or .mha`,
    );
  }
  const isKnown = header.isPlaced && header.spacingFrom.pixels !== 'unknown';
  if (isStructureSet(path) && !isKnown) {
    throw new UsageError(
      `--output '${path}' is a ${kind}, whose contours are in mm, but the image does not say where its pixels lie; choose .dcm for a segmentation, .nii.gz, .nrrd or .mha`,
    );
  }
}

/**
 * Writes labels in the format that the name asks for; in DICOM each class from 1 is a segment or a
 * region of its own.
 */
export async function writeLabels(
  path: string,
  labels: Volume<Uint8Array>,
  image: Volume,
  classes: number,
): Promise<void> {
  if (!isDicom(path)) return writeVolume(path, labels);
  const { data, shape } = labels.voxels;
  const masks = Array.from({ length: classes - 1 }, (_, i) => ({
    name: `class ${i + 1}`,
    volume: likeVolume(
      labels,
      ndarray(
        data.map((label) => Number(label === i + 1)),
        shape,
      ),
    ),
  }));
  if (isStructureSet(path)) return writeRtStruct(path, masks, { like: image });
  const segments = masks.map(({ name, volume }) => ({ label: name, volume }));
  await writeDicomSegments(path, segments, { like: image });
}
