import { createHash } from 'node:crypto';
import { readDicomInfo } from '@sts-net/volume-io';

/** Kinds of DICOM files that are drawn on images, or say something of them. */
const drawn = new Set(['SEG', 'RTSTRUCT', 'RTDOSE', 'RTPLAN', 'SR', 'PR', 'KO']);

/** Names that DICOM files have: with an ending of their own, without one, or ending in a number, as `MR.1.2.3`. */
const dicomName = /(\.(dcm|dicom|ima|\d+)|(^|[/\\])[^.]+)$/i;

/** What one file is to the series of a folder. */
export interface SeriesFile {
  /**
   * Tells the series of an image from all others, as 16 hexadecimal digits that do not give its UID away;
   * undefined for a file that is damaged before it says whose it is.
   */
  readonly key: string | undefined;
  /** `SOPInstanceUID`; empty where the file does not say. */
  readonly instance: string;
}

/**
 * What a file is to a series; undefined for one that is no DICOM image.
 *
 * @throws Error if it cannot be read
 */
export async function seriesFile(path: string): Promise<SeriesFile | undefined> {
  const info = await readDicomInfo(path);
  if (info === undefined || drawn.has(info.modality)) return undefined;
  const { hasPixels, damage, seriesInstanceUid, sopInstanceUid: instance } = info;
  // What is damaged may be a slice: it is for the series to say so.
  if (!hasPixels && damage === undefined) return undefined;
  if (seriesInstanceUid !== '') {
    const key = createHash('sha256').update(seriesInstanceUid).digest('hex').slice(0, 16);
    return { key, instance };
  }
  return damage === undefined || (info.sopClassUid === '' && !dicomName.test(path))
    ? undefined
    : { key: undefined, instance };
}

/**
 * The images of each DICOM series among files, by their keys. Files that are damaged before they say whose they
 * are may be slices of any: they are in each, or, without one, in a series of their own, ''.
 */
export async function seriesAmong(
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const series = new Map<string, string[]>();
  const unknown: string[] = [];
  for (const path of paths) {
    const file = await seriesFile(path);
    if (file === undefined) continue;
    const others = file.key === undefined ? unknown : series.get(file.key);
    if (others === undefined) series.set(file.key!, [path]);
    else others.push(path);
  }
  if (series.size === 0 && unknown.length > 0) series.set('', []);
  return new Map([...series].map(([key, files]) => [key, [...files, ...unknown]]));
}
