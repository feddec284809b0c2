import type { DicomImage } from '../formats/dicom/pixels/dicom-image.ts';
import { namedBytes } from './node-files.ts';
import type { ReadVolumeOptions } from './read-volume.ts';

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
  const { codecs = {}, onWarning = () => {} } = options;
  const { bytes, name } = await namedBytes(pathOrBytes, 'readDicomImage', 'DICOM bytes');
  const { parseDicomImage } = await import('../formats/dicom/pixels/dicom-image.ts');
  return (await parseDicomImage(bytes, codecs, name, onWarning)).image;
}
