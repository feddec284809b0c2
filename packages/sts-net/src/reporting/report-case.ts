import { readFileOrSeries } from '@sts-net/datasets';
import { foregroundOf } from '@sts-net/inference';
import { lesionWise } from '@sts-net/metrics';
import { createVolume, likeVolume, resampleOnto, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import type { FilePair } from '../evaluation/evaluate-files.ts';
import type { VolumePair } from '../evaluation/measured-case.ts';
import type { PredictedPair } from '../evaluation/predict-pairs.ts';
import type { ReportCase } from '../report/index.ts';

/** A predicted case on the image's own grid, as what is scored is. */
export function predictedCase(pair: PredictedPair): ReportCase {
  const { flat, images, grid } = pair.loaded;
  const image = flat ? meanChannel(images[0]) : images[0];
  return reportCase(pair, resampleOnto(image, grid), flat);
}

/** A case from files on its image, or on black where that is not known or does not fit. */
export async function fileCase(pair: FilePair): Promise<ReportCase> {
  const { picture, truth, flat } = pair;
  const black = () =>
    likeVolume(truth, ndarray(new Uint8Array(truth.voxels.size), [...truth.voxels.shape]));
  if (picture === undefined) return reportCase(pair, black(), flat);
  const image = await readFileOrSeries(picture).catch(() => undefined);
  if (image === undefined) return reportCase(pair, black(), flat);
  if (!flat) return reportCase(pair, resampleOnto(image, truth), false);
  const mean = meanChannel(image);
  const fits = mean.voxels.shape.join() === truth.voxels.shape.join();
  return reportCase(pair, fits ? mean : black(), true);
}

function reportCase(
  { id, prediction, truth }: VolumePair,
  volume: Volume,
  flat: boolean,
): ReportCase {
  const [found, wanted] = [foregroundOf(prediction.voxels), foregroundOf(truth.voxels)];
  const lesions = lesionWise(found, wanted, { id });
  return { id, flat, volume, truth: wanted, prediction: found, lesions };
}

/** The mean of a picture's channels, `[1, row, column]`. */
function meanChannel({ voxels, affine }: Volume): Volume {
  const [channels, rows, columns] = voxels.shape as [number, number, number];
  const grey = new Float32Array(rows * columns);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < grey.length; i++) {
      grey[i]! += voxels.get(channel, Math.floor(i / columns), i % columns) / channels;
    }
  }
  return createVolume(ndarray(grey, [1, rows, columns]), { affine });
}
