/** Mean and standard deviation (that of all, not of a sample) of an image's numbers, all channels together. */
export function meanAndSpread(values: Float32Array): {
  readonly mean: number;
  readonly spread: number;
} {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, spread: Math.sqrt(squares / values.length) };
}
