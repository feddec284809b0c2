/**
 * Numbers whose sum goes wrong in its own way when they are added up one by one: one number, whose
 * rounding always goes the same way, growing ones, ones of both signs, and ones around a large offset.
 */
export const longSums: Readonly<Record<string, (i: number, n: number) => number>> = {
  'one number': () => 0.1,
  growing: (i, n) => i / n,
  'both signs': (i) => Math.sin(i),
  'around 10⁸': (i) => 1e8 + 8 * ((i * 7919) % 101),
};

/** `n` of them. */
export function longNumbers(kind: string, n: number): Float32Array {
  const number = longSums[kind]!;
  return Float32Array.from({ length: n }, (_, i) => number(i, n));
}

/** In double precision, one by one: Σx, Σ|x|, Σx², Σx / n and Σ(x − mean)² / n. */
export function exactSums(x: Float32Array): {
  sum: number;
  absolute: number;
  squares: number;
  mean: number;
  variance: number;
} {
  let [sum, absolute, squares, deviation] = [0, 0, 0, 0];
  for (const value of x) {
    sum += value;
    absolute += Math.abs(value);
    squares += value * value;
  }
  const mean = sum / x.length;
  for (const value of x) deviation += (value - mean) ** 2;
  return { sum, absolute, squares, mean, variance: deviation / x.length };
}
