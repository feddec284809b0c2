import { plainBytes } from '../bytes/byte-arrays.ts';
import type { ReadingOptions } from '../bytes/reading-options.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import type { JpegCodecs } from '../formats/dicom/pixels/codecs.ts';
import type { Slice } from '../formats/dicom/series/slices.ts';
import type { Volume } from '../volume/volume.ts';
import { fileError, nodeFiles, readFile } from './node-files.ts';

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

/**
 * Reads a DICOM series: slices are put in order and in space by their position and orientation,
 * never by the names of their files.
 * @param source a folder, or the files' contents. Files that are no DICOM or hold no pixels are
 * passed over, and so are segmentations
 * @throws {VolumeFormatError} if there are several series and none is chosen, if the slices differ in
 * size, orientation or spacing, if one is missing or there twice, if the stack leans (unless
 * `tilt`), or if a file is damaged
 * @throws {Error} if the folder cannot be read
 */
export async function readDicomSeries(
  source: string | URL | readonly (Uint8Array | ArrayBuffer)[],
  options: ReadDicomSeriesOptions = {},
): Promise<Volume> {
  const { series, codecs = {}, tilt = false } = options;
  const isFolder = typeof source === 'string' || source instanceof URL;
  const name = isFolder ? String(source) : 'DICOM series';
  const bySeries = new Map<string, Slice[]>();
  for await (const [file, content] of isFolder ? filesOf(source) : numbered(source)) {
    const bytes = plainBytes(content);
    if (String.fromCharCode(...bytes.subarray(128, 132)) !== 'DICM') continue;
    for (const slice of await slicesIn(bytes, codecs, file)) {
      const { seriesInstanceUid } = slice.series;
      if (series !== undefined && seriesInstanceUid !== series) continue;
      bySeries.set(seriesInstanceUid, [...(bySeries.get(seriesInstanceUid) ?? []), slice]);
    }
  }
  if (bySeries.size === 0) {
    throw new VolumeFormatError(
      `${name}: must hold DICOM images${series === undefined ? '' : ` of series ${series}`}, got none; check the folder`,
    );
  }
  if (bySeries.size > 1) {
    const list = [...bySeries].map(([uid, [first, ...rest]]) => {
      const { modality, seriesDescription } = first!.series;
      return `${uid} (${modality} "${seriesDescription}", ${rest.length + 1} slices)`;
    });
    throw new VolumeFormatError(
      `${name}: must hold one series, got ${bySeries.size}: ${list.join(', ')}; choose one by \`series\``,
    );
  }
  const [slices] = bySeries.values();
  const { stackSet } = await import('../formats/dicom/series/parse-dicom-volumes.ts');
  const volumes = stackSet(slices!, name, { tilt });
  if (volumes.length === 1) return volumes[0]!;
  throw new VolumeFormatError(
    `${name}: must hold one number a voxel, got colour images; read them by \`readDicomImage\``,
  );
}

async function slicesIn(bytes: Uint8Array, codecs: JpegCodecs, file: string): Promise<Slice[]> {
  const [{ parseDataSet }, { parseDicomImage }, { slicesOf }] = await Promise.all([
    import('../formats/dicom/elements/data-set.ts'),
    import('../formats/dicom/pixels/dicom-image.ts'),
    import('../formats/dicom/series/slices.ts'),
  ]);
  const dataSet = await parseDataSet(bytes, file);
  const hasPixels = ['x7fe00010', 'x7fe00008', 'x7fe00009'].some(dataSet.has);
  if (!hasPixels || dataSet.text('x00080060') === 'SEG') return [];
  return slicesOf(await parseDicomImage(bytes, codecs, file), file);
}

async function* filesOf(folder: string | URL): AsyncGenerator<[string, Uint8Array]> {
  const { files } = nodeFiles('readDicomSeries');
  const entries = await files.readdir(folder).catch((cause: unknown) => {
    throw fileError('readDicomSeries', 'read', folder, cause);
  });
  for (const entry of [...entries].sort()) {
    const path =
      folder instanceof URL
        ? new URL(encodeURIComponent(entry), String(folder).replace(/\/?$/, '/'))
        : `${folder.replace(/[/\\]$/, '')}/${entry}`;
    const isFile = await files.stat(path).then(
      (stat) => stat.isFile(),
      () => false,
    );
    if (isFile) yield [entry, await readFile(path, 'readDicomSeries')];
  }
}

function* numbered(
  files: readonly (Uint8Array | ArrayBuffer)[],
): Generator<[string, Uint8Array | ArrayBuffer]> {
  for (const [i, bytes] of files.entries()) yield [`file ${i}`, bytes];
}
