import { byteSource } from './byte-source.ts';
import type { JpegCodecs } from './dicom/codecs.ts';
import { formats } from './formats.ts';
import { plainBytes } from './plain-bytes.ts';
import type { Volume } from './volume.ts';
import { VolumeFormatError } from './volume-format-error.ts';

export interface DecodeVolumeOptions {
  /**
   * What error messages call the file. For a NIfTI pair, the name of the `.hdr` file also says which
   * `.img` belongs to it.
   * @default 'image bytes'
   */
  readonly name?: string;
  /**
   * Gives the bytes of a file that lies beside this one (`.img`, `.raw`), by its name, or
   * `undefined` if there is none.
   * @default no file lies beside this one
   */
  readonly sibling?: (name: string) => Promise<Uint8Array | undefined>;
  /** Decoders of JPEG-LS and JPEG 2000 in DICOM. @default in Node the installed ones, elsewhere none */
  readonly codecs?: JpegCodecs;
}

/** Enough for every signature, and for a whole NIfTI-2 header. */
const HEAD_BYTES = 544;

/**
 * Reads all volumes of a file from bytes: the time points of a 4-D image one by one, and the
 * components of colour, complex and vector images as volumes of their own. They share memory with
 * one another. See `decodeVolume` for the rest.
 * @throws {VolumeFormatError} if the content is damaged or not supported
 */
export async function decodeVolumes(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodeVolumeOptions = {},
): Promise<readonly Volume[]> {
  const { name = 'image bytes', sibling = async () => undefined, codecs = {} } = options;
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer)) {
    throw new TypeError(
      `\`decodeVolume\`: the file must come as Uint8Array or ArrayBuffer, got ${Object.prototype.toString.call(bytes)}; a File gives one by \`await file.arrayBuffer()\``,
    );
  }
  const source = byteSource(plainBytes(bytes), name);
  try {
    const head = await source.peek(HEAD_BYTES);
    const format = formats.find((one) => one.matches(head));
    if (format === undefined) {
      throw new VolumeFormatError(
        `${name}: must start like one of ${formats.map((one) => one.name).join(', ')}, got ${head.length === 0 ? 'no bytes at all' : `bytes ${hex(head)}`}; the file is damaged or of another format`,
        { offset: 0 },
      );
    }
    const parse = await format.load();
    return await parse(source, { name, sibling, codecs });
  } finally {
    await source.close();
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
