import { toInput } from '@sts-net/inference';
import { likeVolume, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { evaluateVolumes } from '../evaluation/evaluate-volumes.ts';
import type { VolumePair } from '../evaluation/measured-case.ts';
import type { ReportColumn } from '../report/index.ts';
import type { DemoCase, DemoCases } from './demo-cases.ts';

/** Predictions without a network: one threshold on the intensities, and nothing but background. */
export async function baselines({ training, test }: DemoCases): Promise<readonly ReportColumn[]> {
  const { threshold, dice } = bestThreshold(
    training.map((one) => ({
      intensities: normalized(one),
      labels: one.mask.voxels.data,
    })),
  );
  return [
    {
      name: 'Best threshold',
      explanation: `everything brighter than ${threshold.toFixed(2)} standard deviations above the mean of the brain, the threshold with the highest Dice on the training split (${dice.toFixed(3)} there).`,
      scores: await scores(test, (one) =>
        normalized(one).map((intensity) => (intensity >= threshold ? 1 : 0)),
      ),
    },
    {
      name: 'All background',
      explanation: 'predicts no lesion at all: what each score gives for nothing.',
      scores: await scores(test, (one) => normalized(one).fill(0)),
    },
  ];
}

/** What the network gets: the middle channel, for all slices. */
function normalized({ images: [image], normalization }: DemoCase): Float32Array {
  const middle = normalization[(normalization.length - 1) / 2]!;
  return image.voxels.data.map((value) => toInput(value, middle));
}

function scores(
  test: readonly DemoCase[],
  predict: (one: DemoCase) => Float32Array,
): Promise<ReportColumn['scores']> {
  const pairs = test.map((one): VolumePair => {
    const [image] = one.images;
    const labels = ndarray(Uint8Array.from(predict(one)), image.voxels.shape);
    const prediction: Volume<Uint8Array> = likeVolume(image, labels);
    return { id: one.id, prediction, truth: one.mask };
  });
  return evaluateVolumes(pairs);
}

/** Intensities with their labels, 0 or 1, one for each. */
export interface Labelled {
  readonly intensities: Float32Array;
  readonly labels: Uint8Array;
}

/**
 * The best that a single threshold can do: of all rules "lesion where the intensity is at least the
 * threshold", the one with the highest Dice over all of `images` together.
 *
 * @returns the threshold, and its Dice on `images`, 0 … 1
 * @throws RangeError if there is no lesion pixel to choose by.
 */
export function bestThreshold(images: readonly Labelled[]): {
  readonly threshold: number;
  readonly dice: number;
} {
  const all = joined(images.map(({ intensities }) => intensities)).sort();
  const lesion = joined(
    images.map(({ intensities, labels }) => intensities.filter((_, i) => labels[i] !== 0)),
  ).sort();
  if (lesion.length === 0) {
    throw new RangeError('`bestThreshold`: the images must hold lesion pixels, got none');
  }
  let best = { threshold: Number.POSITIVE_INFINITY, dice: 0 };
  // From the highest lesion intensity down: a threshold between two of them only adds false alarms.
  let above = 0;
  for (let found = 1; found <= lesion.length; found++) {
    const threshold = lesion[lesion.length - found]!;
    if (found < lesion.length && lesion[lesion.length - found - 1] === threshold) continue;
    while (above < all.length && all[all.length - 1 - above]! >= threshold) above++;
    const dice = (2 * found) / (above + lesion.length);
    if (dice > best.dice) best = { threshold, dice };
  }
  return best;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}
