/** FNV-1a 32-bit hash of a string's UTF-8 bytes. */
function fnv1a(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/**
 * A generator of numbers in [0, 1) that is fully determined by `key` (FNV-1a → mulberry32), so
 * that what is drawn for a sample depends on nothing but its name and the seed.
 */
export function randomOf(key: string): () => number {
  let state = fnv1a(key) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
