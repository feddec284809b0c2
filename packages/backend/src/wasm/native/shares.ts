/** A part of what is to be done: from `first` up to, without it, `last`. */
export type Share = readonly [first: number, last: number];

/**
 * `total` in at most `parts` neighbouring shares that differ by one `unit` at most, the last by what is left of
 * one; none is empty, but where `total` is 0 there is one.
 */
export function shares(total: number, parts: number, unit = 1): Share[] {
  const units = Math.ceil(total / unit);
  const count = Math.max(1, Math.min(parts, units));
  const end = (i: number) => Math.min(total, Math.floor((i * units) / count) * unit);
  return Array.from({ length: count }, (_, i) => [end(i), end(i + 1)]);
}
