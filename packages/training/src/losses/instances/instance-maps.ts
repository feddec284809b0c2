import { countedMask } from '../contract/class-mask.ts';
import type { LossMap, Truth } from '../contract/loss.ts';
import { planGroupSums, powerOfTwo } from './group-sums.ts';
import { type ClassInstances, findInstances, type InstanceOptions } from './instances.ts';

/**
 * What losses that look at one instance at a time need of the truth. The instances stand in a table
 * with a line for each foreground class of each sample, `[batch · (classes − 1), columns]`:
 *
 * - `sizes`: pixels of each component; `weights`: what its loss counts
 * - `places` `[batch, height, width, classes − 1]`: where in the table the instance of a pixel stands;
 *   one behind its end for none
 * - `entropyWeights`, likewise: what the cross-entropy of a pixel counts
 * - `plan0`, `plan1`, …: how pixels are added up by instance
 */
export function instanceMaps(
  truth: Truth,
  options: InstanceOptions,
): Readonly<Record<string, LossMap>> {
  const { count, height, width, classes } = truth;
  const pixels = height * width;
  const lines = findInstances(truth, options);
  // Room to spare, so that the shape seldom depends on the truth.
  const columns = powerOfTwo(Math.max(64, ...lines.map((one) => one.count)));
  const table = lines.length * columns;
  const sizes = new Float32Array(table);
  const weights = new Float32Array(table);
  const groups = new Int32Array(count * pixels * (classes - 1)).fill(-1);
  const entropyWeights = new Float32Array(groups.length);
  for (const [line, instances] of lines.entries()) {
    const { sample, class: c, of, weight } = instances;
    for (let k = 1; k <= instances.count; k++) {
      sizes[line * columns + k - 1] = instances.sizes[k]!;
      weights[line * columns + k - 1] = weight;
    }
    const counted = countedMask(truth, sample);
    const ofPixel = entropyWeightsOf(instances, counted, options.kind);
    for (let i = 0; i < pixels; i++) {
      if (counted[i] === 0) continue;
      const at = (sample * pixels + i) * (classes - 1) + c - 1;
      if (of[i]! > 0) groups[at] = line * columns + of[i]! - 1;
      entropyWeights[at] = ofPixel[of[i]!]!;
    }
  }
  const plan = planGroupSums(groups, table, pixels);
  const shape = [count, height, width, classes - 1];
  return {
    sizes: { data: sizes, shape: [lines.length, columns] },
    weights: { data: weights, shape: [lines.length, columns] },
    places: { data: groups.map((place) => (place < 0 ? table : place)), shape },
    entropyWeights: { data: entropyWeights, shape },
    ...Object.fromEntries(plan.map((level, i) => [`plan${i}`, level])),
  };
}

/** What a pixel's cross-entropy counts, by its instance, for those of none too. */
function entropyWeightsOf(
  { count, of, weight }: ClassInstances,
  counted: Uint8Array,
  kind: InstanceOptions['kind'],
): readonly number[] {
  const areas = new Array<number>(count + 1).fill(0);
  for (let i = 0; i < of.length; i++) areas[of[i]!]! += counted[i]!;
  if (kind === 'regions') return areas.map((area, k) => (k > 0 && area > 0 ? weight / area : 0));
  // A mean over the whole sample for each component, in all of which the background takes part.
  const all = areas.reduce((a, b) => a + b);
  return areas.map((_, k) => (all > 0 ? (weight * (k > 0 ? 1 : count)) / all : 0));
}
