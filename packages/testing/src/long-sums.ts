/**
 * Numbers whose sum goes wrong in its own way when they are added up one by one: one number, whose
 * rounding always goes the same way, growing ones, ones of both signs, and ones around a large offset.
 */
export const longSums: Readonly<Record<string, (i: number, n: number) => number>> = {
  'one number': () => 0.1,
  growing: (i, n) => i / n,
  'both signs': (i) => Math.imul(i, 0x9e3779b1) / 2 ** 31,
  'around 10⁸': (i) => 1e8 + 8 * ((i * 7919) % 101),
};

/** `n` of them. */
export function longNumbers(kind: string, n: number): Float32Array {
  const number = longSums[kind]!;
  const numbers = new Float32Array(n);
  for (let i = 0; i < n; i++) numbers[i] = number(i, n);
  return numbers;
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
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    sum += value;
    absolute += Math.abs(value);
    squares += value * value;
  }
  const mean = sum / x.length;
  for (let i = 0; i < x.length; i++) deviation += (x[i]! - mean) * (x[i]! - mean);
  return { sum, absolute, squares, mean, variance: deviation / x.length };
}
