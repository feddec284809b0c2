import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { imageDigest, readImageFile, readLabels } from '@sts-net/datasets';
import type { Predictor } from '@sts-net/inference';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { CaseStore } from '../../src/cases/case-store.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { evaluateModel } from '../../src/evaluation/evaluate-model.ts';
import { cutPicture } from '../../src/report/case-slice.ts';
import { configFor } from '../make-data.ts';

const red = [10, 20, 30, 40, 50, 60];
const green = red.map((value) => value + 100);
const blue = red.map((value) => 200 - value);
const grey = ndarray(Uint8Array.from(red), [2, 3]);
const grey3 = ndarray(Uint8Array.from(red.flatMap((r) => [r, r, r])), [2, 3, 3]);
const colour = ndarray(Uint8Array.from(red.flatMap((r, i) => [r, green[i]!, blue[i]!])), [2, 3, 3]);
const mask = ndarray(Uint8Array.of(0, 255, 0, 0, 0, 255), [2, 3]);

/** Loads an image and a mask as one case. */
async function load(
  image: NdArray<Uint8Array>,
  {
    labels = mask,
    ...preprocessing
  }: Record<string, unknown> & { labels?: NdArray<Uint8Array> } = {},
) {
  const folder = temporaryFolder();
  const one = {
    id: 'a',
    group: 'a',
    image: join(folder, 'a.png'),
    mask: join(folder, 'm.PNG'),
  };
  await writeImage(one.image, image);
  await writeImage(one.mask, labels);
  const checked = validateConfig({ ...configFor(), preprocessing });
  return new CaseStore({ preprocessing: checked.preprocessing, classes: 2 }).load(one);
}

/** Values of `[row, column, channel]`, channel by channel. */
function channelsOf(image: NdArray<Float32Array>): number[][] {
  const [rows, columns, channels] = image.shape as [number, number, number];
  return Array.from({ length: channels }, (_, c) =>
    Array.from({ length: rows * columns }, (_, i) =>
      image.get(Math.floor(i / columns), i % columns, c),
    ),
  );
}

