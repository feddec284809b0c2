import { plainBytes } from '../bytes/byte-arrays.ts';
import type { ReadingOptions } from '../bytes/reading-options.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import type { Volume } from '../volume/volume.ts';
import type { JpegCodecs } from './dicom/pixels/codecs.ts';

export interface DecodeVolumeOptions extends ReadingOptions {
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
  const {
    name = 'image bytes',
    sibling = async () => undefined,
    codecs = {},
    onWarning = () => {},
  } = options;
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer)) {
    throw new TypeError(
      `\`decodeVolume\`: the file must come as Uint8Array or ArrayBuffer, got ${Object.prototype.toString.call(bytes)}; a File gives one by \`await file.arrayBuffer()\``,
    );
  }
  const [{ byteSource }, { volumeFormats }] = await Promise.all([
    import('../bytes/byte-source.ts'),
    import('./volume-formats.ts'),
  ]);
  const source = byteSource(plainBytes(bytes), name, onWarning);
  try {
    const head = await source.peek(HEAD_BYTES);
    const format = volumeFormats.find((one) => one.matches(head));
    if (format === undefined) {
      const { unknownFormat } = await import('../bytes/foreign-formats.ts');
      const names = volumeFormats.map((one) => one.name);
      throw new VolumeFormatError(`${name}: ${unknownFormat(head, 'volume', names)}`, {
        offset: 0,
      });
    }
    const parse = await format.load();
    return await parse(source, { name, sibling, codecs, onWarning });
  } finally {
    await source.close();
  }
}

/**
 * Reads a volume from the bytes of a file, whose format is told by its content; runs in browsers.
 *
 * Voxels keep the stored type, except that
 * - 64-bit integers become `Float64Array`, and a value that a double cannot hold exactly is an error;
 * - values scaled by slope and intercept become `Float32Array` where the stored type has at most
 *   16 bits or is float32, `Float64Array` otherwise.
 *
 * The result shares no memory with `bytes`, and compressed data are never inflated beyond what
 * the header declares.
 * @throws {VolumeFormatError} if the content is damaged, not supported, or no single 3-D image of
 * one number a voxel (see `decodeVolumes`)
 */
export async function decodeVolume(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodeVolumeOptions = {},
): Promise<Volume> {
  return theOnly(await decodeVolumes(bytes, options), options.name ?? 'image bytes');
}

/** @throws {VolumeFormatError} if there are more volumes than one */
export function theOnly(volumes: readonly Volume[], name: string): Volume {
  if (volumes.length === 1) return volumes[0]!;
  const { shape } = volumes[0]!.voxels;
  throw new VolumeFormatError(
    `${name}: must hold one 3-D image of one number a voxel, got ${volumes.length} of shape [${shape.join(', ')}]; take one of those that \`readVolumes\` or \`decodeVolumes\` gives`,
  );
}
