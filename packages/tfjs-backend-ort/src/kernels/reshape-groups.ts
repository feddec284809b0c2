/**
 * Whether a reshape can be done where the elements lie, and how the result then lies.
 *
 * Old and new axes are matched in the smallest groups of equal size; the reshape moves nothing if
 * the axes of each group lie next to one another in order.
 *
 * @returns The result's layout, or `null` where elements would have to move.
 */
export function reshapeGroups(
  from: readonly number[],
  layout: readonly number[],
  to: readonly number[],
): number[] | null {
  if (from.includes(0)) return null;
  const groups: { old: number[]; fresh: number[] }[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const group = { old: [] as number[], fresh: [] as number[] };
    let before = 1;
    let after = 1;
    if (i < from.length) {
      before = from[i]!;
      group.old.push(i++);
    }
    if (j < to.length) {
      after = to[j]!;
      group.fresh.push(j++);
    }
    while (before !== after) {
      if (before < after) {
        before *= from[i]!;
        group.old.push(i++);
      } else {
        after *= to[j]!;
        group.fresh.push(j++);
      }
    }
    groups.push(group);
  }
  const solid = layout.filter((axis) => from[axis] !== 1);
  const result: number[] = [];
  for (let at = 0; at < solid.length; ) {
    const group = groups.find(({ old }) => old.includes(solid[at]!))!;
    const axes = group.old.filter((axis) => from[axis] !== 1);
    if (!axes.every((axis, k) => solid[at + k] === axis)) return null;
    at += axes.length;
    result.push(...group.fresh);
  }
  // Groups of size 1 take no room anywhere.
  for (const { fresh } of groups) {
    for (const axis of fresh) if (!result.includes(axis)) result.push(axis);
  }
  return result;
}
