/** Checks that values are finite and at least one. */
export function checkValues(values: readonly number[], name: string, caller: string): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (values.length === 0 || bad >= 0) {
    throw new RangeError(
      `\`${caller}\`: \`${name}\` must be at least one finite number, got ${
        bad < 0 ? 'none' : `${values[bad]} at ${bad}; leave cases without a score out`
      }`,
    );
  }
}

/** Checks that two methods were scored on the same cases. */
export function checkPaired(a: readonly number[], b: readonly number[], caller: string): void {
  if (a.length !== b.length) {
    throw new RangeError(
      `\`${caller}\`: both methods must have a score for each case, got ${a.length} and ${b.length}`,
    );
  }
  checkValues(a, 'a', caller);
  checkValues(b, 'b', caller);
}

/** Indices of the values of each group, in order of first appearance; each its own without groups. */
export function membersOf(
  size: number,
  groups: readonly string[] | undefined,
  caller: string,
): readonly (readonly number[])[] {
  if (groups === undefined) return Array.from({ length: size }, (_, i) => [i]);
  if (groups.length !== size) {
    throw new RangeError(
      `\`${caller}\`: \`groups\` must name the group of each of ${size} values, got ${groups.length}`,
    );
  }
  const members = new Map<string, number[]>();
  for (const [i, group] of groups.entries()) {
    const known = members.get(group);
    if (known) known.push(i);
    else members.set(group, [i]);
  }
  return [...members.values()];
}

/** Checks a number of resamples. */
export function checkCount(count: number, name: string, caller: string): void {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw new RangeError(`\`${caller}\`: \`${name}\` must be a whole number above 0, got ${count}`);
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
