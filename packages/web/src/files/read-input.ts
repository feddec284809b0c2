import type { Channels } from '@sts-net/inference';
import { decodeAnyImage, type NamedFile, readDicomSeries, type Volume } from '@sts-net/volume-io';
import type { NamedContent, PlainImage, PlainInput } from './image-source.ts';
import { volumeOf } from './plain-volume.ts';

/** What may be asked of reading. */
export interface ReadInputOptions {
  /** `SeriesInstanceUID` of the DICOM series to read, where there are several. */
  readonly series?: string | undefined;
  /** Told what is odd about a file but no error. */
  readonly onWarning?: (message: string) => void;
  /** What errors call the image where its files have no names. @default 'the image' */
  readonly subject?: string;
}

/** An image as networks take it. */
export interface ReadImage {
  readonly image: Channels;
  /** Whether it is a 2-D image, whose slices are its colours. */
  readonly flat: boolean;
}

/**
 * Reads what was given to be segmented.
 *
 * @throws VolumeFormatError or RangeError naming the file, if it is damaged or no image
 */
export async function readInput(
  input: PlainInput,
  options: ReadInputOptions = {},
): Promise<ReadImage> {
  const { subject = 'the image' } = options;
  if (!('channels' in input)) return readOne(input, subject, options);
  const channels: Record<string, Volume> = {};
  let isFlat = true;
  for (const [name, one] of Object.entries(input.channels)) {
    const { image, flat } = await readOne(one, channelOf(name, options), options);
    channels[name] = image;
    isFlat &&= flat;
  }
  return { image: channels, flat: isFlat };
}

function channelOf(name: string, { subject }: ReadInputOptions): string {
  return subject === undefined ? `channel '${name}'` : `${subject}, channel '${name}'`;
}

/**
 * Reads one image.
 *
 * @param subject what errors call it where its files have no names
 */
export async function readOne(
  input: PlainImage,
  subject: string,
  options: ReadInputOptions,
): Promise<{ readonly image: Volume; readonly flat: boolean }> {
  if ('voxels' in input) return { image: volumeOf(input), flat: false };
  const files = imageFiles(input);
  const [first] = files;
  if (first === undefined) {
    throw new RangeError(`${subject} must be a file at least, got none; choose others`);
  }
  const header = files.find(({ name }) => /\.(hdr|nhdr|mhd)(\.gz)?$/i.test(name));
  const only = files.length === 1 ? first : header;
  const { onWarning } = options;
  if (only !== undefined) {
    const sibling = async (name: string) => {
      const beside = files.find((one) => one.name === name);
      return beside && bytesOf(beside);
    };
    return decodeAnyImage(await bytesOf(only), {
      name: only.name || subject,
      sibling,
      ...(onWarning && { onWarning }),
    });
  }
  const images = files.filter(({ name }) =>
    /\.(nii|nii\.gz|nrrd|mha|png|jpe?g|tiff?)$/i.test(name),
  );
  if (images.length > 1) {
    throw new RangeError(
      `${subject} must be one image, got ${images.length} files, first '${images[0]!.name}' and '${images[1]!.name}'; give one, or one for each channel by its name`,
    );
  }
  if (images.length === 1) return readOne(images, subject, options);
  const { series } = options;
  const image = await readDicomSeries(contentsOf(files), {
    ...(series !== undefined && { series }),
    ...(onWarning && { onWarning }),
  });
  return { image, flat: false };
}

/** Without what systems put into folders beside images. */
export function imageFiles(files: readonly NamedContent[]): readonly NamedContent[] {
  return files.filter(({ name }) => !/^(\.|Thumbs\.db$|desktop\.ini$)/i.test(name));
}

/** One after the other, so that of a series no more than its slices is in memory. */
async function* contentsOf(files: readonly NamedContent[]): AsyncGenerator<NamedFile> {
  for (const [i, file] of files.entries()) {
    yield { name: file.name || `file ${i}`, content: await bytesOf(file) };
  }
}

export async function bytesOf({ content }: NamedContent): Promise<Uint8Array> {
  return content instanceof Uint8Array ? content : new Uint8Array(await content.arrayBuffer());
}
