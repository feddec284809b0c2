/** The labels that are there, but for the background, ascending. */
export function classesIn(values: Uint8Array): readonly number[] {
  const isThere = new Uint8Array(256);
  for (let i = 0; i < values.length; i++) isThere[values[i]!] = 1;
  return Array.from(isThere.keys()).filter((label) => label > 0 && isThere[label] === 1);
}
