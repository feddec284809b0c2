import { ndarray } from '@sts-net/views';
import {
  type ByteSource,
  byteSource,
  type FileContext,
  MAX_EXTRA_BYTES,
} from '../../bytes/byte-source.ts';
import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import { gridHeader } from '../../headers/grid-header.ts';
import type { NiftiHeader } from '../../headers/nifti-header.ts';
import { nifti1, nifti2 } from '../../headers/nifti-layout.ts';
import type { Volume } from '../../volume/volume.ts';
import { datatypes } from '../../voxels/datatypes.ts';
import { decodeVoxels } from '../../voxels/voxel-bytes.ts';
import { type Geometry, geometryOf } from './geometry.ts';
import { parseHeader } from './parse-header.ts';

/** More volumes than any series has; a header that asks for them is damaged. */
const MAX_VOLUMES = 2 ** 16;

/** Reads a NIfTI image: one volume for each time point (or other further index) and component. */
export async function parseNifti(
  source: ByteSource,
  context: FileContext,
): Promise<readonly Volume[]> {
  const { name } = context;
  const { header, layout, isPair } = parseHeader(await source.peek(544), name);
  const geometry = geometryOf(header, name, context.onWarning);
  if (volumeCount(header) * header.components > MAX_VOLUMES) {
    throw new VolumeFormatError(
      `${name}: must hold at most ${MAX_VOLUMES} volumes, got ${volumeCount(header) * header.components} (dim ${dimensions(header)}); the header is damaged, or the file is no image in space`,
      { field: 'dim', offset: layout.dim },
    );
  }
  if (isPair) {
    const extensions = (await source.readRest(MAX_EXTRA_BYTES)).slice(layout.bytes);
    const data = byteSource(await dataFile(context), `${name}, image data`, context.onWarning);
    try {
      await data.read(header.voxOffset);
      return await volumesOf(data, { ...header, extensions }, geometry, context);
    } finally {
      await data.close();
    }
  }
  checkRoom(source, header, name);
  const extensions = (await source.read(header.voxOffset)).slice(layout.bytes);
  return volumesOf(source, { ...header, extensions }, geometry, context);
}

function checkRoom({ limit }: ByteSource, header: NiftiHeader, name: string): void {
  const { voxOffset } = header;
  const size = bytesOf(header);
  if (voxOffset + size > limit) {
    throw tooShort(header, size, name, `at most ${Math.max(0, limit - voxOffset)}`);
  }
}

async function volumesOf(
  source: ByteSource,
  header: NiftiHeader,
  { shape, spacing, affine }: Geometry,
  { name, onWarning }: FileContext,
): Promise<Volume[]> {
  const { components } = header;
  const size = bytesOf(header);
  const count = volumeCount(header);
  checkRoom(source, header, name);
  const stored = await readAll(source, size, header, name);
  if (stored.length < size) throw tooShort(header, size, name, String(stored.length));
  // Read to the end all the same: only there compressed data show that they are whole.
  const more = await source.passRest(size + MAX_EXTRA_BYTES);
  if (more > 0) {
    onWarning(
      `${name}: ${more} bytes follow the ${size} bytes of voxels that dim and datatype declare (${dimensions(header)}, ${header.datatype}) and were passed over; if the image looks wrong, the header is damaged`,
    );
  }
  const data = decodeVoxels(stored.buffer, header, name);
  const [depth, height, width] = shape;
  const length = depth * height * width * components;
  const strides = [height * width * components, width * components, components];
  const single = count * components === 1;
  const own = single ? header : gridHeader(header);
  return Array.from({ length: count * components }, (_, i) => {
    const offset = Math.floor(i / components) * length + (i % components);
    const voxels = ndarray(data, [...shape], strides, offset);
    return { voxels, spacing, affine, header: own };
  });
}

function volumeCount({ dim }: NiftiHeader): number {
  return dim.slice(4, dim[0]! + 1).reduce((product, length) => product * length, 1);
}

function bytesOf({ dim, datatype, components }: NiftiHeader): number {
  const voxels = dim.slice(1, dim[0]! + 1).reduce((product, length) => product * length, 1);
  return voxels * components * datatypes[datatype].bytes;
}

/** The voxels of a pair: the file of the header's name that ends in `.img`. */
async function dataFile({ name, sibling }: FileContext): Promise<Uint8Array> {
  const base = name.replace(/^.*[/\\]/, '').replace(/\.hdr(\.gz)?$/i, '');
  for (const ending of ['img', 'img.gz', 'IMG', 'IMG.GZ']) {
    const bytes = await sibling(`${base}.${ending}`);
    if (bytes !== undefined) return bytes;
  }
  throw new VolumeFormatError(
    `${name}: is the header of a .hdr/.img pair, but there is no ${base}.img or ${base}.img.gz beside it; put the file there, or give its bytes through \`sibling\``,
    { field: 'magic' },
  );
}

async function readAll(
  source: ByteSource,
  size: number,
  header: NiftiHeader,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await source.read(size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new VolumeFormatError(
      `${name}: dim and datatype declare ${size} bytes of voxels, more than can be held in memory here; crop the image or use a machine with more memory`,
      { field: 'dim', offset: dimOffset(header), cause: error },
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
    { field: 'dim', offset: dimOffset(header) },
  );
}

function dimOffset({ format }: NiftiHeader): number {
  return (format === 'nifti-1' ? nifti1 : nifti2).dim;
}

function dimensions({ dim }: NiftiHeader): string {
  return dim.slice(1, dim[0]! + 1).join('×');
}
