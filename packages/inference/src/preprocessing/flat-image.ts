import { type NdArray, ndarray } from '@sts-net/views';
import { createVolume, type Sample, type Volume, type VoxelArray } from '@sts-net/volume-io';

/** Weights of red, green and blue in grey (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114] as const;

/**
 * The image `[row, column, channel]` that a network takes of a 2-D image: its own channels if there
 * are as many; otherwise its grey, repeated. Several images, which are grey, come in turns.
 *
 * @param images whose slices are channels
 * @throws RangeError if an image has neither as many channels nor one nor three.
 */
export function flatImage(
  images: readonly [Volume<Float32Array>, ...Volume<Float32Array>[]],
  channels: number,
  id: string,
): Sample['image'] {
  if (images.length > 1) return inTurns(images, channels);
  const [{ voxels }] = images;
  const [count, rows, columns] = voxels.shape as [number, number, number];
  if (count === channels) return voxels.transpose(1, 2, 0);
  const { data, offset, stride } = count === 1 ? voxels : greyOf(voxels, id);
  return ndarray(data, [rows, columns, channels], [stride[1]!, stride[2]!, 0], offset);
}

/** A 2-D image as one slice of grey. */
export function greyImage(volume: Volume, id: string): Volume {
  if (volume.voxels.shape[0] === 1) return volume;
  const { affine } = volume;
  return createVolume(greyOf(volume.voxels, id), { affine });
}

function inTurns(images: readonly Volume<Float32Array>[], channels: number): Sample['image'] {
  const greys = images.map(({ voxels }) => voxels.pick(0, null, null));
  const [rows, columns] = greys[0]!.shape as [number, number];
  const image = ndarray(new Float32Array(rows * columns * channels), [rows, columns, channels]);
  for (let i = 0; i < image.size; i++) {
    const pixel = Math.floor(i / channels);
    const grey = greys[(i % channels) % greys.length]!;
    image.data[i] = grey.get(Math.floor(pixel / columns), pixel % columns);
  }
  return image;
}

function greyOf(voxels: NdArray<VoxelArray>, id: string): NdArray<Float32Array> {
  const [count, rows, columns] = voxels.shape as [number, number, number];
  if (count !== 3) {
    throw new RangeError(
      `'${id}': the image of one slice must have 1 or 3 channels, or as many as the network takes, got ${count}; change \`context\``,
    );
  }
  const grey = new Float32Array(rows * columns);
  const planes = luma.map((weight, c) => ({ weight, plane: voxels.pick(c, null, null) }));
  for (let i = 0; i < grey.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    for (const { weight, plane } of planes) grey[i]! += weight * plane.get(row, column);
  }
  return ndarray(grey, [1, rows, columns]);
}
