/**
 * What a prediction tells of every voxel: the probability of the class with this number; the `entropy` of
 * the probabilities; or the `disagreement` of the networks that were averaged.
 *
 * The entropy −Σ p ln p of the averaged probabilities is divided by ln(classes), so that it goes from 0
 * (sure) to 1 (all classes equally likely). The disagreement is the entropy less the mean entropy of what
 * each network says by itself, in the same unit: the mutual information of class and network (Houlsby
 * et al., arXiv:1112.5745, Eq. 2; Smith & Gal, UAI 2018). It is 0 where all say the same, however unsure
 * they are, and 1 where they are sure of different classes.
 */
export type Quantity = number | 'entropy' | 'disagreement';

/** Neighbouring slices of a volume. */
export interface Slab {
  /** Its first slice. */
  readonly first: number;
  /** `[slice, row, column]` in C order. */
  readonly values: Float32Array;
}

/** Quantities of all voxels, a slab at a time. */
export interface Quantities {
  /** How many networks, or ways in which one looked, were averaged. */
  readonly members: number;
  /**
   * From the first slice to the last.
   *
   * @throws RangeError for the disagreement of one
   */
  slabs(of: Quantity): Iterable<Slab>;
}

/**
 * The entropy of probabilities, 0 … 1; see `Quantity`.
 *
 * @param classes the probabilities of each class in every voxel
 */
export function entropyOf(classes: readonly Float32Array[]): Float32Array {
  const entropy = new Float32Array(classes[0]!.length);
  const unit = Math.log(classes.length);
  for (let i = 0; i < entropy.length; i++) {
    let sum = 0;
    for (const values of classes) {
      const p = values[i]!;
      if (p > 0) sum -= p * Math.log(p);
    }
    entropy[i] = sum / unit;
  }
  return entropy;
}
