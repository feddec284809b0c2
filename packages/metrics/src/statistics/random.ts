/** Draws numbers in [0, 1). */
export type Random = () => number;

/**
 * A generator of numbers in [0, 1) that gives the same ones for the same seed (xorshift128 seeded by
 * splitmix32; Marsaglia 2003). For resampling, not for secrets.
 *
 * @param seed a whole number
 */
export function seededRandom(seed: number): Random {
  let weyl = seed | 0;
  const mix = (): number => {
    weyl = (weyl + 0x9e3779b9) | 0;
    let z = weyl;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let [x, y, z, w] = [mix() | 1, mix(), mix(), mix()];
  return () => {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return (w >>> 0) / 4294967296;
  };
}
