import type { DicomFileInfo } from '../formats/dicom/series/file-info.ts';
import { namedBeginning, namedBytes } from './node-files.ts';

/** Enough for what comes before the pixels of most files. */
const BEGINNING = 2 ** 16;

/**
 * Reads what identifies a DICOM file, from its own elements and not from those in its sequences; of
 * large files only the beginning is read where that is enough.
 * @returns `undefined` if it is another kind of file; an empty one is taken for a damaged DICOM file
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readDicomInfo(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
): Promise<DicomFileInfo | undefined> {
  const beginning = await namedBeginning(pathOrBytes, BEGINNING, 'readDicomInfo', 'DICOM bytes');
  const { dicomFileInfo } = await import('../formats/dicom/series/file-info.ts');
  const info = await dicomFileInfo(beginning.bytes, beginning.name);
  const isEnough = info === undefined || (info.hasPixels && info.damage === undefined);
  if (beginning.isWhole || isEnough) return info;
  const { bytes, name } = await namedBytes(pathOrBytes, 'readDicomInfo', 'DICOM bytes');
  return dicomFileInfo(bytes, name);
}
