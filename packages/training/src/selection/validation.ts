import { lesionArea } from '@sts-net/amplify';
import { mostLikely, type Predictor, predictSamples } from '@sts-net/inference';
import type { TrainingCase } from '../samples/training-items.ts';
import { specOf } from '../spec/spec-of.ts';
import { type SelectionName, type SelectionSpec, selectionScores } from './selection-scores.ts';

export interface ValidationOptions {
  /** What is computed of the slices; the weights with the largest value are kept. */
  readonly score: SelectionName | SelectionSpec;
  /** How many slices, evenly spaced over the cases. @default all */
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
 * @returns larger is better
 * @throws RangeError if the slices hold no lesion at all, so that the score would mean nothing.
 */
export async function createValidation(
  cases: readonly TrainingCase[],
  { score, slices, batchSize, onClasses }: ValidationOptions,
): Promise<(predictor: Predictor) => Promise<number>> {
  const spec = specOf('validation score', selectionScores, score);
  const { selections, hasLesion } = await select(cases, slices);
  if (!hasLesion) {
    throw new RangeError(
      `data.split.validation: its slices must hold a lesion somewhere, got none in ${cases.map(({ id }) => id).join(', ')}; choose other groups or raise \`training.validation.slices\``,
    );
  }
  return async (predictor) => {
    const scored = spec.create({ classes: predictor.classes });
    for (const { one, indices } of selections) {
      const { samples, normalization } = await one.load();
      const chosen = { samples: indices.map((index) => samples[index]!), normalization };
      let i = 0;
      for await (const probabilities of predictSamples(predictor, chosen, { batchSize })) {
        const { mask, id } = chosen.samples[i++]!;
        scored.add(mostLikely(probabilities), mask, id);
      }
    }
    if (scored.ofClasses !== undefined) onClasses?.(scored.ofClasses());
    return scored.result();
  };
}

/** Evenly spaced slices over all cases together. */
async function select(
  cases: readonly TrainingCase[],
  limit: number | undefined,
): Promise<{ selections: readonly Selection[]; hasLesion: boolean }> {
  const counts: number[] = [];
  for (const one of cases) counts.push((await one.load()).samples.length);
  const total = counts.reduce((a, b) => a + b, 0);
  const count = Math.min(limit ?? total, total);
  const positions = Array.from({ length: count }, (_, k) =>
    Math.floor(((k + 0.5) * total) / count),
  );
  const selections: Selection[] = [];
  let hasLesion = false;
  let start = 0;
  for (const [c, one] of cases.entries()) {
    const end = start + counts[c]!;
    const indices = positions.filter((p) => p >= start && p < end).map((p) => p - start);
    start = end;
    if (indices.length === 0) continue;
    selections.push({ one, indices });
    const { samples } = await one.load();
    hasLesion ||= indices.some((index) => lesionArea(samples[index]!.mask) > 0);
  }
  return { selections, hasLesion };
}
