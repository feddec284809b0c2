import { likeVolume, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
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
 * Labels by thresholds.
 *
 * @param probabilities of a class in every voxel
 * @param classes background included
 * @throws RangeError if a threshold is not from 0 to 1, or there is not one for each class
 */
export function decide(
  probabilities: (class_: number) => Volume<Float32Array>,
  classes: number,
  threshold: number | readonly number[],
): Volume<Uint8Array> {
  const thresholds = thresholdsOf(threshold, classes);
  const first = probabilities(1);
  const labels = new Uint8Array(first.voxels.data.length);
  const largest = new Float32Array(labels.length);
  for (let c = 1; c < classes; c++) {
    const { data } = (c === 1 ? first : probabilities(c)).voxels;
    // As probabilities are stored, so that one that equals the threshold reaches it.
    const least = Math.fround(thresholds[c - 1]!);
    for (let i = 0; i < data.length; i++) {
      const p = data[i]!;
      if (p < least || (labels[i] !== 0 && p <= largest[i]!)) continue;
      labels[i] = c;
      largest[i] = p;
    }
  }
  return likeVolume(first, ndarray(labels, [...first.voxels.shape]));
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
