import type { Predictor } from './predictor.ts';

/**
 * The mean of what several predictors say: folds of one network, or different networks.
 *
 * @throws RangeError if there is none, or they differ in channels or classes
 */
export function ensemble(predictors: readonly Predictor[]): Predictor {
  const [first, ...others] = predictors;
  if (first === undefined) {
    throw new RangeError('`ensemble`: there must be at least one predictor, got none');
  }
  for (const key of ['channels', 'classes'] as const) {
    const other = others.find((one) => one[key] !== first[key]);
    if (other === undefined) continue;
    throw new RangeError(
      `\`ensemble\`: all predictors must have the same number of ${key}, got ${first[key]} and ${other[key]}; leave out those of another kind`,
    );
  }
  if (others.length === 0) return first;
  const { channels, classes } = first;
  return {
    channels,
    classes,
    members: predictors,
    async predict(images, shape) {
      const sum = await first.predict(images, shape);
      for (const other of others) {
        const probabilities = await other.predict(images, shape);
        for (let i = 0; i < sum.length; i++) sum[i]! += probabilities[i]!;
      }
      for (let i = 0; i < sum.length; i++) sum[i]! /= predictors.length;
      return sum;
    },
  };
}
