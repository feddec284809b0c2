import { stat } from 'node:fs/promises';
import { type ReadingOptions, readDicomSeries, type Volume } from '@sts-net/volume-io';
import { readImageFile } from './read-image-file.ts';

/**
 * Reads the volume or 2-D image in a file, see `readImageFile`, or the DICOM series in a folder.
 *
 * @throws Error naming the path, if it cannot be read.
 */
export async function readFileOrSeries(
  path: string,
  options: ReadingOptions = {},
): Promise<Volume> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? readDicomSeries(path, options) : readImageFile(path, options);
}
