import { recallBySize, type SizeBin } from '@sts-net/metrics/lesions';
import type { Interval } from '@sts-net/metrics/statistics';
import { sizeTitles } from '../evaluation/evaluation-tables.ts';
import { type SizedLesion, sizeEdges } from '../evaluation/lesion-sizes.ts';
import { probabilityStatistics } from '../evaluation/probability-scores.ts';
import { probabilityRows } from '../evaluation/probability-tables.ts';
import { type IntervalOptions, intervalsOf } from '../scoring/mean-interval.ts';
import type { MeasuredProbabilities } from '../scoring/measure-probabilities.ts';

/** What is counted over all cases together, of one label of one case by one method. */
export interface PooledParts {
  readonly lesions: readonly SizedLesion[];
  readonly probabilities: MeasuredProbabilities | undefined;
}

/** Two methods by a score of all cases together, 0 … 1; of several labels the lesions of all, or the mean. */
export interface PooledRow {
  readonly title: string;
  readonly better: 'higher' | 'lower';
  /** `NaN` where there are no such lesions. */
  readonly a: number;
  readonly b: number;
  /** b − a with its bootstrap interval; patients are drawn whole. */
  readonly difference: Interval;
}

export interface PooledRowsOptions extends IntervalOptions {
  /** Between which lesions are counted, mm³. @default the quartiles of the true ones */
  readonly sizes?: readonly number[] | undefined;
  /** Whether the masks are pictures, whose pixels have no size. */
  readonly inPixels: boolean;
}

/**
 * Recall by size of lesion, and where both have probabilities average precision, FROC and calibration.
 *
 * @param parts of each label, then of each case, of both methods
 * @param patients whose each case is
 */
export function pooledRows(
  parts: readonly (readonly Readonly<Record<'a' | 'b', PooledParts>>[])[],
  patients: readonly string[],
  { sizes, inPixels, ...interval }: PooledRowsOptions,
): readonly PooledRow[] {
  const lesionsOf = (method: 'a' | 'b') =>
    patients.map((_, c) => parts.flatMap((of) => of[c]![method].lesions));
  const edges = sizes ?? sizeEdges(lesionsOf('a').flat());
  const methods = (['a', 'b'] as const).map((method) => ({
    bins: lesionsOf(method).map((lesions) => recallBySize(lesions, edges)),
    probabilities: parts.map((of) =>
      of.map((one) => one[method].probabilities).filter((one) => one !== undefined),
    ),
  }));
  const bins = methods[0]!.bins[0]!;
  const areThere = methods.every(({ probabilities }) =>
    probabilities.every((of) => of.length === patients.length),
  );
  const rows = areThere ? probabilityRows : [];
  const titles = [
    ...sizeTitles(bins, inPixels).map((title) => `lesions found, ${title}`),
    ...rows.map(({ title }) => title),
  ];
  const [ofA, ofB] = methods.map((method) => {
    const soft = areThere ? probabilityStatistics(method.probabilities) : undefined;
    return (times: ArrayLike<number>): readonly number[] => {
      const values = soft?.(times);
      return [
        ...bins.map((_, i) => recallOf(method.bins, i, times)),
        ...rows.map(({ name }) => values![name]),
      ];
    };
  });
  const differences = intervalsOf(
    patients,
    (times) => {
      const [a, b] = [ofA!(times), ofB!(times)];
      return Object.fromEntries(titles.map((title, i) => [title, b[i]! - a[i]!]));
    },
    interval,
  );
  const once = patients.map(() => 1);
  const [a, b] = [ofA!(once), ofB!(once)];
  return titles.map((title, i) => ({
    ...{ title, better: rows[i - bins.length]?.better ?? 'higher' },
    ...{ a: a[i]!, b: b[i]!, difference: differences[title]! },
  }));
}

function recallOf(
  cases: readonly (readonly SizeBin[])[],
  bin: number,
  times: ArrayLike<number>,
): number {
  let [lesions, found] = [0, 0];
  for (const [i, bins] of cases.entries()) {
    lesions += times[i]! * bins[bin]!.lesions;
    found += times[i]! * bins[bin]!.found;
  }
  return found / lesions;
}
