import type { ByteSource } from '../byte-source.ts';
import type { Volume } from '../volume.ts';
import type { ParseContext } from '../volume-format.ts';
import { parseDicomImage } from './dicom-image.ts';
import { slicesOf } from './slices.ts';
import { stackFrames } from './stack-frames.ts';

const MAX_FILE_BYTES = 2 ** 32;

/** Reads a DICOM file: one volume for each set of frames that covers space once, and sample. */
export async function parseDicomVolumes(
  source: ByteSource,
  { name, codecs }: ParseContext,
): Promise<readonly Volume[]> {
  const bytes = await source.readRest(MAX_FILE_BYTES);
  return stackFrames(slicesOf(await parseDicomImage(bytes, codecs, name), name), name);
}
