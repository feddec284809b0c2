/** What mulberry32's state grows by from number to number. */
const growth = 0x6d2b79f5;

/** mulberry32's number of a state, all 32 bits. */
function scrambled(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return t ^ (t >>> 14);
}

/** The same in (0, 1). */
function unit(state: number): number {
  return ((scrambled(state) >>> 0) + 0.5) / 2 ** 32;
}

/** Fills with numbers uniform in [−bound, bound). */
export function fillUniform(values: Float32Array, seed: number, bound: number): void {
  let state = seed | 0;
  for (let i = 0; i < values.length; i++) {
    state = (state + growth) | 0;
    values[i] = ((scrambled(state) >>> 0) / 2 ** 31 - 1) * bound;
  }
}

// The area under exp(−x²/2) from 0 on, cut into horizontal layers of equal area: layer i > 0 is the
// rectangle of width edges[i] from height heights[i] up; layer 0 is the lowest, with the tail beyond edges[1].
const layerCount = 128;
const tail = 3.442619855899;
const layerArea = 9.91256303526217e-3;
const edges = new Float64Array(layerCount + 1);
edges[0] = layerArea / Math.exp(-0.5 * tail ** 2);
edges[1] = tail;
for (let i = 2; i < layerCount; i++) {
  const before = edges[i - 1]!;
  edges[i] = Math.sqrt(-2 * Math.log(Math.exp(-0.5 * before ** 2) + layerArea / before));
}
const heights = edges.map((x) => Math.exp(-0.5 * x ** 2));

/**
 * Fills with normally distributed numbers of mean 0, by the ziggurat method: all but a few in a hundred
 * take one draw and no transcendental function. Networks have up to 200 million weights to draw.
 *
 * Source: Marsaglia & Tsang, Journal of Statistical Software 5(8), 2000.
 */
export function fillNormal(values: Float32Array, seed: number, deviation: number): void {
  // Closures over `state` would halve the speed.
  let state = seed | 0;
  for (let i = 0; i < values.length; ) {
    state = (state + growth) | 0;
    const bits = scrambled(state);
    const layer = bits & (layerCount - 1);
    let x = ((bits >> 7) / 2 ** 24) * edges[layer]!;
    if (Math.abs(x) >= edges[layer + 1]!) {
      state = (state + growth) | 0;
      if (layer > 0) {
        const height = heights[layer]! + unit(state) * (heights[layer + 1]! - heights[layer]!);
        if (height >= Math.exp(-0.5 * x ** 2)) continue;
      } else {
        let beyond = -Math.log(unit(state)) / tail;
        state = (state + growth) | 0;
        while (-2 * Math.log(unit(state)) < beyond ** 2) {
          state = (state + growth) | 0;
          beyond = -Math.log(unit(state)) / tail;
          state = (state + growth) | 0;
        }
        x = Math.sign(x) * (tail + beyond);
      }
    }
    values[i++] = deviation * x;
  }
}
