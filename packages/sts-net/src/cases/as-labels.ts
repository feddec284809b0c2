import type { Case } from '@sts-net/datasets';
import type { Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';

/**
 * The volume as labels. For two classes every nonzero value is the target, so masks of 0 and 255
 * serve too.
 */
export function asLabels(
  volume: Volume,
  classes: number,
  { id, mask: path }: Pick<Case, 'id' | 'mask'>,
): Volume<Uint8Array> {
  const { voxels } = volume;
  const labels = new Uint8Array(voxels.data.length);
  for (let i = 0; i < labels.length; i++) {
    const value = voxels.data[i]!;
    if (classes === 2 && Number.isFinite(value)) {
      labels[i] = value === 0 ? 0 : 1;
    } else if (Number.isInteger(value) && value >= 0 && value < classes) {
      labels[i] = value;
    } else {
      throw new RangeError(
        `case '${id}': the mask '${path}' must hold whole numbers from 0 to ${classes - 1}, got ${value}; raise \`model.classes\` or renumber the labels`,
      );
    }
  }
  return { ...volume, voxels: ndarray(labels, voxels.shape, voxels.stride, voxels.offset) };
}
