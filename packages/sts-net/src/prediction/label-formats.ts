import { writeFileAtomic } from '@sts-net/datasets/files';
import type { Target } from '@sts-net/experiment';
import {
  type DicomAlgorithm,
  encodeDicomSegments,
  encodeImage,
  encodeRtStruct,
  encodeVolume,
  likeVolume,
  type Volume,
  type VolumeFileFormat,
  writeVolume,
} from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';

/** What files of labels are made of. */
export interface LabelsToWrite {
  /** Of a 2-D image one slice. */
  readonly labels: Volume<Uint8Array>;
  /** Background included. */
  readonly classes: number;
  /** The image; of several channels the first. */
  readonly image: Volume;
  /** What each class but the background is. @default lesions, by number */
  readonly targets?: readonly Target[] | undefined;
  /** What made the labels; asked for where a format says it. */
  readonly algorithm: () => Promise<DicomAlgorithm>;
}

/** A format of labels. */
interface LabelFormatSpec {
  /** What names of files end in. */
  readonly ending: string;
  readonly mediaType: string;
  readonly encode: (given: LabelsToWrite) => Promise<Uint8Array<ArrayBuffer>>;
}

export type LabelFormat = 'nii.gz' | 'nii' | 'nrrd' | 'mha' | 'seg' | 'rtstruct' | 'png';

/** All formats: those of volumes, DICOM SEG and RTSTRUCT, and that of 2-D images. */
export const labelFormats: Readonly<Record<LabelFormat, LabelFormatSpec>> = {
  'nii.gz': ofVolume('.nii.gz', 'application/gzip', 'nifti', true),
  nii: ofVolume('.nii', 'application/octet-stream', 'nifti', false),
  nrrd: ofVolume('.nrrd', 'application/octet-stream', 'nrrd', true),
  mha: ofVolume('.mha', 'application/octet-stream', 'metaimage', true),
  seg: {
    ending: '.dcm',
    mediaType: 'application/dicom',
    async encode(given) {
      const segments = (await masksOf(given)).map(({ name, ...mask }) => ({
        label: name,
        ...mask,
      }));
      return encodeDicomSegments(segments, { like: given.image });
    },
  },
  rtstruct: {
    ending: '.rtstruct.dcm',
    mediaType: 'application/dicom',
    encode: async (given) => encodeRtStruct(await masksOf(given), { like: given.image }),
  },
  png: {
    ending: '.png',
    mediaType: 'image/png',
    encode: ({ labels, classes }) =>
      encodeImage(labelPixels(labels.voxels.pick(0, null, null), classes)),
  },
};

const volumeFormats: readonly LabelFormat[] = ['nii.gz', 'nii', 'nrrd', 'mha'];

export const labelFormatNames = Object.keys(labelFormats) as readonly LabelFormat[];

function ofVolume(
  ending: string,
  mediaType: string,
  format: VolumeFileFormat,
  gzip: boolean,
): LabelFormatSpec {
  const encode = ({ labels }: LabelsToWrite) => encodeVolume(labels, { format, gzip });
  return { ending, mediaType, encode };
}

/** The format that a file's name asks for. */
export function labelFormatOf(path: string): LabelFormat | undefined {
  if (/rtstruct\.dcm$/i.test(path)) return 'rtstruct';
  return labelFormatNames.find((name) => path.toLowerCase().endsWith(labelFormats[name].ending));
}

/** Writes labels, completely or not at all. */
export async function writeLabels(
  path: string,
  format: LabelFormat,
  given: LabelsToWrite,
): Promise<void> {
  // A volume is written piece by piece.
  if (volumeFormats.includes(format)) return writeVolume(path, given.labels);
  await writeFileAtomic(path, await labelFormats[format].encode(given));
}

/** Why labels of an image cannot be written in a format, to follow its name; undefined where they can. */
export function whyNotIn(
  format: LabelFormat,
  { header }: Volume,
  flat: boolean,
): string | undefined {
  if (format === 'png') return flat ? undefined : 'is for 2-D images, but the image is a volume';
  if (flat) return 'is for volumes, but the image is 2-D; choose png';
  if (format !== 'seg' && format !== 'rtstruct') return undefined;
  if (header?.format !== 'dicom') {
    return `is a DICOM ${format === 'seg' ? 'segmentation' : 'structure set'}, which needs an image read from DICOM; choose .nii.gz, .nrrd or .mha`;
  }
  const isKnown = header.isPlaced && header.spacingFrom.pixels !== 'unknown';
  return format === 'seg' || isKnown
    ? undefined
    : 'is a DICOM structure set, whose contours are in mm, but the image does not say where its pixels lie; choose a segmentation, .nii.gz, .nrrd or .mha';
}

/** Labels as a picture. Of two classes the target is white, as masks usually are; else each pixel is its class. */
function labelPixels({ data, shape }: NdArray<Uint8Array>, classes: number): NdArray<Uint8Array> {
  return ndarray(classes === 2 ? data.map((label) => 255 * label) : data, shape);
}

/** A mask of each class but the background, with what is said of it. */
async function masksOf(given: LabelsToWrite) {
  const { labels, classes, targets } = given;
  const { data, shape } = labels.voxels;
  const algorithm = await given.algorithm();
  return Array.from({ length: classes - 1 }, (_, i) => {
    const voxels = ndarray(
      data.map((label) => Number(label === i + 1)),
      shape,
    );
    const said = { name: `class ${i + 1}`, ...targets?.[i], algorithm };
    return { ...said, volume: likeVolume(labels, voxels) };
  });
}
