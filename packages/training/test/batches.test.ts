import { seededRandom } from '@sts-net/amplify';
import { type Normalization, wholeSample } from '@sts-net/inference';
import type { Sample } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { createBatchSource } from '../src/samplers/batch-source.ts';
import { patchWindow } from '../src/samplers/patches.ts';
import { copySample, emptyBatch } from '../src/samples/batch.ts';
import type { TrainingItem } from '../src/samples/training-items.ts';

const identity: Normalization = { scale: [1], offset: [0], keepsZero: false };

/** An image whose pixels hold 100·row + column + 1, with one lesion pixel. */
function sample(rows: number, columns: number, lesion?: readonly [number, number]): Sample {
  const pixels = Array.from({ length: rows * columns }, (_, i) => i);
  const values = pixels.map((i) => 100 * Math.floor(i / columns) + (i % columns) + 1);
  const mask = ndarray(new Uint8Array(rows * columns), [rows, columns]);
  if (lesion !== undefined) mask.set(...lesion, 1);
  return {
    id: 's',
    group: 'g',
    image: ndarray(Float32Array.from(values), [rows, columns, 1]),
    mask,
  };
}

function copied(one: Sample, window: Partial<typeof wholeSample>, normalization = identity) {
  const batch = emptyBatch({ count: 2, height: 3, width: 2, channels: 1, classes: 2 });
  copySample(one, normalization, { ...wholeSample, ...window }, batch, 1);
  return {
    images: [...batch.images].slice(6),
    lesion: [...batch.labels].slice(12).filter((_, i) => i % 2 === 1),
    background: [...batch.labels].slice(12).filter((_, i) => i % 2 === 0),
    other: [...batch.images].slice(0, 6),
  };
}

