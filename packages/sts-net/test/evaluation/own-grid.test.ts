import { join } from 'node:path';
import { type Predictor, type Preprocessing, predictVolume } from '@sts-net/inference';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, readVolume, type Volume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { evaluateModel } from '../../src/evaluation/evaluate-model.ts';
import { evaluateVolumes } from '../../src/evaluation/evaluate-volumes.ts';
import { evaluationText } from '../../src/evaluation/evaluation-text.ts';

/** Finds what is brighter than half of the window. */
const bright: Predictor = {
  channels: 3,
  classes: 2,
  async predict(images, [count, height, width]) {
    const probabilities = new Float32Array(count * height * width * 2);
    for (let i = 0; i < count * height * width; i++) {
      const p = images[3 * i + 1]!;
      probabilities.set([1 - p, p], 2 * i);
    }
    return probabilities;
  },
};

const normalization = { name: 'window', low: 0, high: 100 } as const;
/** Slices from left to right, oblique, anisotropic. */
const affine = [0.1, 0, 2.5, -20, 0.9, -0.1, 0.2, 10, 0.1, -0.8, 0, 5, 0, 0, 0, 1];

async function makeCase() {
  const folder = temporaryFolder();
  const shape = [5, 12, 11];
  const noise = Float32Array.from(uniform('noise', 660), (u, i) => 100 * u * ((i % 5) / 4));
  const mask = Uint8Array.from(noise, (value, i) => Number(value > 55 && i % 13 !== 0));
  const one = { id: 'a', group: 'a', image: join(folder, 'a.nii'), mask: join(folder, 'm.nii') };
  await writeVolume(one.image, createVolume(ndarray(noise, shape), { affine }));
  await writeVolume(one.mask, createVolume(ndarray(mask, shape), { affine }));
  return one;
}

describe('evaluateModel scores on the grid that the image came with', () => {
  it.each<[Preprocessing, 0 | 1 | 2]>([
    [{}, 0],
    [{ size: [9, 20] }, 0],
    [{ spacing: { inPlane: [1.5, 1.1], throughPlane: 1.3 } }, 0],
    // Slices from head to feet: the file's rows.
    [{ orientation: 'RAS' }, 1],
    [{ orientation: 'LPS', axis: 2, spacing: { throughPlane: 4 }, size: [6, 6] }, 0],
  ])('with %j', async (changes, axis) => {
    const one = await makeCase();
    const preprocessing = { ...changes, normalization };
    const evaluation = await evaluateModel(bright, { preprocessing, classes: 2 }, [one]);
    // The oracle: the label volume that a user gets, against the file of the mask.
    const image = await readVolume(one.image);
    const predicted = await predictVolume(bright, image, { preprocessing });
    const prediction = predicted.labels();
    const probabilities = { labels: [1], of: () => predicted.probabilities().voxels.data };
    const truth = (await readVolume(one.mask)) as Volume<Uint8Array>;
    const expected = await evaluateVolumes([{ id: 'a', prediction, truth, probabilities }], axis);
    expect(evaluation).toEqual(expected);
    expect(evaluation.slices.images.total).toBe([5, 12, 11][axis]);
  });

  it('also pictures, and slices that are channels', async () => {
    const folder = temporaryFolder();
    const pixels = ndarray(
      Uint8Array.from(uniform('p', 60), (u) => 100 * u),
      [6, 10],
    );
    const mask = ndarray(
      pixels.data.map((value) => 255 * Number(value > 40)),
      [6, 10],
    );
    const [image, labels] = [join(folder, 'a.png'), join(folder, 'm.png')];
    await writeImage(image, pixels);
    await writeImage(labels, mask);
    const stack = createVolume(
      ndarray(Float32Array.from([...pixels.data, ...pixels.data, ...pixels.data]), [3, 6, 10]),
    );
    const channels = { image: join(folder, 'c.nii'), mask: join(folder, 'cm.nii') };
    await writeVolume(channels.image, stack);
    // The mask lies on the middle one.
    const plane = ndarray(mask.data, [1, 6, 10]);
    const middle = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1];
    await writeVolume(channels.mask, createVolume(plane, { affine: middle }));
    for (const files of [{ image, mask: labels }, channels]) {
      const one = { id: 'a', group: 'a', ...files };
      for (const size of [undefined, [4, 5], [12, 20]] as const) {
        const input = { preprocessing: { normalization, size }, classes: 2 };
        const evaluation = await evaluateModel(bright, input, [one], {
          onCase: ({ truth, prediction }) => {
            expect([truth.voxels.shape, prediction.voxels.shape]).toEqual([
              [1, 6, 10],
              [1, 6, 10],
            ]);
            expect([...truth.voxels.data]).toEqual([...mask.data].map((value) => value / 255));
          },
        });
        const { cases, slices, inPixels } = evaluation;
        expect([cases.length, slices.images.total, inPixels]).toEqual([1, 1, true]);
        expect(evaluationText(evaluation)).toContain('distances are in pixels, not in mm');
        expect(evaluationText(evaluation)).not.toMatch(/mm³|, mm/);
      }
    }
  });
});
