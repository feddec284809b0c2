/** Draws numbers in [0, 1). */
export type Random = () => number;

/** A generator that is fully determined by `key`: mulberry32 seeded with the FNV-1a hash of its UTF-8 bytes. */
export function randomOf(key: string): Random {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) {
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

/**
 * A generator that is a pure function of `seed` and `keys`: what the numbers are for, and the step
 * that they are drawn in. The state of a run's randomness is then its step number, and neither the
 * order of samples nor the number of workers changes what is drawn.
 */
export function seededRandom(seed: number, ...keys: readonly (string | number)[]): Random {
  return randomOf([seed, ...keys].join('/'));
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
