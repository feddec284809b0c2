import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, uniform } from '@sts-net/testing';
import type { Batch } from '@sts-net/training';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { findData, prepareData } from '../../src/runs/training-data.ts';
import { configFor } from '../make-data.ts';

const [slices, rows, columns] = [4, 24, 20];

/** Cases with one square lesion in slices 1 and 2; its side and the scale of the intensities by case. */
async function writeCases(cases: Record<string, { side: number; scale?: number }>) {
  const folder = temporaryFolder();
  for (const name of ['images', 'masks']) await mkdir(join(folder, name));
  for (const [id, { side, scale = 1 }] of Object.entries(cases)) {
    const shape = [slices, rows, columns];
    const image = uniform(id, slices * rows * columns).map((u) => scale * (100 + 20 * u));
    const mask = new Uint8Array(image.length);
    for (let i = 0; i < 2 * side * side; i++) {
      const [slice, row, column] = [
        1 + (i % 2),
        3 + (Math.floor(i / 2) % side),
        4 + Math.floor(i / 2 / side),
      ];
      const at = (slice * rows + row) * columns + column;
      image[at] = 200 * scale;
      mask[at] = 1;
    }
    await writeVolume(join(folder, 'images', `${id}.nii.gz`), createVolume(ndarray(image, shape)));
    await writeVolume(join(folder, 'masks', `${id}.nii.gz`), createVolume(ndarray(mask, shape)));
  }
  return folder;
}

const everything = [
  { name: 'copy-paste', probability: 0.5 },
  { name: 'lesion-crop', probability: 0.5, size: [0.5, 0.9] },
  { name: 'flip' },
  { name: 'affine', rotation: [-30, 30] },
  { name: 'elastic', spacing: 8, displacement: [0.1, 0.4], fill: 0 },
  { name: 'intensity', probability: 0.8 },
  { name: 'gamma', probability: 0.8, gamma: [0.8, 1.2], inverted: 0.5 },
  { name: 'bias-field', probability: 0.8, strength: [0, 0.2] },
  { name: 'blur', probability: 0.8, sigma: [0.5, 1] },
  { name: 'low-resolution', probability: 0.8, zoom: [0.6, 1] },
];

async function sourceFor(
  folder: string,
  online: readonly object[],
  training: object = {},
  changes: object = {},
) {
  const base = configFor();
  const config = validateConfig({
    ...base,
    amplification: { method: 'none', online },
    training: { ...(base['training'] as object), patch: null, flips: false, ...training },
    ...changes,
  });
  const { source } = await prepareData(config, await findData(config, folder));
  return source;
}

const training = await writeCases({
  a: { side: 3 },
  b: { side: 3 },
  c: { side: 5 },
  d: { side: 5 },
});

describe('online amplification in training', () => {
  it.each([null, { size: 16 }])(
    'the batch of a step depends on seed and step alone, patch %j',
    async (patch) => {
      const [one, other, plain] = [
        await sourceFor(training, everything, { patch }),
        await sourceFor(training, everything, { patch }),
        await sourceFor(training, [], { patch }),
      ];
      for (let step = 0; step < 5; step++) await one.batch(step);
      expect(await one.batch(5)).toEqual(await other.batch(5));
      expect(await one.batch(5)).not.toEqual(await plain.batch(5));
      const reseeded = await sourceFor(training, everything, { patch }, { seed: 8 });
      expect(await reseeded.batch(5)).not.toEqual(await other.batch(5));
    },
  );

  it('a sample looks different in each epoch', async () => {
    const source = await sourceFor(training, [{ name: 'intensity' }], { batchSize: 8 });
    const sums = async (step: number) => {
      const { images, count } = await source.batch(step);
      const length = images.length / count;
      return Array.from({ length: count }, (_, i) =>
        images.slice(i * length, (i + 1) * length).reduce((a, b) => a + b),
      );
    };
    expect(source.stepsPerEpoch).toBe(1);
    const [first, second] = [await sums(0), await sums(1)];
    expect(first.filter((sum) => second.includes(sum))).toEqual([]);
  });

  it('lesions are copied from the training split alone', async () => {
    const source = await sourceFor(training, [{ name: 'copy-paste' }], { batchSize: 8 });
    const areas: number[] = [];
    for (let step = 0; step < 30; step++) areas.push(...lesionAreas(await source.batch(step)));
    // Training lesions have 9 pixels, held-out ones 25.
    expect(areas.filter((area) => area % 9 !== 0)).toEqual([]);
    expect(areas.filter((area) => area === 18).length).toBeGreaterThan(20);
  });

  it('lesions are copied in the contrast that the network sees (the scale of a case is no matter)', async () => {
    const scaled = await writeCases({
      a: { side: 3 },
      b: { side: 3, scale: 1000 },
      c: { side: 5 },
      d: { side: 5 },
    });
    const [one, other] = [
      await sourceFor(training, [{ name: 'copy-paste' }]),
      await sourceFor(scaled, [{ name: 'copy-paste' }]),
    ];
    for (let step = 0; step < 4; step++) {
      const { images } = await other.batch(step);
      expect(images).toBeAllclose((await one.batch(step)).images, { atol: 1e-3 });
    }
  });

  it('says so where there is nobody to copy lesions from', async () => {
    const split = { validation: ['b', 'c'], test: ['d'] };
    const data = { ...(configFor()['data'] as object), split };
    await expect(sourceFor(training, [{ name: 'copy-paste' }], {}, { data })).rejects.toThrow(
      'amplification.online: "copy-paste" needs training lesions of at least 2 groups, got 1',
    );
  });
});

it.each([
  [{ name: 'lesion-crop', size: [0.8, 0.4] }, 'amplification.online[0].size'],
  [{ name: 'flip', horizontal: 2 }, 'amplification.online[0].horizontal'],
  [{ name: 'copy-past' }, 'copy-paste'],
  [{ name: 'flip', sideways: true }, 'sideways'],
])('%j is refused', (online, message) => {
  const config = configFor({ amplification: { online: [online] } });
  expect(() => validateConfig(config)).toThrow(message);
});

/** Foreground pixels of each sample. */
function lesionAreas({ labels, count, classes }: Batch): number[] {
  const length = labels.length / count;
  return Array.from(
    { length: count },
    (_, i) =>
      labels
        .slice(i * length, (i + 1) * length)
        .filter((label, at) => at % classes === 1 && label === 1).length,
  );
}
