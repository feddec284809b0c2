import type { Case, SplitName } from '@sts-net/datasets';
import { type OpenRun, type OpenRunOptions, openRun } from '../evaluation/evaluate-run.ts';
import {
  foregroundLabels,
  type PredictedPair,
  type PredictPairsOptions,
  predictPairs,
} from '../evaluation/predict-pairs.ts';
import {
  type CaseToCompare,
  type Comparison,
  type ComparisonOptions,
  comparisonOf,
} from './comparison.ts';

export interface CompareRunsOptions
  extends ComparisonOptions,
    Omit<OpenRunOptions, 'onOperatingPoint'>,
    Pick<PredictPairsOptions, 'signal' | 'onProgress' | 'onWarning'> {}

/**
 * Compares the weights of two runs on a split that both keep, each at its operating point, if it was tuned.
 *
 * @param a a run's folder, or a file of weights in it
 * @throws RangeError if the split is empty, or if the two do not have the same cases with the same masks there;
 *   DataChangedError if a file holds something else by now
 */
export async function compareRuns(
  a: string,
  b: string,
  split: SplitName,
  options: CompareRunsOptions,
): Promise<Comparison> {
  const { config, acceptData, mostLikely, backend, onEngine, ...more } = options;
  const { signal, onProgress, onWarning, ...settings } = more;
  const how = {
    ...(config !== undefined && { config }),
    ...(acceptData !== undefined && { acceptData }),
    ...(backend !== undefined && { backend }),
    mostLikely,
  };
  const first = await openRun(a, split, { ...how, ...(onEngine && { onEngine }) });
  try {
    const second = await openRun(b, split, how);
    try {
      const ordered = orderedAlike(first.cases, second.cases, [a, b], split);
      if (first.classes !== second.classes) {
        throw new RangeError(
          `'${a}' and '${b}' must tell the same classes to be compared, got ${first.classes} and ${second.classes}`,
        );
      }
      const predict = (run: OpenRun, cases: readonly Case[]) =>
        predictPairs(run.predictor, run, cases, {
          ...{ decision: run.decision, cache: run.cache, label: options.label },
          ...(signal && { signal }),
          ...(onProgress && { onProgress }),
          ...(onWarning && { onWarning }),
        });
      const pairs = [predict(first, ordered[0]), predict(second, ordered[1])] as const;
      const isOneTarget = first.classes <= 2 || options.label !== undefined;
      const labels = isOneTarget ? [] : foregroundLabels(first.classes);
      let inPixels = true;
      let ignored: { count: number; alone: number } | undefined;
      async function* cases(): AsyncGenerator<CaseToCompare> {
        for await (const pair of pairs[0]) {
          const other = (await pairs[1].next()).value as PredictedPair;
          checkSameTruth(pair, other);
          const left = pair.ignored?.reduce((sum, one) => sum + one, 0);
          if (left !== undefined) ignored = { count: (ignored?.count ?? 0) + left, alone: 0 };
          const { id, truth } = pair;
          inPixels &&= pair.loaded.flat;
          yield {
            ...{ id, patient: pair.patient ?? id },
            masks: {
              ...{ truth, predictions: [pair.prediction, other.prediction], labels, isOneTarget },
              ...{
                ignored: pair.ignored,
                probabilities: [pair.probabilities, other.probabilities],
              },
            },
          };
        }
        await pairs[1].return(undefined);
      }
      return await comparisonOf(cases(), () => ({ ignored, inPixels }), { ...settings, signal });
    } finally {
      second.dispose();
    }
  } finally {
    first.dispose();
  }
}

/** The cases of both by their ids. */
function orderedAlike(
  a: readonly Case[],
  b: readonly Case[],
  paths: readonly [string, string],
  split: SplitName,
): readonly [readonly Case[], readonly Case[]] {
  const ids = [...new Set([...a, ...b].map(({ id }) => id))].sort();
  const find = (cases: readonly Case[], own: 0 | 1, id: string): Case => {
    const found = cases.find((one) => one.id === id);
    if (found !== undefined) return found;
    throw new RangeError(
      `case '${id}': the ${split} split of '${paths[1 - own]!}' has it, but that of '${paths[own]}' has not; compare runs on the same cases, of both by one \`config\``,
    );
  };
  return [ids.map((id) => find(a, 0, id)), ids.map((id) => find(b, 1, id))];
}

function checkSameTruth(a: PredictedPair, b: PredictedPair): void {
  const [x, y] = [a.truth.voxels, b.truth.voxels];
  const isSame =
    x.shape.join() === y.shape.join() && x.data.every((label, i) => label === y.data[i]);
  if (isSame) return;
  throw new RangeError(
    `case '${a.id}': the two runs must have the same mask of it, but these differ; compare runs on the same data`,
  );
}
