import type { NdArray } from 'ndarray';
import { countVotes, type Votes, valuesOf } from './votes.ts';

/** How a reader fares against the consensus. */
export interface ReaderPerformance {
  /** Probability that the reader marks what is of the target, 0 to 1. */
  readonly sensitivity: number;
  /** Probability that the reader leaves what is not, 0 to 1. */
  readonly specificity: number;
}

export interface Staple {
  /** Probability of each voxel to be of the target, 0 to 1, in the shape of the masks. */
  readonly probabilities: NdArray<Float64Array>;
  /** Of each reader, in the order of the masks. */
  readonly readers: readonly ReaderPerformance[];
  readonly iterations: number;
}

export interface StapleOptions {
  /** Which label of the masks is the target; all others are background. @default 1 */
  readonly label?: number;
  /** Estimates at most. @default 10000 */
  readonly iterations?: number;
}

/** Change of sensitivities and specificities below which they count as found. */
const tolerance = 1e-10;

/**
 * Simultaneous truth and performance level estimation (STAPLE; Warfield, Zou & Wells, IEEE TMI 23(7),
 * 2004): expectation-maximisation of where the target is and how well each reader knows. It starts from
 * the share of readers that mark a voxel; the prior, one for all voxels, is the mean of that, and stays.
 * In float64. As the prior is taken over the whole image, small targets in large images weigh little
 * beforehand, and readers' specificities are near 1.
 *
 * @param masks labels of one case; a reader each, of one shape
 * @throws RangeError if there is no mask, shapes differ, or an option is out of range
 */
export function staple(
  masks: readonly NdArray<Uint8Array>[],
  { label = 1, iterations = 10_000 }: StapleOptions = {},
): Staple {
  if (!(Number.isInteger(label) && label >= 0 && label <= 255)) {
    throw new RangeError(`\`staple\`: label must be a whole number from 0 to 255, got ${label}`);
  }
  if (!(Number.isInteger(iterations) && iterations >= 1)) {
    throw new RangeError(
      `\`staple\`: iterations must be a whole number from 1 on, got ${iterations}`,
    );
  }
  const votes = countVotes(masks, 'staple');
  const { weights, ...found } = estimate(votes, label, iterations);
  return { probabilities: valuesOf(votes, weights), ...found };
}

/**
 * The consensus of readers by STAPLE: each label that occurs, but background, is estimated by itself
 * against all others; a voxel gets the most probable one, the smaller of two that are equally so, if its
 * probability is above one half, else background, 0.
 *
 * @param masks labels of one case; a reader each, of one shape
 * @returns labels in C order, of that shape
 * @throws RangeError if there is no mask, or shapes differ
 */
export function stapleLabels(masks: readonly NdArray<Uint8Array>[]): NdArray<Uint8Array> {
  const votes = countVotes(masks, 'stapleLabels');
  const { patterns } = votes;
  const labels = [...new Set(patterns.flatMap((pattern) => [...pattern]))].sort((a, b) => a - b);
  const best = new Float64Array(patterns.length).fill(0.5);
  const winners = new Uint8Array(patterns.length);
  for (const label of labels) {
    if (label === 0) continue;
    const { weights } = estimate(votes, label, 10_000);
    for (const [pattern, weight] of weights.entries()) {
      if (weight <= best[pattern]!) continue;
      best[pattern] = weight;
      winners[pattern] = label;
    }
  }
  return valuesOf(votes, winners);
}

/** The probability of each pattern, and what is known of the readers, by turns of both estimates. */
function estimate({ readers, patterns, counts }: Votes, label: number, most: number) {
  const marks = patterns.map((pattern) => [...pattern].map((own) => own === label));
  let weights = Float64Array.from(marks, (own) => own.filter(Boolean).length / readers);
  const total = sum(counts);
  const prior = sum(counts, weights) / total;
  let known: ReaderPerformance[] = [];
  let iterations = 0;
  for (
    let change = Number.POSITIVE_INFINITY;
    change > tolerance && iterations < most;
    iterations++
  ) {
    const targets = sum(counts, weights);
    const next = Array.from({ length: readers }, (_, reader) => {
      let [hits, rejections] = [0, 0];
      for (const [k, own] of marks.entries()) {
        if (own[reader]) hits += counts[k]! * weights[k]!;
        else rejections += counts[k]! * (1 - weights[k]!);
      }
      // Where there is none to be found, nobody misses any.
      return {
        sensitivity: targets > 0 ? hits / targets : 1,
        specificity: targets < total ? rejections / (total - targets) : 1,
      };
    });
    change = Math.max(
      ...next.flatMap(({ sensitivity, specificity }, reader) => [
        Math.abs(sensitivity - (known[reader]?.sensitivity ?? Number.POSITIVE_INFINITY)),
        Math.abs(specificity - (known[reader]?.specificity ?? Number.POSITIVE_INFINITY)),
      ]),
    );
    known = next;
    weights = Float64Array.from(marks, (own, k) => {
      let [inside, outside] = [prior, 1 - prior];
      for (const [reader, { sensitivity, specificity }] of known.entries()) {
        inside *= own[reader] ? sensitivity : 1 - sensitivity;
        outside *= own[reader] ? 1 - specificity : specificity;
      }
      return inside + outside > 0 ? inside / (inside + outside) : weights[k]!;
    });
  }
  return { weights, readers: known, iterations };
}

function sum(counts: Float64Array, weights?: Float64Array): number {
  return counts.reduce((all, count, k) => all + count * (weights?.[k] ?? 1), 0);
}