describe('copySample', () => {
  it('takes the window, by hand', () => {
    const { images, lesion, background, other } = copied(sample(6, 5, [2, 3]), { top: 1, left: 2 });
    expect(images).toEqual([103, 104, 203, 204, 303, 304]);
    expect(lesion).toEqual([0, 0, 0, 1, 0, 0]);
    expect(background).toEqual([1, 1, 1, 0, 1, 1]);
    expect(other).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('mirrors rows and columns of image and mask together', () => {
    const one = sample(6, 5, [2, 3]);
    const at = { top: 1, left: 2 };
    expect(copied(one, { ...at, flipRows: true })).toMatchObject({
      images: [303, 304, 203, 204, 103, 104],
      lesion: [0, 0, 0, 1, 0, 0],
    });
    expect(copied(one, { ...at, flipColumns: true })).toMatchObject({
      images: [104, 103, 204, 203, 304, 303],
      lesion: [0, 0, 1, 0, 0, 0],
    });
  });

  it('pads with zeros and background beyond the sample', () => {
    const { images, background } = copied(sample(2, 1), { top: -1, left: 0 });
    expect(images).toEqual([0, 0, 1, 0, 101, 0]);
    expect(background).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('normalises, and keeps zeros if told to', () => {
    const one = sample(3, 2);
    one.image.data[0] = 0;
    const rule = { scale: [0.5], offset: [10], keepsZero: true };
    expect(copied(one, {}, rule).images).toEqual([0, 11, 60.5, 61, 110.5, 111]);
    expect(copied(one, {}, { ...rule, keepsZero: false }).images[0]).toBe(10);
  });
});

describe('patchWindow', () => {
  const patch = { size: [8, 6], lesionShare: 1, jitter: 2 } as const;
  const windows = (one: Sample, aroundLesion: boolean) =>
    Array.from({ length: 200 }, (_, i) =>
      patchWindow(one, patch, { aroundLesion, flips: false }, seededRandom(1, i)),
    );

  it('has the lesion within the jitter of its centre, everywhere equally', () => {
    const offsets = windows(sample(40, 40, [20, 25]), true).map(
      ({ top, left }) => `${top + 4 - 20},${left + 3 - 25}`,
    );
    // Every one of the 5×5 offsets within ±2 comes up in 200 draws.
    expect(new Set(offsets).size).toBe(25);
    expect(offsets.every((o) => o.split(',').every((d) => Math.abs(Number(d)) <= 2))).toBe(true);
  });

  it('stays inside the sample and holds a lesion at its border', () => {
    for (const { top, left } of windows(sample(12, 9, [0, 8]), true)) {
      expect(top).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThanOrEqual(9 - 6);
      expect(top).toBe(0);
      expect(left + 6).toBeGreaterThan(8);
    }
  });

  it('centres a sample that is smaller than the patch', () => {
    expect(windows(sample(4, 3, [0, 0]), true)[0]).toMatchObject({ top: -2, left: -1 });
  });

  it('prefers places that are not zero', () => {
    const one = sample(40, 40);
    for (let i = 0; i < 1600; i++) if (i % 40 < 30) one.image.data[i] = 0;
    const centres = windows(one, false).map(({ left }) => left + 3);
    // A quarter of the pixels is not zero; 16 attempts miss it with probability 0.75¹⁶ = 1 %.
    expect(centres.filter((column) => column >= 30).length).toBeGreaterThan(190);
  });
});

describe('createBatchSource', () => {
  const items: TrainingItem[] = Array.from({ length: 10 }, (_, index) => ({
    copy: 'none',
    slice: {
      one: { id: 'c', group: 'g', load: () => Promise.reject(new Error('not to be read')) },
      index,
      lesionArea: index < 2 ? 1 : 0,
      rows: 3,
      columns: 2,
    },
  }));
  const source = (training: object, seed = 1) => {
    const drawn: number[] = [];
    const batches = createBatchSource({
      items,
      batchSize: 3,
      patch: null,
      flips: false,
      ...training,
      seed,
      channels: 1,
      classes: 2,
      async read({ slice }) {
        drawn.push(slice.index);
        const lesion = slice.lesionArea > 0 ? ([1, 1] as const) : undefined;
        return { sample: sample(3, 2, lesion), normalization: identity };
      },
    });
    return { ...batches, drawn };
  };

  it('passes over all slices once an epoch in a new order, without the rest', async () => {
    const { stepsPerEpoch, batch, drawn } = source({});
    expect(stepsPerEpoch).toBe(3);
    for (let step = 0; step < 6; step++) await batch(step);
    const epochs = [drawn.slice(0, 9), drawn.slice(9)];
    for (const epoch of epochs) expect(new Set(epoch).size).toBe(9);
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  it('gives the batch of a step whatever was asked before', async () => {
    for (const training of [{ flips: true }, { patch: { size: [2, 2], lesionShare: 0.5 } }]) {
      const [a, b] = [source(training), source(training)];
      await a.batch(0);
      expect(await a.batch(4)).toEqual(await b.batch(4));
      expect(await source(training, 2).batch(4)).not.toEqual(await b.batch(4));
    }
  });

  it('draws patches around lesions in the share that is asked for', async () => {
    const shares = [0, 0.7, 1].map(async (lesionShare) => {
      const { batch, drawn } = source({ patch: { size: [2, 2], lesionShare } });
      for (let step = 0; step < 300; step++) await batch(step);
      return drawn.filter((index) => index < 2).length / drawn.length;
    });
    const [none, some, all] = await Promise.all(shares);
    // Anywhere: 2 of 10 items have a lesion. Binomial deviation of 900 draws: below 0.017.
    expect(Math.abs(none! - 0.2)).toBeLessThan(0.06);
    expect(Math.abs(some! - (0.7 + 0.3 * 0.2))).toBeLessThan(0.06);
    expect(all).toBe(1);
  });

  it('repeats items where there are fewer than a batch holds', async () => {
    const { stepsPerEpoch, batch, drawn } = source({ batchSize: 16 });
    expect(stepsPerEpoch).toBe(1);
    expect((await batch(0)).count).toBe(16);
    expect(new Set(drawn).size).toBe(10);
  });
});
