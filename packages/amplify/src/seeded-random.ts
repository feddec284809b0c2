/** A generator of numbers in [0, 1). */
export type Random = () => number;

/**
 * A generator that is a pure function of `seed` and `keys` (mulberry32 seeded with the FNV-1a hash
 * of both). Every draw of a run comes from such a generator, keyed by what it is for and by its step,
 * so the state of a run's randomness is its step number.
 */
export function seededRandom(seed: number, ...keys: readonly (string | number)[]): Random {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode([seed, ...keys].join('/'))) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  let state = hash | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** An integer in [0, `count`). */
export function randomInteger(random: Random, count: number): number {
  return Math.floor(random() * count);
}

/** `items` in random order (Fisher–Yates), as a new array. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = randomInteger(random, i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
