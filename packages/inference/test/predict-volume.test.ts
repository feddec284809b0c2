import { uniform } from '@sts-net/testing';
import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { type Predictor, predictImage, predictVolume, preprocess } from '../src/index.ts';

const shape = [5, 4, 3] as [number, number, number];
const voxels = Float64Array.from(uniform('volume', 60), (u) => 100 + 50 * u);
voxels[7] = 0;

/** Says that the target has the probability `sigmoid(v)` where the chosen channel of the input is v. */
function channelPredictor(channel: number, channels = 3): Predictor {
  return {
    channels,
    classes: 2,
    async predict(images, [count, height, width]) {
      const probabilities = new Float32Array(count * height * width * 2);
      for (let i = 0; i < count * height * width; i++) {
        const p = 1 / (1 + Math.exp(-images[i * channels + channel]!));
        probabilities.set([1 - p, p], 2 * i);
      }
      return probabilities;
    },
  };
}

const nonzeroRule = { normalization: { name: 'nonzero' } } as const;

/** Where the z-score over nonzero voxels is above zero. */
const nonzero = voxels.filter((v) => v !== 0);
const mean = nonzero.reduce((a, b) => a + b, 0) / 59;
const deviation = Math.sqrt(nonzero.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 59);
const above = Array.from(voxels, (v) => (v > mean ? 1 : 0));

describe('predictVolume', () => {
  it.each([1, 2, 100])(
    'labels every voxel by its own slice, in batches of %i',
    async (batchSize) => {
      const affine = [0, 0, 2, 5, 0, -1, 0, 6, 1.5, 0, 0, 7, 0, 0, 0, 1];
      const image = createVolume(ndarray(voxels, shape), { affine });
      const labels = (
        await predictVolume(channelPredictor(1), image, {
          batchSize,
          preprocessing: nonzeroRule,
        })
      ).labels();
      expect([...labels.voxels.data]).toEqual(above);
      expect(labels.voxels.shape).toEqual(shape);
      expect(labels.affine).toEqual(affine);
      expect(labels.spacing).toEqual(image.spacing);
    },
  );

  it('gives the probability of every class on the volume’s grid', async () => {
    const image = createVolume(ndarray(voxels, shape), { spacing: [3, 2, 1] });
    const predicted = await predictVolume(channelPredictor(1), image, {
      preprocessing: nonzeroRule,
    });
    const expected = Array.from(voxels, (v) =>
      v === 0 ? 0.5 : 1 / (1 + Math.exp((mean - v) / deviation)),
    );
    const [background, target] = [predicted.probabilities(0), predicted.probabilities()];
    expect(target.voxels.data).toBeInstanceOf(Float32Array);
    expect(target.voxels.data).toBeAllclose(expected, { rtol: 0, atol: 1e-6 });
    expect(background.voxels.data).toBeAllclose(
      expected.map((p) => 1 - p),
      { rtol: 0, atol: 1e-6 },
    );
    expect(target.spacing).toEqual([3, 2, 1]);
  });

  it('sees the neighbour slices in its other channels, the slice itself at the ends', async () => {
    const predicted = await predictVolume(
      channelPredictor(0),
      createVolume(ndarray(voxels, shape)),
      { preprocessing: nonzeroRule },
    );
    expect([...predicted.labels().voxels.data]).toEqual([
      ...above.slice(0, 12),
      ...above.slice(0, 36),
      ...above.slice(48),
    ]);
  });

  it('leaves slices out at the ends that have no neighbours, if told to: background', async () => {
    const image = createVolume(ndarray(voxels, shape));
    const preprocessing = { ...nonzeroRule, edge: 'drop' } as const;
    const predicted = await predictVolume(channelPredictor(1), image, { preprocessing });
    const none = new Array(12).fill(0);
    expect([...predicted.labels().voxels.data]).toEqual([...none, ...above.slice(12, 48), ...none]);
    const [first] = predicted.probabilities(0).voxels.data;
    expect([first, predicted.probabilities(1).voxels.get(4, 0, 0)]).toEqual([1, 0]);
  });

  it('cuts across the axis it is told to', async () => {
    const turned = createVolume(ndarray(voxels, [4, 3, 5], [3, 1, 12]));
    const across = await predictVolume(channelPredictor(0), turned, { preprocessing: { axis: 2 } });
    const straight = await predictVolume(channelPredictor(0), createVolume(ndarray(voxels, shape)));
    const back = across.labels().voxels.transpose(2, 0, 1);
    const expected = straight.labels().voxels;
    for (let k = 0; k < 5; k++) {
      for (let j = 0; j < 4; j++) {
        for (let i = 0; i < 3; i++) expect(back.get(k, j, i)).toBe(expected.get(k, j, i));
      }
    }
  });

  it('normalises by ImageNet’s numbers if told to', async () => {
    const normalization = { name: 'imagenet', maxPixelValue: 255 } as const;
    const predicted = await predictVolume(
      channelPredictor(1),
      createVolume(ndarray(voxels, shape)),
      { preprocessing: { normalization } },
    );
    expect([...predicted.labels().voxels.data]).toEqual(
      Array.from(voxels, (v) => (v / 255 > 0.456 ? 1 : 0)),
    );
  });

  it('reports progress and stops when told to', async () => {
    const image = createVolume(ndarray(voxels, shape));
    const done: string[] = [];
    const controller = new AbortController();
    const onProgress = (n: number, total: number) => {
      done.push(`${n}/${total}`);
      if (n === 3) controller.abort(new Error('enough'));
    };
    const { signal } = controller;
    const predicted = predictVolume(channelPredictor(1), image, { onProgress, signal });
    await expect(predicted).rejects.toThrow('enough');
    expect(done).toEqual(['1/5', '2/5', '3/5']);
  });

  it('refuses a network of other channels', async () => {
    const image = createVolume(ndarray(voxels, shape));
    await expect(predictVolume(channelPredictor(0, 1), image)).rejects.toThrow(
      "'image_000': the network takes images of 1 channels, got 3",
    );
  });
});

