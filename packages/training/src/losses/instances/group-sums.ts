import * as tf from '@tensorflow/tfjs-core';
import type { LossMap } from '../contract/loss.ts';

/*
 * Sums of groups of pixels, by gathering rows of a fixed length and adding each up, level by level:
 * engines scatter with additions in an order of their own, some of them wrongly, and one long sum in
 * float32 would lose what is small.
 */

/** Values that are added up at once. */
const row = 64;

/**
 * How sums of groups are taken: at each level, which values make a row, `[rows, 64]`. The rows of the
 * last level are the groups.
 */
export type GroupPlan = readonly LossMap[];

/**
 * @param groupOf the group of each value, or −1
 * @param groups how many there may be
 * @param largest most values that a group may have
 */
export function planGroupSums(groupOf: Int32Array, groups: number, largest: number): GroupPlan {
  const levels: LossMap[] = [];
  let values = groupOf;
  for (let most = largest; ; most = Math.ceil(most / row)) {
    const counts = new Int32Array(groups);
    for (const group of values) if (group >= 0) counts[group]!++;
    const isLast = most <= row;
    // The first row of each group; at the last level it has one only, and the place of the group.
    const first = new Int32Array(groups);
    let needed = 0;
    for (let group = 0; group < groups; group++) {
      first[group] = isLast ? group : needed;
      needed += Math.ceil(counts[group]! / row);
    }
    // Room to spare, so that the shape seldom depends on the truth.
    const rows = isLast ? groups : powerOfTwo(Math.max(needed, (2 * values.length) / row, groups));
    const index = new Int32Array(rows * row).fill(values.length);
    const next = new Int32Array(rows).fill(-1);
    const filled = new Int32Array(groups);
    for (let i = 0; i < values.length; i++) {
      const group = values[i]!;
      if (group < 0) continue;
      const at = first[group]! * row + filled[group]!++;
      index[at] = i;
      next[Math.floor(at / row)] = group;
    }
    levels.push({ data: index, shape: [rows, row] });
    if (isLast) return levels;
    values = next;
  }
}

/**
 * The sums of the groups.
 *
 * @param values `[values, columns]`
 * @param plan its levels as tensors
 * @returns `[groups, columns]`, 0 for a group without values
 */
export function groupSums(values: tf.Tensor2D, plan: readonly tf.Tensor2D[]): tf.Tensor2D {
  const nothing = tf.zeros([1, values.shape[1]]);
  let sums = values;
  for (const index of plan) sums = tf.sum(tf.gather(tf.concat([sums, nothing]), index), 1);
  return sums;
}

export function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, atLeast)));
}
