import { plainBytes } from '../bytes/byte-arrays.ts';
import type { ReadingOptions } from '../bytes/reading-options.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import type { JpegCodecs } from '../formats/dicom/pixels/codecs.ts';
import type { Volume } from '../volume/volume.ts';
import { filesIn, readFile } from './node-files.ts';

export interface ReadDicomSeriesOptions extends ReadingOptions {
  /** `SeriesInstanceUID` of the series to read. @default the only one there is */
  readonly series?: string;
  /**
   * Whether a stack that leans (gantry tilt) is read, as a sheared grid; otherwise it is an error.
   * @default false
   */
  readonly tilt?: boolean;
  /** Decoders of JPEG-LS and JPEG 2000. @default in Node the installed ones, elsewhere none */
  readonly codecs?: JpegCodecs;
}

/** A file that has been read, with the name that errors call it. */
export interface NamedFile {
  readonly name: string;
  readonly content: Uint8Array | ArrayBuffer;
}

/**
 * Reads a DICOM series: slices are put in order and in space by their position and orientation,
 * never by the names of their files.
 * @param source a folder, or files by their paths or contents, or what gives files one after the other, of
 * which none need stay in memory. Segmentations and files that hold no
 * image are passed over; `onWarning` is told of those that are no DICOM
 * @throws {VolumeFormatError} if there are several series and none is chosen, if the slices differ in
 * size, orientation or spacing, if one is missing or there twice, if the stack leans (unless
 * `tilt`), or if a file that may be a slice is empty, damaged or cut off
 * @throws {Error} if the folder or a file cannot be read
 */
export async function readDicomSeries(
  source:
    | string
    | URL
    | readonly (string | URL | Uint8Array | ArrayBuffer)[]
    | AsyncIterable<NamedFile>,
  options: ReadDicomSeriesOptions = {},
): Promise<Volume> {
  const { series, codecs = {}, tilt = false, onWarning = () => {} } = options;
  const isFolder = typeof source === 'string' || source instanceof URL;
  const name = isFolder ? String(source) : 'DICOM series';
  const { SeriesFiles } = await import('../formats/dicom/series/series-files.ts');
  const found = new SeriesFiles(series, codecs, onWarning);
  const files = isFolder
    ? contentsOf(source)
    : Symbol.asyncIterator in source
      ? source
      : numbered(source);
  for await (const { name: file, content } of files) await found.add(file, plainBytes(content));
  const { volumesOf } = await import('../formats/dicom/series/volumes-of.ts');
  const volumes = volumesOf(found.slices(name), name, { tilt, onWarning });
  if (volumes.length === 1) return volumes[0]!;
  throw new VolumeFormatError(
    `${name}: must hold one number a voxel, got colour images; read them by \`readDicomImage\``,
  );
}

async function* contentsOf(folder: string | URL): AsyncGenerator<NamedFile> {
  for (const [name, path] of await filesIn(folder, 'readDicomSeries')) {
    yield { name, content: await readFile(path, 'readDicomSeries') };
  }
}

async function* numbered(
  files: readonly (string | URL | Uint8Array | ArrayBuffer)[],
): AsyncGenerator<NamedFile> {
  for (const [i, file] of files.entries()) {
    if (typeof file === 'string' || file instanceof URL) {
      yield { name: String(file), content: await readFile(file, 'readDicomSeries') };
    } else yield { name: `file ${i}`, content: file };
  }
}