describe('preprocess', () => {
  it('measures the intensities that the network sees, those of the resized image', () => {
    // 1, 1, 1, 9 at half the width are 1 and 5: mean 3, deviation 2. (Of the four: 3 and √12.)
    const image = createVolume(ndarray(Float32Array.of(1, 1, 1, 9), [1, 1, 4]));
    const [map] = preprocess(image, { context: 0, size: [1, 2] }).normalization;
    expect([map!.scale, map!.offset]).toBeAllclose([0.5, -1.5]);
  });

  it('brings labels to the same size', () => {
    const image = createVolume(ndarray(Float32Array.of(1, 2, 3, 4), [1, 2, 2]));
    const mask = createVolume(ndarray(Uint8Array.of(0, 1, 2, 0), [1, 2, 2]));
    const { samples } = preprocess(image, { context: 0, size: [2, 4] }, { mask });
    expect([...samples[0]!.mask.data]).toEqual([0, 0, 1, 1, 2, 2, 0, 0]);
  });
});

it('predictImage labels a 2-D image at its own size, from another that the network sees', async () => {
  const grey = createVolume(ndarray(Float32Array.of(10, 20, 30, 40, 50, 60), [1, 2, 3]));
  const preprocessing = { size: [8, 9] } as const;
  const predicted = await predictImage(channelPredictor(0), grey, { preprocessing });
  expect(predicted.labels().shape).toEqual([2, 3]);
  expect([...predicted.labels().data]).toEqual([0, 0, 0, 1, 1, 1]);
  const probabilities = predicted.probabilities();
  expect(probabilities.shape).toEqual([2, 3]);
  expect(probabilities.get(0, 0)).toBeLessThan(probabilities.get(0, 2));
  expect(probabilities.get(1, 2)).toBeGreaterThan(0.5);
});
