import type { Detections } from '@sts-net/metrics/curves';

/** Detection over cases, each counted as often as it was drawn; `NaN` without any lesion. */
export interface DetectionScores {
  /** Area under precision against recall, 0 … 1. */
  readonly averagePrecision: number;
  /** Mean of the recalls at the rates, between points of the curve linearly. */
  readonly frocScore: number;
  /** Recall of the lowest threshold with at most so many false alarms a case, one for each rate. */
  readonly recalls: readonly number[];
}

/**
 * The detections of all cases in order, so that resamples of the cases are counted in one pass each:
 * `detectionCurve`, `frocScore` and `recallAtFalsePositives` of what is drawn, without sorting it anew.
 */
export class DetectionCounts {
  readonly #rates: readonly number[];
  readonly #lesions: Float64Array;
  /** Scores, highest first, each with its case and whether it finds a lesion. */
  readonly #scores: Float64Array;
  readonly #cases: Int32Array;
  readonly #finds: Uint8Array;

  /** @param rates false alarms a case at which the recall is told */
  constructor(cases: readonly Detections[], rates: readonly number[]) {
    const events = cases.flatMap(({ detections }, index) => {
      const best = new Map<number, number>();
      for (const { score, matches } of detections) {
        for (const lesion of matches) best.set(lesion, Math.max(score, best.get(lesion) ?? score));
      }
      const found = [...best.values()].map((score) => ({ score, index, finds: 1 }));
      const wrong = detections.filter(({ matches }) => matches.length === 0);
      return [...found, ...wrong.map(({ score }) => ({ score, index, finds: 0 }))];
    });
    events.sort((a, b) => b.score - a.score);
    this.#rates = rates;
    this.#lesions = Float64Array.from(cases, ({ lesions }) => lesions);
    this.#scores = Float64Array.from(events, ({ score }) => score);
    this.#cases = Int32Array.from(events, ({ index }) => index);
    this.#finds = Uint8Array.from(events, ({ finds }) => finds);
  }

  /** @param times how often each case was drawn */
  scores(times: ArrayLike<number>): DetectionScores {
    const [rates, scores, caseOf, finds] = [this.#rates, this.#scores, this.#cases, this.#finds];
    let [lesions, cases] = [0, 0];
    for (let i = 0; i < this.#lesions.length; i++) {
      lesions += times[i]! * this.#lesions[i]!;
      cases += times[i]!;
    }
    const recalls = rates.map(() => 0);
    const between = rates.map(() => Number.NaN);
    let [found, falses, area] = [0, 0, 0];
    for (let i = 0; i < scores.length; ) {
      const [foundBefore, falsesBefore] = [found, falses];
      // What has one score is told apart by no threshold.
      for (const score = scores[i]!; i < scores.length && scores[i] === score; i++) {
        const drawn = times[caseOf[i]!]!;
        if (finds[i] === 1) found += drawn;
        else falses += drawn;
      }
      if (found > foundBefore) area += (found / (found + falses)) * (found - foundBefore);
      for (let r = 0; r < rates.length; r++) {
        if (falses / cases <= rates[r]!) recalls[r] = found;
        else if (Number.isNaN(between[r]!)) {
          const share = (rates[r]! * cases - falsesBefore) / (falses - falsesBefore);
          between[r] = foundBefore + share * (found - foundBefore);
        }
      }
    }
    const reached = between.map((value) => (Number.isNaN(value) ? found : value));
    const mean = reached.reduce((sum, value) => sum + value, 0) / reached.length;
    return {
      averagePrecision: area / lesions,
      frocScore: mean / lesions,
      recalls: recalls.map((value) => value / lesions),
    };
  }
}
