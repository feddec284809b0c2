import { lesionArea } from '@sts-net/amplify';
import { paperProtocol } from '@sts-net/metrics';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ValidationConfig } from '../config/training-config.ts';
import type { Case } from '../data/case.ts';
import type { CaseStore } from '../data/case-store.ts';
import { foregroundOf } from '../evaluation/foreground.ts';
import { classifierOf } from '../inference/classifier.ts';
import { predictSamples } from '../inference/predict-samples.ts';

/** Which slices of a case validation looks at. */
interface Selection {
  readonly one: Case;
  readonly indices: readonly number[];
}

/**
 * Makes the function that scores a model on the validation split.
 *
 * @returns larger is better: Dice of the foreground over all pixels, or the paper's mean IoU
 * @throws RangeError if the slices hold no lesion at all, so that the score would mean nothing.
 */
export async function createValidation(
  store: CaseStore,
  cases: readonly Case[],
  { metric, slices }: ValidationConfig,
  batchSize: number,
): Promise<(model: LayersModel) => Promise<number>> {
  const { selections, hasLesion } = await select(store, cases, slices);
  if (!hasLesion) {
    throw new RangeError(
      `data.split.validation: its slices must hold a lesion somewhere, got none in ${cases.map(({ id }) => id).join(', ')}; choose other groups or raise \`training.validation.slices\``,
    );
  }
  return async (model) => {
    const protocol = paperProtocol();
    for (const { one, indices } of selections) {
      const { samples, normalization } = await store.load(one);
      const chosen = indices.map((index) => samples[index]!);
      let i = 0;
      for await (const prediction of predictSamples(
        classifierOf(model),
        chosen,
        normalization,
        batchSize,
      )) {
        const { mask, id } = chosen[i++]!;
        protocol.add(foregroundOf(prediction), foregroundOf(mask), id);
      }
    }
    const { pooled, paper } = protocol.result();
    return metric === 'dice' ? pooled.dice : paper.validationMIoU;
  };
}

/** Evenly spaced slices over all cases together. */
async function select(
  store: CaseStore,
  cases: readonly Case[],
  limit: number | undefined,
): Promise<{ selections: readonly Selection[]; hasLesion: boolean }> {
  const counts: number[] = [];
  for (const one of cases) counts.push((await store.load(one)).samples.length);
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
    const { samples } = await store.load(one);
    hasLesion ||= indices.some((index) => lesionArea(samples[index]!.mask) > 0);
  }
  return { selections, hasLesion };
}
