/**
 * A seed for one layer of a network, from the network's seed and the layer's name (FNV-1a of
 * `seed/name`): layers of equal shape start differently, and a layer starts the same whatever else
 * the network holds.
 *
 * @returns an integer in [0, 2³²)
 */
export function deriveSeed(seed: number, name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${seed}/${name}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}
