import type { ReadingOptions } from '../bytes/reading-options.ts';
import { type DecodeVolumeOptions, decodeVolumes, theOnly } from '../formats/decode-volumes.ts';
import type { Volume } from '../volume/volume.ts';
import { nodeFiles, readFile } from './node-files.ts';

export interface ReadVolumeOptions extends ReadingOptions {
  /** Decoders of JPEG-LS and JPEG 2000 in DICOM. @default in Node the installed ones, elsewhere none */
  readonly codecs?: NonNullable<DecodeVolumeOptions['codecs']>;
}

/**
 * Reads all volumes of a file or of bytes: the time points of a 4-D image one by one, and the
 * components of colour, complex and vector images as volumes of their own. They share memory with
 * one another.
 * @throws {VolumeFormatError} if the content is damaged or not supported
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readVolumes(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  options: ReadVolumeOptions = {},
): Promise<readonly Volume[]> {
  if (typeof pathOrBytes !== 'string' && !(pathOrBytes instanceof URL)) {
    return decodeVolumes(pathOrBytes, options);
  }
  const path = await headerPath(pathOrBytes);
  const bytes = await readFile(path);
  const sibling = (name: string) => readSibling(path, name);
  return decodeVolumes(bytes, { ...options, name: String(path), sibling });
}

/**
 * Reads a volume from a file or from bytes, whose format is told by content. A pair or a header
 * with detached data (`.hdr`/`.img`, `.nhdr`, `.mhd`) is read by the path of its header.
 * See `decodeVolume` for the rules.
 * @throws {VolumeFormatError} if the content is damaged, not supported, or no single 3-D image of
 * one number a voxel (see `readVolumes`)
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readVolume(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  options: ReadVolumeOptions = {},
): Promise<Volume> {
  const isPath = typeof pathOrBytes === 'string' || pathOrBytes instanceof URL;
  const name = isPath ? String(pathOrBytes) : 'image bytes';
  return theOnly(await readVolumes(pathOrBytes, options), name);
}

/** The header's path where the path is that of a NIfTI pair's `.img`. */
async function headerPath(path: string | URL): Promise<string | URL> {
  const match = /\.img(\.gz)?$/i.exec(String(path));
  if (match === null) return path;
  const base = String(path).slice(0, match.index);
  for (const ending of ['hdr', 'hdr.gz', 'HDR', 'HDR.GZ']) {
    const candidate = `${base}.${ending}`;
    const header = path instanceof URL ? new URL(candidate) : candidate;
    if (await isFile(header)) return header;
  }
  return path;
}

async function isFile(path: string | URL): Promise<boolean> {
  const files = nodeFiles('readVolume');
  return files.stat(path).then(
    (stat) => stat.isFile(),
    () => false,
  );
}

async function readSibling(path: string | URL, name: string): Promise<Uint8Array | undefined> {
  const sibling =
    path instanceof URL
      ? new URL(encodeURIComponent(name), path)
      : path.slice(0, path.length - path.replace(/^.*[/\\]/s, '').length) + name;
  return (await isFile(sibling)) ? readFile(sibling) : undefined;
}
