import ndarray from 'ndarray';
import { type ByteSource, byteSource } from '../byte-source.ts';
import type { Volume } from '../volume.ts';
import { VolumeFormatError } from '../volume-format-error.ts';
import { datatypes } from './datatypes.ts';
import { geometryOf } from './geometry.ts';
import { MIN_VOX_OFFSET, type NiftiHeader, parseHeader } from './header.ts';
import { decodeVoxels } from './voxels.ts';

export interface DecodeVolumeOptions {
  /**
   * What error messages call the file.
   * @default 'NIfTI bytes'
   */
  readonly name?: string;
}

/**
 * Reads a NIfTI-1 image (`.nii`, or gzip-compressed as `.nii.gz`) from bytes; runs in browsers.
 *
 * Voxels keep the stored type, except that
 * - 64-bit integers become `Float64Array`, and a value that a double cannot hold exactly is an error;
 * - scaled values (`scl_slope · stored + scl_inter`) become `Float32Array` where the stored type
 *   has at most 16 bits or is float32, `Float64Array` otherwise.
 *
 * The result shares no memory with `bytes`, and compressed data are never inflated beyond what
 * the header declares.
 * @throws {VolumeFormatError} if the file is damaged or not a single real-valued 3-D image
 */
export async function decodeVolume(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodeVolumeOptions = {},
): Promise<Volume> {
  const { name = 'NIfTI bytes' } = options;
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer)) {
    throw new TypeError(
      `\`decodeVolume\`: the file must come as Uint8Array or ArrayBuffer, got ${Object.prototype.toString.call(bytes)}; a File gives one by \`await file.arrayBuffer()\``,
    );
  }
  const source = byteSource(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes, name);
  try {
    return await decode(source, name);
  } finally {
    await source.close();
  }
}

async function decode(source: ByteSource, name: string): Promise<Volume> {
  const start = await source.read(MIN_VOX_OFFSET);
  const header = parseHeader(start, name);
  const { shape, spacing, affine } = geometryOf(header, name);
  const { voxOffset, datatype } = header;

  const size = shape[0] * shape[1] * shape[2] * datatypes[datatype].bytes;
  if (voxOffset + size > source.limit) {
    throw tooShort(header, size, name, `at most ${Math.max(0, source.limit - voxOffset)}`);
  }
  const more = await source.read(voxOffset - MIN_VOX_OFFSET);
  const extensions = new Uint8Array(voxOffset - header.bytes.length);
  extensions.set(start.subarray(header.bytes.length));
  extensions.set(more, MIN_VOX_OFFSET - header.bytes.length);

  const stored = await readAll(source, size, name);
  if (stored.length < size) throw tooShort(header, size, name, String(stored.length));
  if (!(await source.atEnd())) {
    throw new VolumeFormatError(
      `${name}: the file must end after the ${size} bytes of voxels that dim and datatype declare (${dimensions(header)}, ${datatype}), but more follow; the header is damaged or belongs to another file`,
      { field: 'dim', offset: voxOffset + size },
    );
  }
  const voxels = ndarray(decodeVoxels(stored.buffer, header, name), [...shape]);
  return { voxels, spacing, affine, header: { ...header, extensions } };
}

async function readAll(
  source: ByteSource,
  size: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await source.read(size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new VolumeFormatError(
      `${name}: dim and datatype declare ${size} bytes of voxels, more than can be held in memory here; crop the image or use a machine with more memory`,
      { field: 'dim', offset: 40, cause: error },
    );
  }
}

function tooShort(
  header: NiftiHeader,
  size: number,
  name: string,
  available: string,
): VolumeFormatError {
  return new VolumeFormatError(
    `${name}: dim and datatype declare ${size} bytes of voxels (${dimensions(header)}, ${header.datatype}) from vox_offset ${header.voxOffset}, got ${available}; the file is cut off or its header damaged`,
    { field: 'dim', offset: 40 },
  );
}

function dimensions({ dim }: NiftiHeader): string {
  return dim.slice(1, dim[0]! + 1).join('×');
}
