import type { Volume } from '@sts-net/volume-io';
import { type PostprocessOptions, postprocess } from './postprocess.ts';

/** How probabilities become labels: where a network is run, and what is taken away after it. Plain JSON. */
export interface Decision extends PostprocessOptions {
  /**
   * From which probability on a voxel is of a class, 0 … 1: one for all classes but the background, or
   * one for each in their order. Of several that reach theirs the most likely, of equal ones the first.
   * @default the most likely class, the background among them
   */
  readonly threshold?: number | readonly number[] | undefined;
}

/**
 * What makes labels of the probabilities of each class in some voxels.
 *
 * @param classes background included
 * @throws RangeError if a threshold is not from 0 to 1, or there is not one for each class
 */
export function deciderOf(
  classes: number,
  { threshold }: Decision,
): (probabilities: readonly Float32Array[]) => Uint8Array {
  if (threshold === undefined) return mostLikelyOf;
  // As probabilities are stored, so that one that equals the threshold reaches it.
  const least = thresholdsOf(threshold, classes).map(Math.fround);
  return (probabilities) => {
    const labels = new Uint8Array(probabilities[0]!.length);
    for (const [c, values] of probabilities.entries()) {
      if (c === 0) continue;
      for (let i = 0; i < labels.length; i++) {
        const p = values[i]!;
        if (p < least[c - 1]!) continue;
        const best = labels[i]!;
        if (best === 0 || p > probabilities[best]![i]!) labels[i] = c;
      }
    }
    return labels;
  };
}

/** The most likely class, of equal ones the first. */
function mostLikelyOf(probabilities: readonly Float32Array[]): Uint8Array {
  const labels = new Uint8Array(probabilities[0]!.length);
  for (const [c, values] of probabilities.entries()) {
    for (let i = 0; i < labels.length; i++) {
      if (values[i]! > probabilities[labels[i]!]![i]!) labels[i] = c;
    }
  }
  return labels;
}

function thresholdsOf(threshold: number | readonly number[], classes: number): readonly number[] {
  const all = typeof threshold === 'number' ? new Array(classes - 1).fill(threshold) : threshold;
  const wrong = all.find((one: number) => !(one >= 0 && one <= 1));
  if (wrong !== undefined) {
    throw new RangeError(`\`threshold\` must be from 0 to 1, got ${wrong}`);
  }
  if (all.length === classes - 1) return all;
  throw new RangeError(
    `\`threshold\` must be one for all, or one for each of the ${classes - 1} classes beside the background, got ${all.length}`,
  );
}

/** Labels after what a decision takes away. */
export function cleaned(labels: Volume<Uint8Array>, decision: Decision): Volume<Uint8Array> {
  const { minimumVolume = 0, minimumVoxels = 0, fillHoles = false } = decision;
  if (minimumVolume === 0 && minimumVoxels === 0 && !fillHoles) return labels;
  return postprocess(labels, decision);
}
