import { uniform } from '@sts-net/testing';
import { createVolume, reorient, resample, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  channelsOf,
  emptyImages,
  type Predictor,
  type Preprocessing,
  predictImage,
  predictVolume,
  preprocess,
  toInput,
  wholeSample,
  writeImage,
} from '../src/index.ts';

const shape = [4, 3, 5] as const;

/** Numbers of its own, from 1 to 100. */
function volumeOf(name: string, affine?: readonly number[]): Volume<Float32Array> {
  const values = Float32Array.from(uniform(name, 60), (u) => 1 + 99 * u);
  return createVolume(ndarray(values, [...shape]), affine && { affine });
}

const flair = volumeOf('flair');
const t1 = volumeOf('t1');
const adc = volumeOf('adc');

/** What a network sees of sample `index`, `[row, column, channel]`. */
function seen(
  image: Parameters<typeof preprocess>[0],
  preprocessing: Preprocessing,
  index: number,
) {
  const { samples, normalization } = preprocess(image, preprocessing);
  const [height, width, channels] = samples[index]!.image.shape as [number, number, number];
  const batch = emptyImages({ count: 1, height, width, channels });
  writeImage(samples[index]!.image, normalization, wholeSample, batch, 0);
  return ndarray(batch.images, [height, width, channels]);
}

/** By the rules' definition. */
function zScore({ voxels }: Volume<Float32Array>): (value: number) => number {
  const mean = voxels.data.reduce((a, b) => a + b, 0) / voxels.data.length;
  const squares = voxels.data.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return (value) => (value - mean) / Math.sqrt(squares / voxels.data.length);
}

