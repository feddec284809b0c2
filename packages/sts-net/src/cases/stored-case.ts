import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import type { StoredCase } from '@sts-net/experiment/batches';
import type { Volume, VoxelArray } from '@sts-net/volume-io';
import ndarray from 'ndarray';

/** A volume whose voxels are plain parts. */
type Parts = Omit<Volume, 'voxels'> & {
  readonly voxels: {
    readonly data: VoxelArray;
    readonly shape: number[];
    readonly stride: number[];
    readonly offset: number;
  };
};

interface StoredParts {
  readonly images: readonly Parts[];
  readonly mask: Parts;
  readonly grid: Parts;
}

/** Bytes before the content: its CRC-32, and room that keeps the voxels aligned. */
const headLength = 16;

/**
 * The bytes of a file: numbers bit by bit as they are, as V8 stores objects, which knows infinities and
 * −0. Intensities that are whole numbers take one or two bytes each.
 */
export function encodeCase({
  flat,
  images,
  mask,
  normalization,
  grid,
  saying,
}: StoredCase): Uint8Array {
  // Channels may lie in one array, which is stored once.
  const arrays = new Map<Float32Array, VoxelArray>();
  for (const { data } of images.map(({ voxels }) => voxels)) {
    if (!arrays.has(data)) arrays.set(data, smallest(data));
  }
  const content = serialize({
    flat,
    images: images.map((image) => partsOf(image, arrays.get(image.voxels.data)!)),
    mask: partsOf(mask, mask.voxels.data),
    normalization,
    grid: partsOf(grid, grid.voxels.data),
    saying,
  });
  const bytes = new Uint8Array(headLength + content.length);
  new DataView(bytes.buffer).setUint32(0, crc32(content));
  bytes.set(content, headLength);
  return bytes;
}

/** Undefined for bytes that are damaged. */
export function decodeCase(bytes: Uint8Array): StoredCase | undefined {
  if (bytes.length <= headLength) return undefined;
  const content = bytes.subarray(headLength);
  const { buffer, byteOffset } = bytes;
  if (new DataView(buffer, byteOffset).getUint32(0) !== crc32(content)) return undefined;
  let stored: Omit<StoredCase, 'images' | 'mask' | 'grid'> & StoredParts;
  try {
    stored = deserialize(content);
  } catch {
    // Written by a later version of V8.
    return undefined;
  }
  const { images, mask, grid } = stored;
  const arrays = new Map<VoxelArray, Float32Array>();
  for (const { data } of images.map(({ voxels }) => voxels)) {
    if (!arrays.has(data)) arrays.set(data, new Float32Array(data));
  }
  const [first, ...others] = images.map((image) => volumeOf(image, arrays.get(image.voxels.data)!));
  return {
    ...stored,
    images: [first!, ...others],
    mask: volumeOf(mask, new Uint8Array(mask.voxels.data)),
    grid: volumeOf(grid, new Uint8Array(grid.voxels.data)),
  };
}

function partsOf(volume: Volume, data: VoxelArray): Parts {
  const { shape, stride, offset } = volume.voxels;
  return { ...volume, voxels: { data, shape: [...shape], stride: [...stride], offset } };
}

function volumeOf<T extends VoxelArray>({ voxels, ...place }: Parts, data: T): Volume<T> {
  return { ...place, voxels: ndarray(data, voxels.shape, voxels.stride, voxels.offset) };
}

/** The same numbers in the fewest bytes. */
function smallest(data: Float32Array): VoxelArray {
  for (const Type of [Uint8Array, Uint16Array, Int16Array]) {
    const small = new Type(data.length);
    if (holds(small, data)) return small;
  }
  return data;
}

/** Fills `small` as far as it can hold the numbers; whether it holds all. */
function holds(small: Uint8Array | Uint16Array | Int16Array, data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) {
    small[i] = data[i]!;
    if (!Object.is(small[i], data[i])) return false;
  }
  return true;
}
