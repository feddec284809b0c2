import { lesionArea } from '@sts-net/amplify';
import type { Predictor } from '@sts-net/inference';
import { IGNORED } from '@sts-net/volume-io';
import { isAllIgnored } from '../samples/ignored.ts';
import type { TrainingCase } from '../samples/training-items.ts';
import { specOf } from '../spec/spec-of.ts';
import { predictCase } from './predict-case.ts';
import { type CaseScore, meanOfCases, type SelectionSpec } from './selection-score.ts';
import { type SelectionName, selectionScores } from './selection-scores.ts';

/** What stands for a score: a name, a spec, or a function of a case, whose mean is taken. */
export type SelectionChoice = SelectionName | SelectionSpec | CaseScore;

export interface ValidationOptions {
  /** What is computed of the cases; the weights with the largest value are kept. */
  readonly score: SelectionChoice;
  /** How many slices, evenly spaced over those of the cases on which anything counts. @default all */
  readonly slices?: number | undefined;
  /** Slices that go through the network together. */
  readonly batchSize: number;
  /** Called at each validation with the scores of the foreground classes, if the score tells them. */
  readonly onClasses?: (scores: readonly number[]) => void;
}

/** Which slices of a case validation looks at. */
interface Selection {
  readonly one: TrainingCase;
  readonly indices: readonly number[];
}

/**
 * Makes the function that scores a network on the validation split.
 *
 * @returns larger is better; throws the signal's reason between slices when it aborts
 * @throws RangeError if the slices hold no lesion at all, so that the score would mean nothing.
 */
export async function createValidation(
  cases: readonly TrainingCase[],
  { score, slices, batchSize, onClasses }: ValidationOptions,
): Promise<(predictor: Predictor, signal?: AbortSignal) => Promise<number>> {
  const spec =
    typeof score === 'function'
      ? meanOfCases(score)
      : specOf('validation score', selectionScores, score);
  const { selections, hasLesion } = await select(cases, slices);
  if (!hasLesion) {
    throw new RangeError(
      `data.split.validation: its slices must hold a lesion somewhere, got none in ${cases.map(({ id }) => id).join(', ')}; choose other groups or raise \`training.validation.slices\``,
    );
  }
  return async (predictor, signal) => {
    const scored = spec.create({ classes: predictor.classes });
    for (const { one, indices } of selections) {
      scored.add(await predictCase(predictor, one, indices, { batchSize, signal }));
    }
    if (scored.ofClasses !== undefined) onClasses?.(scored.ofClasses());
    return scored.result();
  };
}

/** Evenly spaced slices over all cases together, of those on which anything counts. */
async function select(
  cases: readonly TrainingCase[],
  limit: number | undefined,
): Promise<{ selections: readonly Selection[]; hasLesion: boolean }> {
  const counting: number[][] = [];
  for (const one of cases) {
    const { samples } = await one.load();
    counting.push([...samples.keys()].filter((i) => !isAllIgnored(samples[i]!.mask)));
  }
  const total = counting.reduce((sum, slices) => sum + slices.length, 0);
  const count = Math.min(limit ?? total, total);
  const positions = Array.from({ length: count }, (_, k) =>
    Math.floor(((k + 0.5) * total) / count),
  );
  const selections: Selection[] = [];
  let hasLesion = false;
  let start = 0;
  for (const [c, one] of cases.entries()) {
    const slices = counting[c]!;
    const end = start + slices.length;
    const indices = positions.filter((p) => p >= start && p < end).map((p) => slices[p - start]!);
    start = end;
    if (indices.length === 0) continue;
    selections.push({ one, indices });
    const { samples } = await one.load();
    hasLesion ||= indices.some((index) => lesionArea(samples[index]!.mask, IGNORED) > 0);
  }
  return { selections, hasLesion };
}
