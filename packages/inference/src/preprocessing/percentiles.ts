/** Whether the value in a place counts; those of a volume are not copied to be measured. */
export type Counted = (i: number) => boolean;

/**
 * Percentiles of numbers, between two of them where they fall there, as NumPy's `percentile` gives them.
 * @param values finite; at least one
 * @param shares per cent, 0 to 100
 * @param counted which of the values count @default all
 */
export function percentiles(
  values: Float32Array,
  shares: readonly number[],
  counted: Counted = () => true,
): number[] {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (counted(i)) count++;
  return shares.map((share) => {
    const place = ((count - 1) * share) / 100;
    const below = Math.floor(place);
    const low = ranked(values, below, counted);
    const part = place - below;
    return part === 0 ? low : low + part * (ranked(values, below + 1, counted) - low);
  });
}

/**
 * The number that `rank` others come before, without sorting: by counting first the upper halves of the
 * numbers' bits, then the lower halves of those with the wanted upper half.
 */
function ranked(values: Float32Array, rank: number, counted: Counted): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const upper = new Uint32Array(65536);
  for (let i = 0; i < bits.length; i++) {
    if (counted(i)) upper[inOrder(bits[i]!) >>> 16]!++;
  }
  const high = placeOf(upper, rank);
  const lower = new Uint32Array(65536);
  for (let i = 0; i < bits.length; i++) {
    const key = inOrder(bits[i]!);
    if (key >>> 16 === high.index && counted(i)) lower[key & 0xffff]!++;
  }
  const key = ((high.index << 16) | placeOf(lower, rank - high.before).index) >>> 0;
  const found = new Float32Array(1);
  new Uint32Array(found.buffer)[0] = key >>> 31 === 1 ? key ^ 0x80000000 : ~key;
  return found[0]!;
}

/** The bits of a number as a whole number, so that these are in the order of the numbers. */
function inOrder(bits: number): number {
  return (bits >>> 31 === 1 ? ~bits : bits ^ 0x80000000) >>> 0;
}

function placeOf(
  counts: Uint32Array,
  rank: number,
): { readonly index: number; readonly before: number } {
  let before = 0;
  let index = 0;
  while (before + counts[index]! <= rank) before += counts[index++]!;
  return { index, before };
}
