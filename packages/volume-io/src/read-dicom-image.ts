import type { DicomImage } from './dicom/dicom-image.ts';
import { plainBytes } from './plain-bytes.ts';
import { type ReadVolumeOptions, readFile } from './read-volumes.ts';

/**
 * Reads the pixels of a DICOM file as they are stored, also in colour and of several frames: before
 * rescale, lookup tables and windows. `readVolume` gives real values and their place in space.
 * @throws {VolumeFormatError} if the file is damaged, holds no pixels or uses an unsupported
 * transfer syntax
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readDicomImage(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  options: ReadVolumeOptions = {},
): Promise<DicomImage> {
  const { codecs = {} } = options;
  const isPath = typeof pathOrBytes === 'string' || pathOrBytes instanceof URL;
  const bytes = plainBytes(isPath ? await readFile(pathOrBytes, 'readDicomImage') : pathOrBytes);
  const { parseDicomImage } = await import('./dicom/dicom-image.ts');
  const name = isPath ? String(pathOrBytes) : 'DICOM bytes';
  return (await parseDicomImage(bytes, codecs, name)).image;
}
