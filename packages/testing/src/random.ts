/** FNV-1a 32-bit hash of a string's UTF-8 bytes: the seed of the golden recipe. */
export function fnv1a(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/** mulberry32: a seeded generator of numbers in [0, 1). */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` numbers in [0, 1) drawn from the generator seeded with `key`. */
export function uniform(key: string, count: number): Float32Array {
  const next = mulberry32(fnv1a(key));
  const values = new Float32Array(count);
  // A loop, for weights are millions of numbers and `Float32Array.from` takes ten times as long.
  for (let i = 0; i < count; i++) values[i] = next();
  return values;
}

/** `count` numbers in [-1, 1) drawn from the generator seeded with `key`. */
export function signed(key: string, count: number): Float32Array {
  const values = uniform(key, count);
  for (let i = 0; i < count; i++) values[i] = 2 * values[i]! - 1;
  return values;
}
