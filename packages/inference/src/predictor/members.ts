import type { ImageShape, Predictor } from './predictor.ts';

/** What is said of each pixel: probabilities of all classes, then, of several networks, their mean entropy. */
export function depthOf({ classes, members }: Pick<Predictor, 'classes' | 'members'>): number {
  return members === undefined ? classes : classes + 1;
}

/**
 * What a predictor says, and how sure its members are by themselves: the mean of their entropies, 0 … 1
 * as `Quantity` has it, from which their disagreement follows.
 *
 * @returns `[batch, height, width, depthOf(predictor)]`
 */
export async function saidWithEntropy(
  predictor: Predictor,
  images: Float32Array,
  shape: ImageShape,
): Promise<Float32Array> {
  const { classes, members } = predictor;
  if (members === undefined) return predictor.predict(images, shape);
  const depth = classes + 1;
  const unit = Math.log(classes);
  const said = new Float32Array(shape[0] * shape[1] * shape[2] * depth);
  for (const member of members) {
    const probabilities = await member.predict(images, shape);
    for (let from = 0, to = 0; from < probabilities.length; to += depth) {
      let entropy = 0;
      for (let c = 0; c < classes; c++, from++) {
        const p = probabilities[from]!;
        if (p > 0) entropy -= p * Math.log(p);
        said[to + c]! += p;
      }
      said[to + classes]! += entropy / unit;
    }
  }
  for (let i = 0; i < said.length; i++) said[i]! /= members.length;
  return said;
}
