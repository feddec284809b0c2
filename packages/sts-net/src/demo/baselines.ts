import { likeVolume, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { evaluateVolumes, type VolumePair } from '../evaluation/evaluate-volumes.ts';
import type { ReportColumn } from '../report/index.ts';
import { bestThreshold } from './best-threshold.ts';
import type { DemoCase, DemoCases } from './read-cases.ts';

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
function normalized({ image, normalization }: DemoCase): Float32Array {
  const { scale, offset, keepsZero } = normalization;
  const middle = (scale.length - 1) / 2;
  return image.voxels.data.map((value) =>
    value === 0 && keepsZero ? 0 : value * scale[middle]! + offset[middle]!,
  );
}

function scores(
  test: readonly DemoCase[],
  predict: (one: DemoCase) => Float32Array,
): Promise<ReportColumn['scores']> {
  const pairs = test.map((one): VolumePair => {
    const labels = ndarray(Uint8Array.from(predict(one)), one.image.voxels.shape);
    const prediction: Volume<Uint8Array> = likeVolume(one.image, labels);
    return { id: one.id, prediction, truth: one.mask };
  });
  return evaluateVolumes(pairs);
}
