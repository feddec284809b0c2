/**
 * The part of an array, `low` to `high`, in which `count` rows of `length` elements lie, `stride` from one to the
 * next (backwards if negative) and the first of them from `start` on.
 */
export function rowSpan(
  start: number,
  stride: number,
  count: number,
  length: number,
): { low: number; high: number } {
  const last = start + (count - 1) * stride;
  return { low: Math.min(start, last), high: Math.max(start, last) + length };
}
