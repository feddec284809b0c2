/** All values, or so many of them from places that are as far apart as one another. */
export function evenly<T>(values: readonly T[], most: number): readonly T[] {
  const count = Math.min(most, values.length);
  return Array.from(
    { length: count },
    (_, k) => values[Math.floor(((k + 0.5) * values.length) / count)]!,
  );
}
