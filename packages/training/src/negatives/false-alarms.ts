import type { Predictor } from '@sts-net/inference';
import { connectedComponents } from '@sts-net/metrics';
import { withoutIgnored } from '@sts-net/metrics/regions';
import { IGNORED } from '@sts-net/volume-io';
import type { TrainingSlice } from '../samples/training-items.ts';
import { predictCase } from '../selection/predict-case.ts';
import type { ValidatedRun } from '../selection/selection-score.ts';

/** A place of a false alarm: the slice, by its number among the training slices, and a pixel of it. */
export type FalseAlarm = readonly [slice: number, row: number, column: number];

/** What the looks so far have found: plain data, which resuming needs. */
export interface FalseAlarmState {
  /** Steps finished at the last look; 0 before the first. */
  readonly step: number;
  /** Training slices, which the numbers are of. */
  readonly slices: number;
  /** The slice that the next look begins with. */
  readonly next: number;
  /** Those of each slice at the last look at it. */
  readonly places: readonly FalseAlarm[];
}

/** What a look at training slices found. */
export interface Look {
  /** Slices that were predicted. */
  readonly slices: number;
  /** False alarms in them. */
  readonly found: number;
  /** False alarms that are known now, in these slices and those of looks before. */
  readonly known: number;
}

export interface FalseAlarmOptions {
  /** Slices that a look predicts; the next goes on behind them, and in the end begins again. */
  readonly count: number;
  /** Slices that go through the network together. */
  readonly batchSize: number;
}

/** False alarms that are kept of a look, for each slice of it: a network that knows little sees many. */
const mostPerSlice = 10;

/**
 * Where a network that is being trained sees lesions that are not there, in the slices that it is
 * trained on: what was mined, so that it can be shown more often (hard negatives; Sung & Poggio, PAMI
 * 1998). The cases of the validation are never looked at: trained on, they would validate nothing.
 *
 * A false alarm is a connected part of what is predicted, of any class (26-connected in slices that
 * follow one another), that touches no lesion of the truth; pixels on which nothing counts are left out.
 */
export class FalseAlarms {
  readonly slices: readonly TrainingSlice[];
  readonly #options: FalseAlarmOptions;
  #state: FalseAlarmState;

  /** @param slices all that is trained on, as `listSlices` gives them */
  constructor(slices: readonly TrainingSlice[], options: FalseAlarmOptions) {
    this.slices = slices;
    this.#options = options;
    this.#state = { step: 0, slices: slices.length, next: 0, places: [] };
  }

  /** Those that are known. */
  get places(): readonly FalseAlarm[] {
    return this.#state.places;
  }

  state(): FalseAlarmState {
    return this.#state;
  }

  /** Takes over what `state` gave; of other slices nothing is known. */
  restore(state: FalseAlarmState): void {
    if (state.slices === this.slices.length) this.#state = state;
  }

  /**
   * Predicts the slices whose turn it is, and replaces what was known of them. A second look after the
   * same step is none, so that one that was followed by an interruption is not made twice.
   *
   * @param step steps finished
   * @returns undefined where there was no look
   * @throws the signal's reason, when it aborts between slices; what is known stays as it was
   */
  async look(
    predictor: Predictor,
    step: number,
    signal?: AbortSignal | undefined,
  ): Promise<Look | undefined> {
    const { step: before, next: first, places } = this.#state;
    if (before === step) return undefined;
    const total = this.slices.length;
    const count = Math.min(this.#options.count, total);
    const numbers = Array.from({ length: count }, (_, i) => (first + i) % total);
    const found: Found[] = [];
    for (const group of this.#ofCases(numbers)) {
      const indices = group.map((number) => this.slices[number]!.index);
      const { batchSize } = this.#options;
      const { one } = this.slices[group[0]!]!;
      const { runs } = await predictCase(predictor, one, indices, { batchSize, signal });
      let done = 0;
      for (const run of runs) {
        const start = done;
        found.push(...falseAlarmsOf(run, (slice) => group[start + slice]!));
        done += run.truth.shape[0]!;
      }
    }
    const kept = found
      .sort((a, b) => b.size - a.size)
      .slice(0, mostPerSlice * count)
      .map(({ place }) => place);
    const looked = new Set(numbers);
    const known = [...places.filter(([slice]) => !looked.has(slice)), ...kept].sort(inOrder);
    this.#state = { step, slices: total, next: (first + count) % total, places: known };
    return { slices: count, found: kept.length, known: known.length };
  }

  /** Numbers of slices, those of one case that rise together. */
  #ofCases(numbers: readonly number[]): readonly (readonly number[])[] {
    const groups: number[][] = [];
    for (const number of numbers) {
      const last = groups.at(-1)?.at(-1);
      const isNext = last !== undefined && number > last;
      if (isNext && this.slices[last]!.one === this.slices[number]!.one)
        groups.at(-1)!.push(number);
      else groups.push([number]);
    }
    return groups;
  }
}

interface Found {
  /** Voxels. */
  readonly size: number;
  readonly place: FalseAlarm;
}

/** @param numberOf the number of a slice of the run */
function falseAlarmsOf(run: ValidatedRun, numberOf: (slice: number) => number): readonly Found[] {
  const { prediction, truth } = withoutIgnored(run.prediction, run.truth, {
    ignoreIndex: IGNORED,
  });
  const { labels, sizes, count, shape } = connectedComponents(prediction);
  const truths = truth.data as Uint8Array;
  const isReal = new Uint8Array(count + 1);
  for (let i = 0; i < labels.length; i++) if (truths[i] !== 0) isReal[labels[i]!] = 1;
  const seen = new Int32Array(count + 1);
  const found: Found[] = [];
  const [, rows, columns] = shape as [number, number, number];
  for (let i = 0; i < labels.length; i++) {
    const component = labels[i]!;
    if (component === 0 || isReal[component] === 1) continue;
    // The one in its middle, in reading order: a pixel of it, whatever its form.
    if (seen[component]!++ !== sizes[component]! >> 1) continue;
    const plane = i % (rows * columns);
    const slice = numberOf(Math.floor(i / (rows * columns)));
    found.push({
      size: sizes[component]!,
      place: [slice, Math.floor(plane / columns), plane % columns],
    });
  }
  return found;
}

function inOrder(a: FalseAlarm, b: FalseAlarm): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
