import { type Random, randomInteger, seededRandom } from '../random/random.ts';
import type { Sample } from '../sample/sample.ts';

/**
 * Makes a new sample from one; the input is never changed, and what is drawn comes from `random`
 * alone, so the same generator gives the same result.
 */
export type Transform = (sample: Sample, random: Random) => Sample;

/**
 * The generator for a sample: determined by the seed, the sample's id and the epoch, so that neither
 * the order of samples nor the number of workers changes what is drawn.
 */
export function sampleRandom(seed: number, id: string, epoch = 0): Random {
  return seededRandom(seed, epoch, id);
}

/** One after the other. Each gets a generator of its own, so that changing one leaves the others' draws. */
export function compose(...transforms: readonly Transform[]): Transform {
  return (sample, random) => {
    const key = randomInteger(random, 2 ** 32);
    return transforms.reduce(
      (result, transform, i) => transform(result, seededRandom(key, i)),
      sample,
    );
  };
}

/**
 * Applies `transform` with a probability.
 * @throws {RangeError} if `probability` is not from 0 to 1
 */
export function sometimes(probability: number, transform: Transform): Transform {
  checkShare('sometimes', 'probability', probability);
  return (sample, random) => (random() < probability ? transform(sample, random) : sample);
}

/** A number between two, uniformly. */
export function between(random: Random, [low, high]: readonly [number, number]): number {
  return low + random() * (high - low);
}

/** Throws unless the number is from 0 to 1. */
export function checkShare(subject: string, option: string, share: number): void {
  if (share >= 0 && share <= 1) return;
  throw new RangeError(`\`${subject}\`: \`${option}\` must be from 0 to 1, got ${share}`);
}

/** Throws unless the two numbers are finite, in order and within limits. */
export function checkRange(
  subject: string,
  option: string,
  range: readonly [number, number],
  [least, most]: readonly [number, number],
): void {
  const [low, high] = range;
  if (
    range.length === 2 &&
    low <= high &&
    low >= least &&
    high <= most &&
    Number.isFinite(high - low)
  )
    return;
  const limits = [
    Number.isFinite(least) ? `from ${least}` : '',
    Number.isFinite(most) ? `to ${most}` : '',
  ].filter((limit) => limit !== '');
  throw new RangeError(
    `\`${subject}\`: \`${option}\` must be two numbers ${limits.join(' ')}, the smaller first, got [${range.join(', ')}]`,
  );
}
