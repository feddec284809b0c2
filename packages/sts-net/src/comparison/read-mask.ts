import { readVolume, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';

/**
 * Reads a label volume as a mask of 0 and 1.
 *
 * @param label the label that is foreground; every label above 0 without one
 * @throws Error naming case and file where it cannot be read or a value is no label
 */
export async function readMask(
  path: string,
  id: string,
  label: number | undefined,
): Promise<Volume<Uint8Array>> {
  let volume: Volume;
  try {
    volume = await readVolume(path);
  } catch (cause) {
    throw new Error(`case '${id}': ${(cause as Error).message}`, { cause });
  }
  const { data, shape, stride, offset } = volume.voxels;
  const mask = new Uint8Array(data.length);
  for (let i = 0; i < mask.length; i++) {
    const value = data[i]!;
    if (!(Number.isInteger(value) && value >= 0)) {
      throw new RangeError(
        `case '${id}': '${path}' must hold labels, whole numbers from 0 on, got ${value}; threshold or renumber it first`,
      );
    }
    mask[i] = (label === undefined ? value > 0 : value === label) ? 1 : 0;
  }
  return { ...volume, voxels: ndarray(mask, shape, stride, offset) };
}