describe('named channels', () => {
  it.each([0, 1, 2] as const)(
    'are ordered slice by slice, the named ones within each, whatever the axis: %i',
    (axis) => {
      for (const edge of ['triple', 'replicate', 'reflect', 'zero'] as const) {
        const all = { channels: ['t1', 'flair', 'adc'], axis, edge } as const;
        const each = [t1, flair, adc];
        const preprocessing = { ...all, normalization: { name: 'all' } } as const;
        expect(channelsOf(preprocessing)).toBe(9);
        for (let slice = 0; slice < shape[axis]; slice++) {
          const together = seen({ flair, adc, t1 }, preprocessing, slice);
          each.forEach((volume, k) => {
            // The oracle: the channel alone.
            const { channels: _, ...rest } = preprocessing;
            const alone = seen(volume, rest, slice);
            const [rows, columns] = alone.shape as [number, number];
            for (let r = 0; r < rows; r++)
              for (let c = 0; c < columns; c++)
                for (let s = 0; s < 3; s++)
                  expect(together.get(r, c, 3 * s + k)).toBe(alone.get(r, c, s));
          });
        }
      }
    },
  );

  it('are views, but at the edges', () => {
    const { samples, images } = preprocess({ flair, t1 }, { channels: ['flair', 't1'] });
    const shared = samples.map(({ image }) => image.data === images[0].voxels.data);
    expect(shared).toEqual([false, true, true, false]);
    expect(images[1]!.voxels.data).toBe(images[0].voxels.data);
  });

  it('are those of the image, in its order, where none are said', () => {
    const { images } = preprocess({ t1, flair }, {});
    expect([images[0].voxels.get(0, 0, 0), images[1]!.voxels.get(0, 0, 0)]).toEqual([
      t1.voxels.data[0],
      flair.voxels.data[0],
    ]);
    const one = preprocess(flair, { channels: ['flair'] });
    expect(one.images[0].voxels.data).toBe(flair.voxels.data);
  });

  it('have rules of their own, or one for all', () => {
    const preprocessing = {
      channels: ['flair', 't1', 'adc'],
      context: 0,
      normalization: {
        flair: { name: 'window', low: 0, high: 50 },
        t1: { name: 'all' },
        adc: { name: 'all' },
      },
      clip: { adc: { name: 'window', low: 20, high: 60 } },
    } as const;
    const { normalization } = preprocess({ flair, t1, adc }, preprocessing);
    const limited = adc.voxels.data.map((v) => Math.min(60, Math.max(20, v)));
    const clipped = createVolume(ndarray(limited, [...shape]));
    expect(normalization.map((map) => toInput(70, map))).toBeAllclose(
      [1, zScore(t1)(70), zScore(clipped)(60)],
      { rtol: 1e-5 },
    );
    const { adc: _, ...two } = preprocessing.normalization;
    expect(() => preprocess({ flair, t1, adc }, { ...preprocessing, normalization: two })).toThrow(
      "must have a rule for channel 'adc'",
    );
  });

  it('normalises three of them by ImageNet’s numbers, no other number', () => {
    const imagenet = { normalization: { name: 'imagenet', maxPixelValue: 100 } } as const;
    const rgb = { channels: ['flair', 't1', 'adc'], context: 0, ...imagenet };
    const { normalization } = preprocess({ flair, t1, adc }, rgb);
    const at0 = [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225];
    expect(normalization.map((map) => toInput(0, map))).toBeAllclose(at0);
    expect(() => preprocess({ flair, t1, adc }, { ...rgb, context: 1 })).toThrow(
      "'imagenet' is for 3 channels, got 9",
    );
  });

  it('that are missing are an error, or 0 to the network', () => {
    const channels = ['flair', 't1'];
    const normalization = { name: 'window', low: 200, high: 300 } as const;
    const image = { t1, adc };
    expect(() => preprocess(image, { channels }, { id: 'a' })).toThrow(
      "'a': must have the channel 'flair', but has 't1', 'adc' only",
    );
    const filled = seen(image, { channels, missing: 'zero', normalization, context: 0 }, 1);
    expect(filled.get(0, 0, 0)).toBe(0);
    expect(filled.get(0, 0, 1)).toBe(0);
    const other = {
      channels,
      missing: 'zero',
      normalization: { name: 'all' },
      context: 0,
    } as const;
    const some = seen(image, other, 1);
    expect([some.get(0, 0, 0), some.get(2, 4, 0)]).toEqual([0, 0]);
    expect(some.get(2, 4, 1)).toBeCloseTo(zScore(t1)(t1.voxels.get(1, 2, 4)), 4);
    expect(() => preprocess({ adc }, { channels, missing: 'zero' }, { id: 'a' })).toThrow(
      "'a': must have one of the channels 'flair', 't1' at least, got 'adc'",
    );
    expect(() => preprocess(flair, { channels }, { id: 'a' })).toThrow(
      "'a': must have the channels 'flair', 't1', got one image without a name",
    );
  });

  it('are brought to the grid of the image’s first', () => {
    const preprocessing = { channels: ['flair', 't1'], normalization: { name: 'all' } } as const;
    const same = preprocess({ flair, t1 }, preprocessing).images[1]!;
    // Stored in another order of the axes: the same voxels.
    const turned = preprocess({ flair, t1: reorient(t1, 'LIP') }, preprocessing).images[1]!;
    for (let i = 0; i < 60; i++) {
      const at = [Math.floor(i / 15), Math.floor(i / 5) % 3, i % 5] as const;
      expect(turned.voxels.get(...at)).toBe(same.voxels.get(...at));
    }
    // A linear function of the place stays that between other voxels, and 0 beyond them.
    const ramp = volumeOf('ramp');
    for (let i = 0; i < 60; i++) ramp.voxels.data[i] = 1 + (i % 5);
    const finer = resample(ramp, [1, 1, 0.5]);
    const half = preprocess({ flair, t1: finer }, preprocessing).images[1]!;
    expect([1, 2, 3].map((c) => half.voxels.get(1, 1, c))).toBeAllclose([2, 3, 4], { rtol: 1e-5 });
    const shifted = { ...ramp, affine: [1, 0, 0, 3, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] };
    const beyond = preprocess({ flair, t1: shifted }, preprocessing).images[1]!;
    expect([0, 1, 2, 3, 4].map((c) => beyond.voxels.get(1, 1, c))).toEqual([0, 0, 0, 1, 2]);
    const elsewhere = { ...ramp, affine: [1, 0, 0, 90, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] };
    expect(() => preprocess({ flair, t1: elsewhere }, preprocessing, { id: 'a' })).toThrow(
      "'a': channel 't1' must show what channel 'flair' shows, but lies elsewhere in space",
    );
    // Whatever the order of the network's channels, and whether it takes that one.
    for (const channels of [['t1', 'flair'], ['t1']]) {
      const { grid } = preprocess({ flair, t1: finer }, { ...preprocessing, channels });
      expect(grid.voxels.shape).toEqual(shape);
    }
  });

  it('are predicted on the grid of the image’s first', async () => {
    /** Likely where the second named channel of the middle slice is above its mean. */
    const second: Predictor = {
      channels: 6,
      classes: 2,
      async predict(images, [count, height, width]) {
        const probabilities = new Float32Array(count * height * width * 2);
        for (let i = 0; i < count * height * width; i++) {
          const p = 1 / (1 + Math.exp(-images[i * 6 + 3]!));
          probabilities.set([1 - p, p], 2 * i);
        }
        return probabilities;
      },
    };
    const affine = [0, 0, 2, 5, 0, -1, 0, 6, 1.5, 0, 0, 7, 0, 0, 0, 1];
    const placed = { flair: volumeOf('flair', affine), t1: volumeOf('t1', affine) };
    for (const orientation of [undefined, 'RAS', 'IPL']) {
      const preprocessing = {
        channels: ['flair', 't1'],
        normalization: { name: 'all' },
        orientation,
      } as const;
      const labels = (await predictVolume(second, placed, { preprocessing })).labels();
      const score = zScore(t1);
      expect([...labels.voxels.data]).toEqual(
        Array.from(t1.voxels.data, (v) => Number(score(v) > 0)),
      );
      expect(labels.affine).toEqual(affine);
      const open = { ...preprocessing, missing: 'zero' } as const;
      const { t1: one } = placed;
      const without = (await predictVolume(second, { t1: one }, { preprocessing: open })).labels();
      expect([...without.voxels.data]).toEqual([...labels.voxels.data]);
    }
  });

  it('of 2-D images are their greys, repeated', async () => {
    const grey = (...values: number[]) => createVolume(ndarray(Uint8Array.from(values), [1, 1, 2]));
    const colour = createVolume(ndarray(Uint8Array.of(10, 40, 20, 50, 30, 60), [3, 1, 2]));
    const image = { near: grey(1, 2), far: colour };
    const preprocessing = {
      channels: ['near', 'far'],
      normalization: { name: 'window', low: 0, high: 100 },
    } as const;
    const { samples, flat } = preprocess(image, preprocessing, { flat: true });
    expect([flat, samples.length]).toEqual([true, 1]);
    const greys = [10, 40].map((red) => 0.299 * red + 0.587 * (red + 10) + 0.114 * (red + 20));
    const pixels = samples[0]!.image;
    expect(pixels.shape).toEqual([1, 2, 6]);
    const values = [0, 1].map((c) => [0, 1, 2, 3, 4, 5].map((k) => pixels.get(0, c, k)));
    expect(values.flat()).toBeAllclose(
      [1, 2].flatMap((v, i) => [v, greys[i]!, v, greys[i]!, v, greys[i]!]),
      { rtol: 1e-6 },
    );
    const all: Predictor = {
      channels: 6,
      classes: 2,
      predict: async (images) => Float32Array.of(1, 0, 1 - images[7]!, images[7]!),
    };
    const predicted = await predictImage(all, image, { preprocessing });
    expect(predicted.probabilities().get(0, 1)).toBeCloseTo(greys[1]! / 100, 5);
    const larger = createVolume(ndarray(new Uint8Array(12), [3, 2, 2]));
    await expect(
      predictImage(all, { near: grey(1, 2), far: larger }, { preprocessing }),
    ).rejects.toThrow("channel 'far' must have the size of channel 'near', [1, 2], got [2, 2]");
  });

  it('may have any name', () => {
    const names = ['voxels', 'name', 'constructor', '__proto__'];
    const image = Object.fromEntries(names.map((name) => [name, flair]));
    expect(preprocess(image, { channels: names }).images).toHaveLength(4);
    expect(() => preprocess({ flair }, { channels: ['flair', 'toString'] })).toThrow(
      "the channel 'toString'",
    );
  });
});
