import { uniform } from '@sts-net/testing';
import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { expect, test } from 'vitest';
import { listLesions, type Predictor, predictionOf, predictVolume } from '../src/index.ts';

const predictor: Predictor = {
  channels: 1,
  classes: 3,
  predict: async (images) =>
    Float32Array.from({ length: 3 * images.length }, (_, i) => {
      const x = images[Math.floor(i / 3)]!;
      return [0.5, 0.5 * x, 0.5 - 0.5 * x][i % 3]!;
    }),
};

test('of the probabilities of a prediction, in any order of memory, says what that says', async () => {
  const image = createVolume(ndarray(uniform('kept', 120), [4, 5, 6]), { spacing: [2, 1, 1] });
  const preprocessing = { context: 0, normalization: { name: 'window', low: 0, high: 1 } } as const;
  const prediction = await predictVolume(predictor, image, { preprocessing });
  const volumes = [0, 1, 2].map((c) => prediction.probabilities(c));
  const turned = volumes.map((one) => {
    const { data, shape } = one.voxels;
    const [slices, rows, columns] = shape as [number, number, number];
    const fortran = new Float32Array(data.length);
    for (let z = 0; z < slices; z++)
      for (let y = 0; y < rows; y++)
        for (let x = 0; x < columns; x++)
          fortran[z + slices * (y + rows * x)] = one.voxels.get(z, y, x);
    return { ...one, voxels: ndarray(fortran, shape, [1, slices, slices * rows]) };
  });
  for (const kept of [predictionOf(volumes), predictionOf(turned)]) {
    for (const decision of [{}, { threshold: [0.3, 0.45], minimumVolume: 4 }]) {
      const labels = kept.labels(decision);
      const expected = prediction.labels(decision);
      expect(Array.from(labels.voxels.data)).toEqual(Array.from(expected.voxels.data));
      expect(listLesions(labels, { prediction: kept })).toEqual(
        listLesions(expected, { prediction }),
      );
    }
    expect(kept.uncertainty('entropy').voxels.data).toEqual(
      prediction.uncertainty('entropy').voxels.data,
    );
  }
  expect(() => predictionOf(volumes.slice(0, 1))).toThrow('two classes at least');
  const other = createVolume(ndarray(new Float32Array(120), [5, 4, 6]));
  expect(() => predictionOf([volumes[0]!, other])).toThrow('class 1 must have the shape');
});
