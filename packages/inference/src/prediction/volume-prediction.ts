import { ndarray } from '@sts-net/views';
import { likeVolume, type Volume } from '@sts-net/volume-io';
import { cleaned, type Decision, deciderOf } from '../labels/decide.ts';
import { entropyOf, type Quantities, type Quantity, type Slab } from '../quantities/quantity.ts';
import { classSlabs, meanEntropy, type SlabSource } from './slab-source.ts';

/** What predictors say of a volume, on exactly the volume's grid. */
export interface VolumePrediction extends Quantities {
  /** Background included. */
  readonly classes: number;
  /** The grid, with the volume's header where it has one; it holds no voxels. */
  readonly like: Volume<Uint8Array>;
  /**
   * The probability of a class in every voxel, 0 … 1; where the network saw other voxels, linear between
   * those.
   *
   * @param class_ @default 1
   */
  probabilities(class_?: number): Volume<Float32Array>;
  /**
   * How unsure the prediction is in every voxel, 0 … 1; see `Quantity`.
   *
   * @throws RangeError for the disagreement of one network that looked once
   */
  uncertainty(of: 'entropy' | 'disagreement'): Volume<Float32Array>;
  /**
   * The class of every voxel, 0 … classes − 1.
   *
   * @param decision how it is found @default the largest of `probabilities`, of equal ones the first
   * @throws RangeError if an option of the decision is out of its range
   */
  labels(decision?: Decision): Volume<Uint8Array>;
  /** Gives the room back that the prediction takes, after which nothing can be asked of it. */
  release(): void;
}

/** Voxels that are looked at together. */
const slabVoxels = 2 ** 21;

/** The prediction that is read from a source. */
export function predictionFrom(source: SlabSource): VolumePrediction {
  const { like, classes, members } = source;
  const [slices, rows, columns] = like.voxels.shape as [number, number, number];
  const size = slices * rows * columns;
  const thickness = Math.max(1, Math.floor(slabVoxels / (rows * columns)));
  const starts = Array.from(
    { length: Math.ceil(slices / thickness) },
    (_, i) => [i * thickness, Math.min(thickness, slices - i * thickness)] as const,
  );
  const valuesOf = (of: Quantity, first: number, count: number): Float32Array => {
    if (typeof of === 'number') return source.slab(of, first, count);
    const entropy = entropyOf(classSlabs(source, first, count));
    if (of === 'entropy') return entropy;
    const own = meanEntropy(source, first, count);
    // Rounding alone may make it negative.
    return entropy.map((both, i) => Math.max(0, both - own[i]!));
  };
  function* slabs(of: Quantity): Generator<Slab> {
    if (of === 'disagreement' && members === 1) {
      throw new RangeError(
        'disagreement: must be of several networks, or of one along several axes, got one that looked once; average several, or take the entropy',
      );
    }
    for (const [first, count] of starts) yield { first, values: valuesOf(of, first, count) };
  }
  const volumeOf = (of: Quantity) => {
    const values = new Float32Array(size);
    for (const slab of slabs(of)) values.set(slab.values, slab.first * rows * columns);
    return likeVolume(like, ndarray(values, [slices, rows, columns]));
  };
  return {
    ...{ classes, members, like, slabs },
    probabilities: (class_ = 1) => volumeOf(class_),
    uncertainty: volumeOf,
    labels(decision = {}) {
      const decide = deciderOf(classes, decision);
      const labels = new Uint8Array(size);
      for (const [first, count] of starts) {
        labels.set(decide(classSlabs(source, first, count)), first * rows * columns);
      }
      return cleaned(likeVolume(like, ndarray(labels, [slices, rows, columns])), decision);
    },
    release: () => source.release(),
  };
}
