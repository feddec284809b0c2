import { uniform } from '@sts-net/testing';
import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { type Predictor, predictImage, predictVolume } from '../src/index.ts';

/** Three classes: what a pixel holds decides by which probabilities. */
const table = [
  [0.5, 0.3, 0.2],
  [0.3, 0.3, 0.4],
  [0.9, 0.06, 0.04],
  [0.2, 0.4, 0.4],
] as const;
const predictor: Predictor = {
  channels: 1,
  classes: 3,
  predict: async (images) => Float32Array.from([...images].flatMap((v) => table[Math.round(v)]!)),
};
const preprocessing = {
  context: 0,
  normalization: { name: 'window', low: 0, high: 1 },
} as const;
const values = [0, 1, 1, 0];

describe('labels', () => {
  const volume = createVolume(ndarray(Float32Array.from(values), [1, 2, 2]), {});
  const labelsBy = async (threshold?: number | number[]) => {
    const prediction = await predictVolume(predictor, volume, { preprocessing });
    return [...prediction.labels({ threshold }).voxels.data];
  };

  it('is the most likely class without a threshold', async () => {
    expect(await labelsBy()).toEqual([0, 2, 2, 0]);
  });

  it('is the most likely class of those that reach their threshold', async () => {
    expect(await labelsBy(0.25)).toEqual([1, 2, 2, 1]);
    expect(await labelsBy([0.25, 0.5])).toEqual([1, 1, 1, 1]);
    expect(await labelsBy([0.35, 0.4])).toEqual([0, 2, 2, 0]);
    expect(await labelsBy(1)).toEqual([0, 0, 0, 0]);
    expect(await labelsBy(0)).toEqual([1, 2, 2, 1]);
  });

  it('refuses thresholds that are none, or not one for each class', async () => {
    await expect(labelsBy(1.5)).rejects.toThrow('`threshold` must be from 0 to 1, got 1.5');
    await expect(labelsBy(Number.NaN)).rejects.toThrow('got NaN');
    await expect(labelsBy([0.5])).rejects.toThrow('each of the 2 classes beside the background');
  });

  it('takes small lesions away afterwards', async () => {
    const prediction = await predictVolume(predictor, volume, { preprocessing });
    const kept = prediction.labels({ threshold: 0.35, minimumVoxels: 3 });
    expect([...kept.voxels.data]).toEqual([0, 0, 0, 0]);
  });

  it('decides of images too', async () => {
    const prediction = await predictImage(predictor, volume, { preprocessing });
    expect([...prediction.labels({ threshold: [0.25, 0.5] }).data]).toEqual([1, 1, 1, 1]);
  });

  it('is the threshold of the probabilities on the own grid, also where the network saw another', async () => {
    const own: Predictor = {
      channels: 1,
      classes: 2,
      predict: async (images) => Float32Array.from([...images].flatMap((p) => [1 - p, p])),
    };
    const fine = createVolume(ndarray(uniform('fine', 4 * 8 * 10), [4, 8, 10]), {});
    const resized = { ...preprocessing, size: [4, 5] as const };
    const prediction = await predictVolume(own, fine, { preprocessing: resized });
    const labels = prediction.labels({ threshold: 0.6 }).voxels.data;
    const { data } = prediction.probabilities().voxels;
    expect([...labels]).toEqual(Array.from(data, (p) => Number(p >= Math.fround(0.6))));
  });
});
