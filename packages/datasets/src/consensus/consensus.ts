import ndarray, { type NdArray } from 'ndarray';
import { uniteMasks } from '../images/unite-masks.ts';
import { majorityVote } from './majority.ts';
import { stapleLabels } from './staple.ts';

export type ConsensusName = 'union' | 'majority' | 'staple';

/** Makes one mask of several: labels on one grid, 0 is background. */
export type Consensus = (masks: readonly NdArray<Uint8Array>[]) => NdArray<Uint8Array>;

/**
 * How several masks of one image become one: `union` takes the largest label where they overlap, for the
 * rest see `majorityVote` and `stapleLabels`.
 */
export const consensuses: Readonly<Record<ConsensusName, Consensus>> = {
  union: uniteMasks,
  majority: majorityVote,
  staple: stapleLabels,
};

/**
 * One mask of several files. As these may differ in what they call the target, 1 or 255, it is 255 where
 * each holds no more than one number and one of them that.
 *
 * @param ignore label of voxels on which nothing counts: where one of the masks says so, nothing does
 */
export function consensusOf(
  masks: readonly NdArray<Uint8Array>[],
  consensus: Consensus,
  ignore?: number,
): NdArray<Uint8Array> {
  if (ignore !== undefined) {
    const counting = masks.map((mask) =>
      relabelled(mask, (label) => (label === ignore ? 0 : label)),
    );
    const agreed = consensus(counting);
    const isIgnored = (i: number) => masks.some(({ data }) => data[i] === ignore);
    return relabelled(agreed, (label, i) => (isIgnored(i) ? ignore : label));
  }
  const numbers = masks.map(({ data }) => new Set(data).add(0));
  const isTarget = numbers.every(({ size }) => size <= 2) && numbers.some((own) => own.has(255));
  const as255 = (label: number) => (label === 0 ? 0 : 255);
  return consensus(isTarget ? masks.map((mask) => relabelled(mask, as255)) : masks);
}

function relabelled(
  { data, shape, stride, offset }: NdArray<Uint8Array>,
  change: (label: number, i: number) => number,
): NdArray<Uint8Array> {
  return ndarray(data.map(change), [...shape], [...stride], offset);
}