describe('2-D images as cases', () => {
  it('give their colours as channels, and their mask as 0 and 1', async () => {
    const { samples, flat } = await load(colour);
    expect(flat).toBe(true);
    expect(samples).toHaveLength(1);
    expect(channelsOf(samples[0]!.image)).toEqual([red, green, blue]);
    expect([...samples[0]!.mask.data]).toEqual([0, 1, 0, 0, 0, 1]);
  });

  it('repeat their grey, also if it is stored as colours', async () => {
    for (const image of [grey, grey3]) {
      const { samples, images } = await load(image);
      expect(images[0].voxels.shape).toEqual([1, 2, 3]);
      expect(channelsOf(samples[0]!.image)).toEqual([red, red, red]);
    }
  });

  it('become grey, 0.299 R + 0.587 G + 0.114 B, where the network does not take three channels', async () => {
    const { samples } = await load(colour, { context: 0 });
    const luma = red.map((r, i) => 0.299 * r + 0.587 * green[i]! + 0.114 * blue[i]!);
    expect(channelsOf(samples[0]!.image)[0]).toBeAllclose(luma, { rtol: 1e-6 });
  });

  it('are one image whatever the rule for edges', async () => {
    for (const edge of ['drop', 'zero', 'reflect']) {
      const { samples } = await load(grey, { edge });
      expect(channelsOf(samples[0]!.image)).toEqual([red, red, red]);
    }
  });

  it('refuse a mask of another size, colours in it, and slices along another axis', async () => {
    const labels = ndarray(new Uint8Array(6), [3, 2]);
    await expect(load(grey, { labels })).rejects.toThrow(
      'shape of the image, [1, 2, 3], got [1, 3, 2]',
    );
    await expect(load(grey, { labels: colour })).rejects.toThrow('a mask must be grey');
    await expect(load(grey, { axis: 1 })).rejects.toThrow('axis: must be 0 for 2-D images');
  });

  it('may be volumes whose slices are channels, told by a mask of one slice', async () => {
    const folder = temporaryFolder();
    const one = {
      id: 'a',
      group: 'a',
      image: join(folder, 'a.nii.gz'),
      mask: join(folder, 'm.nii'),
    };
    const voxels = Float32Array.from([...red, ...green, ...blue]);
    await writeVolume(one.image, createVolume(ndarray(voxels, [3, 2, 3])));
    await writeVolume(one.mask, createVolume(ndarray(mask.data, [1, 2, 3])));
    const { samples } = await new CaseStore({ ...validateConfig(configFor()), classes: 2 }).load(
      one,
    );
    expect(channelsOf(samples[0]!.image)).toEqual([red, green, blue]);
  });

  it('are shown upright', async () => {
    const folder = temporaryFolder();
    await writeImage(join(folder, 'a.png'), grey);
    const volume = await readImageFile(join(folder, 'a.png'));
    const truth = ndarray(mask.data, [1, 2, 3]);
    const whole = { row: 0, column: 0, height: 2, width: 3 };
    const shown = cutPicture({ volume, truth, prediction: truth }, 0, whole, [0, 255]);
    expect([...shown.grey]).toEqual(red);
    expect([...shown.truth]).toEqual([0, 1, 0, 0, 0, 1]);
  });

  it('have one digest in whatever format they are stored', async () => {
    const folder = temporaryFolder();
    await mkdir(join(folder, 'x'));
    const digest = async (name: string) =>
      imageDigest((await readImageFile(join(folder, name))).voxels);
    await writeImage(join(folder, 'grey.png'), grey);
    await writeImage(join(folder, 'x/ä [1] (2).PNG'), grey3);
    await writeImage(join(folder, 'colour.png'), colour);
    await writeVolume(
      join(folder, 'grey.nii.gz'),
      createVolume(ndarray(Float32Array.from(red), [1, 2, 3])),
    );
    expect(await digest('x/ä [1] (2).PNG')).toBe(await digest('grey.png'));
    expect(await digest('grey.nii.gz')).toBe(await digest('grey.png'));
    expect(await digest('colour.png')).not.toBe(await digest('grey.png'));
    expect((await readLabels(join(folder, 'x/ä [1] (2).PNG'))).voxels.shape).toEqual([1, 2, 3]);
  });
});

describe('preprocessing.size', () => {
  it('brings image and mask to one size', async () => {
    const { samples } = await load(colour, { size: [4, 6] });
    expect(samples[0]!.image.shape).toEqual([4, 6, 3]);
    // Every label doubled along both axes.
    const doubled = [
      [0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 0, 0, 1, 1],
      [0, 0, 0, 0, 1, 1],
    ];
    expect([...samples[0]!.mask.data]).toEqual(doubled.flat());
  });
});

describe('a network on 2-D images', () => {
  /** Finds pixels whose first channel is above the mean of the image. */
  const predictor: Predictor = {
    channels: 3,
    classes: 2,
    async predict(images, [count, height, width, channels]) {
      const probabilities = new Float32Array(count * height * width * 2);
      for (let i = 0; i < count * height * width; i++) {
        probabilities[2 * i + (images[i * channels]! > 0 ? 1 : 0)] = 1;
      }
      return probabilities;
    },
  };

  it('is scored image by image', async () => {
    const folder = temporaryFolder();
    const truth = ndarray(Uint8Array.of(0, 0, 0, 255, 255, 0), [2, 3]);
    await writeImage(join(folder, 'a.png'), colour);
    await writeImage(join(folder, 'm.png'), truth);
    const one = { id: 'a', group: 'a', image: join(folder, 'a.png'), mask: join(folder, 'm.png') };
    const { preprocessing } = validateConfig(configFor());
    const input = { preprocessing, classes: 2 };
    const seen: string[] = [];
    const { slices } = await evaluateModel(predictor, input, [one], {
      onProgress: (id, done, total) => seen.push(`${id} ${done}/${total}`),
    });
    expect(seen).toEqual(['a 1/1']);
    expect(slices.images.total).toBe(1);
    // Mean of the colours is 110.3, so no red value is above it: nothing is found.
    expect(slices.images.emptyPrediction).toBe(1);
  });
});
