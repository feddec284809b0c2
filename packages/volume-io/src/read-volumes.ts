import { type DecodeVolumeOptions, decodeVolumes } from './decode-volumes.ts';
import { fileError, nodeFiles } from './files.ts';
import type { Volume } from './volume.ts';

export interface ReadVolumeOptions {
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

/** The header's path where the path is that of a NIfTI pair's `.img`. */
async function headerPath(path: string | URL): Promise<string | URL> {
  const match = /\.img(\.gz)?$/i.exec(String(path));
  if (match === null) return path;
  const base = String(path).slice(0, match.index);
  for (const candidate of [`${base}.hdr`, `${base}.hdr.gz`]) {
    const header = path instanceof URL ? new URL(candidate) : candidate;
    if (await isFile(header)) return header;
  }
  return path;
}

async function isFile(path: string | URL): Promise<boolean> {
  const { files } = nodeFiles('readVolume');
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

/** @throws {Error} if there is no such ordinary file */
export async function readFile(
  path: string | URL,
  subject = 'readVolume',
): Promise<Uint8Array<ArrayBuffer>> {
  const { files } = nodeFiles(subject);
  try {
    const stat = await files.stat(path);
    // A device or pipe may have no end.
    if (!stat.isFile() && !stat.isDirectory()) throw new Error('it is no ordinary file');
    return await files.readFile(path);
  } catch (error) {
    throw fileError(subject, 'read', path, error);
  }
}
