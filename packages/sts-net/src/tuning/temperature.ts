import { IGNORED } from '@sts-net/volume-io';

/** Places on the axis of log-odds, from −limit to limit. */
const bins = 4000;
const limit = 20;

/** How often which probabilities were right: all that a temperature is found from. */
export class ProbabilityHistogram {
  readonly #right = new Float64Array(bins);
  readonly #wrong = new Float64Array(bins);

  /**
   * @param truth 1 where the class is
   * @param labels those of all classes, in which `IGNORED` marks what does not count
   */
  add(probabilities: Float32Array, truth: Uint8Array, labels: Uint8Array = truth): void {
    for (const [i, p] of probabilities.entries()) {
      if (labels[i] === IGNORED) continue;
      const odds = Math.log(p / (1 - p));
      const place = Math.floor(((odds + limit) / (2 * limit)) * bins);
      const bin = Math.min(Math.max(place, 0), bins - 1);
      if (truth[i] === 1) this.#right[bin]!++;
      else this.#wrong[bin]!++;
    }
  }

  /** Mean of −ln of the probability of what is true, with the log-odds divided by the temperature. */
  logLoss(temperature: number): number {
    let sum = 0;
    let count = 0;
    for (let bin = 0; bin < bins; bin++) {
      const odds = (((bin + 0.5) / bins) * 2 - 1) * (limit / temperature);
      sum += this.#right[bin]! * softplus(-odds) + this.#wrong[bin]! * softplus(odds);
      count += this.#right[bin]! + this.#wrong[bin]!;
    }
    return sum / count;
  }
}

/** ln(1 + eˣ) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * The temperature with the least loss (Guo et al., ICML 2017), from 0.1 to 10, to a thousandth; by the
 * golden section, since the loss has one minimum.
 */
export function bestTemperature(histogram: ProbabilityHistogram): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  const loss = (x: number) => histogram.logLoss(Math.exp(x));
  let [low, high] = [Math.log(0.1), Math.log(10)];
  while (high - low > 1e-4) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (loss(a) <= loss(b)) high = b;
    else low = a;
  }
  return Number(Math.exp((low + high) / 2).toFixed(3));
}

/** A probability of one of two classes with its log-odds divided by a temperature. */
export function withTemperature(p: number, temperature: number): number {
  return 1 / (1 + ((1 - p) / p) ** (1 / temperature));
}
