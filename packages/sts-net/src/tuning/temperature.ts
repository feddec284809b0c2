import { IGNORED } from '@sts-net/volume-io';

/** Temperatures that are tried, from 0.1 to 10; what lies between them is interpolated. */
const tried: readonly number[] = Array.from({ length: 41 }, (_, i) => 10 ** (i / 20 - 1));

/** Natural logarithm below which no probability is taken to lie. */
const least = -20;

/** Background this sure, where the truth has it too, counts by every so many voxels. */
const sure = 0.999;
const every = 64;

/**
 * How well probabilities fit the truth at each temperature: the mean of −ln of the probability of what is
 * true, with the logits divided by it (Guo et al., ICML 2017). Holds no voxels.
 */
export class TemperatureLosses {
  readonly #sums = new Float64Array(tried.length);
  #count = 0;
  #sureSoFar = 0;

  /**
   * @param probabilities of each class in every voxel, the background first
   * @param truth the class of every voxel, `IGNORED` where none counts
   */
  add(probabilities: readonly ArrayLike<number>[], truth: Uint8Array): void {
    const logs = new Float64Array(probabilities.length);
    for (let i = 0; i < truth.length; i++) {
      const label = truth[i]!;
      if (label === IGNORED) continue;
      const isSure = label === 0 && probabilities[0]![i]! > sure;
      if (isSure && this.#sureSoFar++ % every !== 0) continue;
      for (let c = 0; c < logs.length; c++) {
        logs[c] = Math.max(least, Math.log(probabilities[c]![i]!));
      }
      this.#addOne(logs, label, isSure ? every : 1);
    }
  }

  #addOne(logs: Float64Array, label: number, weight: number): void {
    let most = least;
    // By number: iterators would cost more than the sums, once for each voxel.
    for (let c = 0; c < logs.length; c++) if (logs[c]! > most) most = logs[c]!;
    for (let t = 0; t < tried.length; t++) {
      const temperature = tried[t]!;
      let sum = 0;
      for (let c = 0; c < logs.length; c++) sum += Math.exp((logs[c]! - most) / temperature);
      this.#sums[t]! += weight * (Math.log(sum) - (logs[label]! - most) / temperature);
    }
    this.#count += weight;
  }

  /** Mean loss at each of the temperatures that are tried, by temperature. */
  losses(): ReadonlyMap<number, number> {
    return new Map(tried.map((temperature, t) => [temperature, this.#sums[t]! / this.#count]));
  }

  /** The temperature with the least loss, from 0.1 to 10, to a thousandth; 1 where nothing was counted. */
  best(): number {
    if (this.#count === 0) return 1;
    const sums = this.#sums;
    const at = sums.indexOf(Math.min(...sums));
    // The vertex of the parabola through it and its neighbours, on the axis of the logarithm.
    const [before, own, after] = [sums[at - 1], sums[at]!, sums[at + 1]];
    const curve = before === undefined || after === undefined ? 0 : before - 2 * own + after;
    const shift = curve > 0 ? (before! - after!) / (2 * curve) : 0;
    return Number((10 ** ((at + shift) / 20 - 1)).toFixed(3));
  }
}

/** A probability of one of two classes with its log-odds divided by a temperature. */
export function withTemperature(p: number, temperature: number): number {
  return 1 / (1 + ((1 - p) / p) ** (1 / temperature));
}
