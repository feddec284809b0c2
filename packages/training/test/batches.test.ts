import { seededRandom } from '@sts-net/amplify';
import { type Normalization, wholeSample } from '@sts-net/inference';
import type { Sample } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { createBatchSource } from '../src/samplers/batch-source.ts';
import { patchWindow, randomLesionPixel } from '../src/samplers/patch-window.ts';
import { copySample, emptyBatch } from '../src/samples/batch.ts';
import type { TrainingItem } from '../src/samples/training-items.ts';

const unchanged = {
  scale: 1,
  offset: 0,
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
  keepsZero: false,
};
const identity: Normalization = [unchanged];

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
    const rule = { ...unchanged, scale: 0.5, offset: 10, keepsZero: true };
    expect(copied(one, {}, [rule]).images).toEqual([0, 11, 60.5, 61, 110.5, 111]);
    expect(copied(one, {}, [{ ...rule, keepsZero: false }]).images[0]).toBe(10);
  });
});

describe('labels of a window', () => {
  const mask = ndarray(Uint8Array.of(0, 1, 2, 1, 0, 2), [2, 3]);
  const one: Sample = { ...sample(2, 3), mask };
  /** The label of each of 3 × 2 pixels of the window. */
  const labelsAt = (window: Partial<typeof wholeSample>, from = one) => {
    const batch = emptyBatch({ count: 1, height: 3, width: 2, channels: 1, classes: 3 });
    copySample(from, identity, { ...wholeSample, ...window }, batch, 0);
    return Array.from({ length: 6 }, (_, i) => {
      const label = batch.labels.slice(3 * i, 3 * i + 3);
      expect([...label].sort()).toEqual([0, 0, 1]);
      return label.indexOf(1);
    });
  };

  it.each([
    [{}, [0, 1, 1, 0, 0, 0]],
    [{ top: -1, left: 1 }, [0, 0, 1, 2, 0, 2]],
    [{ left: -1 }, [0, 0, 0, 1, 0, 0]],
    [{ top: 1, left: 2 }, [2, 0, 0, 0, 0, 0]],
    [{ left: 1, flipColumns: true }, [2, 1, 2, 0, 0, 0]],
    [{ top: -1, left: 1, flipRows: true }, [0, 2, 1, 2, 0, 0]],
  ])('%j: one label a pixel, background outside, by hand', (window, expected) => {
    expect(labelsAt(window)).toEqual(expected);
  });

  it('are read by the strides of views', () => {
    const turned = ndarray(mask.data, [3, 2], [1, 3]);
    expect(labelsAt({}, { ...sample(3, 2), mask: turned })).toEqual([0, 1, 1, 0, 2, 2]);
  });
});

describe('patchWindow', () => {
  const patch = { size: [8, 6], lesionShare: 1, jitter: 2 } as const;
  const windows = (one: Sample, aroundLesion: boolean) =>
    Array.from({ length: 200 }, (_, i) =>
      patchWindow(
        one,
        patch,
        { around: aroundLesion ? randomLesionPixel : undefined, flips: false },
        seededRandom(1, i),
      ),
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

  it('keeps the lesion within a quarter of the smaller side, where no jitter is given', () => {
    const one = sample(60, 60, [30, 31]);
    const offsets = Array.from({ length: 300 }, (_, i) => {
      const options = { size: [16, 24], lesionShare: 1 } as const;
      const flags = { around: randomLesionPixel, flips: false };
      const { top, left } = patchWindow(one, options, flags, seededRandom(2, i));
      return Math.max(Math.abs(top + 8 - 30), Math.abs(left + 12 - 31));
    });
    expect(Math.max(...offsets)).toBe(4);
  });

  it('lies at the only place where sample and patch are of one size', () => {
    const { top, left } = windows(sample(8, 6, [7, 5]), true)[0]!;
    expect([top + 0, left + 0]).toEqual([0, 0]);
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
      lesions: [],
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

  it('makes batches as large as the largest slice along each side', async () => {
    const sizes = [
      [3, 2],
      [2, 5],
    ] as const;
    const { batch } = createBatchSource({
      items: sizes.map(([rows, columns], index) => {
        const { slice } = items[0]!;
        return { copy: 'none', slice: { ...slice, index, rows, columns } };
      }),
      ...{ batchSize: 2, patch: null, flips: false, seed: 1, channels: 1, classes: 2 },
      read: async ({ slice }) => ({
        sample: sample(slice.rows, slice.columns),
        normalization: identity,
      }),
    });
    expect(await batch(0)).toMatchObject({ height: 3, width: 5 });
  });

  it.each([null, { size: [3, 2] as const, lesionShare: 0 }])(
    'mirrors half of the samples along each side if told to, and none if not (patch %j)',
    async (patch) => {
      const flips = async (on: boolean) => {
        const { batch } = source({ patch, flips: on });
        const seen = { none: 0, rows: 0, columns: 0, both: 0 };
        for (let step = 0; step < 100; step++) {
          const { images } = await batch(step);
          for (let i = 0; i < 3; i++) {
            const [first, second, third] = images.subarray(6 * i);
            const rows = third! < first!;
            const columns = second! < first!;
            seen[rows && columns ? 'both' : rows ? 'rows' : columns ? 'columns' : 'none']++;
          }
        }
        return seen;
      };
      expect(await flips(false)).toEqual({ none: 300, rows: 0, columns: 0, both: 0 });
      // Binomial: 75 ± 7.5.
      for (const count of Object.values(await flips(true))) {
        expect(Math.abs(count - 75)).toBeLessThan(30);
      }
    },
  );

  it('repeats items where there are fewer than a batch holds', async () => {
    const { stepsPerEpoch, batch, drawn } = source({ batchSize: 16 });
    expect(stepsPerEpoch).toBe(1);
    expect((await batch(0)).count).toBe(16);
    expect(new Set(drawn).size).toBe(10);
  });
});
