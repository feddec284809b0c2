import type { Quantity, VolumePrediction } from '@sts-net/inference';
import { likeVolume, writeVolumeSlabs } from '@sts-net/volume-io';

/** Which volumes are written beside labels, and how. */
export interface QuantityOutput {
  /** The probability of each class but the background. @default false */
  readonly probabilities?: boolean | undefined;
  /** The entropy, and, of several networks or axes, the disagreement. @default false */
  readonly uncertainty?: boolean | undefined;
  /**
   * How they are stored: `uint8` in 256 steps, with the slope by which readers of NIfTI make 0 … 1 of
   * them. @default 'float32'
   */
  readonly probabilitiesType?: 'float32' | 'uint8' | undefined;
}

/**
 * Writes what is predicted of every voxel, some slices at a time.
 *
 * @param base the files' name without its ending, such as `folder/case`
 * @param ending such as `.nii.gz`
 * @returns what is put between the two
 */
export async function writeQuantities(
  base: string,
  ending: string,
  prediction: Pick<VolumePrediction, 'classes' | 'members' | 'slabs' | 'like'>,
  output: QuantityOutput,
): Promise<readonly string[]> {
  const { probabilitiesType: datatype = 'float32' } = output;
  const { voxels } = prediction.like;
  const like = likeVolume(prediction.like, voxels);
  const names: string[] = [];
  for (const [name, quantity] of quantitiesOf(prediction, output)) {
    const values = function* () {
      for (const slab of prediction.slabs(quantity)) yield slab.values;
    };
    await writeVolumeSlabs(`${base}_${name}${ending}`, like, values(), {
      datatype,
      ...(datatype === 'uint8' && { scale: 1 / 255 }),
    });
    names.push(name);
  }
  return names;
}

function quantitiesOf(
  { classes, members }: Pick<VolumePrediction, 'classes' | 'members'>,
  { probabilities = false, uncertainty = false }: QuantityOutput,
): readonly (readonly [name: string, quantity: Quantity])[] {
  const numbers = Array.from({ length: classes - 1 }, (_, i) => i + 1);
  return [
    ...(probabilities
      ? numbers.map((c) => [`probability${classes > 2 ? `-${c}` : ''}`, c] as const)
      : []),
    ...(uncertainty ? [['entropy', 'entropy'] as const] : []),
    ...(uncertainty && members > 1 ? [['disagreement', 'disagreement'] as const] : []),
  ];
}
