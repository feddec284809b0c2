/**
 * Numbers between 0 and 1 (mulberry32), for lanes that do something at random moments. Prints the seed,
 * which `STS_NET_KILL_SEED` sets.
 */
export function seededRandom() {
  let state = Number(process.env.STS_NET_KILL_SEED ?? Date.now() % 2 ** 31);
  console.log(`seed ${state}`);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
