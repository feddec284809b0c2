/**
 * Holm's correction (1979) of several tests: p-values to be judged as if there were one test, in the
 * order given, each at most 1.
 *
 * @throws RangeError where a p-value is not from 0 to 1
 */
export function holm(pValues: readonly number[]): number[] {
  const bad = pValues.find((p) => !(p >= 0 && p <= 1));
  if (bad !== undefined) {
    throw new RangeError(`\`holm\`: p-values must be from 0 to 1, got ${bad}`);
  }
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i]! - pValues[j]!);
  const adjusted = new Array<number>(pValues.length);
  let highest = 0;
  for (const [rank, i] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (pValues.length - rank) * pValues[i]!));
    adjusted[i] = highest;
  }
  return adjusted;
}
