import { flipHorizontal } from '@sts-net/amplify';
import type { Normalization } from '@sts-net/inference';
import type { Sample } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  countSizes,
  createBatchSource,
  listSlices,
  type SamplerChoice,
  type TrainingCase,
  type TrainingItem,
} from '../src/index.ts';

const identity: Normalization = [
  { scale: 1, offset: 0, low: -Infinity, high: Infinity, keepsZero: false },
];

/** A case of slices that are drawn with digits; each pixel's intensity is its place. */
function caseOf(id: string, slices: readonly string[]): TrainingCase {
  const samples = slices.map((text, slice): Sample => {
    const rows = text.trim().split(/\s+/);
    const shape: [number, number] = [rows.length, rows[0]!.length];
    const labels = Uint8Array.from(rows.join(''), Number);
    const places = Float32Array.from(labels, (_, i) => 1000 * slice + i + 1);
    return {
      id: `${id}/${slice}`,
      group: id,
      image: ndarray(places, [...shape, 1]),
      mask: ndarray(labels, shape),
    };
  });
  return { id, group: id, load: async () => ({ samples, normalization: identity }) };
}

const blank = '........ '.repeat(8).replaceAll('.', '0');
const row = (text: string) => `${text.replaceAll('.', '0').padEnd(8, '0')} `;
const picture = (...lines: string[]) => (lines.map(row).join('') + blank).slice(0, 72);

// Four lesions: one of 6 + 4 pixels over two slices, which shows twice in the second of them; one of 9
// pixels; one of a single pixel; and one of class 2 with a single pixel.
const cases = [
  caseOf('a', [
    picture('222.....'.replaceAll('2', '1'), '111.....'),
    picture('11......', '........', '11......'.replace('11', '..'), '.......1'),
  ]),
  caseOf('b', [picture('111.....', '111.....', '111.....', '........', '........', '.......2')]),
  caseOf('c', [blank]),
];

describe('the lesions of slices', () => {
  it('are connected over slices, with the share of each place, by hand', async () => {
    const c = caseOf('c', [
      picture('1.......', '1.......'),
      picture('1..1....', '1..2....'),
      picture('1111....'),
    ]);
    const [first, second, third] = (await listSlices([c])).map(({ lesions }) => lesions);
    // One lesion of 2 + 2 + 4 + 1 voxels: the pixel at the right is connected through the third slice.
    const whole = { label: 1, size: 9, share: 1 / 4 };
    expect(first).toEqual([{ ...whole, area: 2, at: [0, 0] }]);
    expect(second).toEqual([
      { ...whole, area: 2, at: [0, 0] },
      { ...whole, area: 1, at: [0, 3] },
      { label: 2, size: 1, share: 1, area: 1, at: [1, 3] },
    ]);
    expect(third).toEqual([{ ...whole, area: 4, at: [0, 0] }]);
  });

  it('of views with strides are the same', async () => {
    const one = caseOf('a', [picture('11......', '.......1')]);
    const { samples, normalization } = await one.load();
    const turned = samples.map((sample) => ({ ...sample, mask: sample.mask.transpose(1, 0) }));
    const load = async () => ({ samples: turned, normalization });
    const [slice] = await listSlices([{ ...one, load }]);
    expect(slice!.lesions.map(({ area, at }) => [area, at])).toEqual([
      [2, [0, 0]],
      [1, [7, 1]],
    ]);
  });
});

/** How often each place is at the centre of a patch of one pixel, of 3000 draws around lesions. */
async function drawn(
  sampler: SamplerChoice,
  change: (sample: Sample) => Sample = (sample) => sample,
  copies: readonly string[] = [],
) {
  const slices = await listSlices(cases);
  const items: TrainingItem[] = ['none', ...copies].flatMap((copy) =>
    slices.map((slice) => ({ slice, copy })),
  );
  const seen = new Map<string, number>();
  const source = createBatchSource({
    items,
    sampler,
    ...{ batchSize: 10, flips: false, seed: 3, channels: 1, classes: 3 },
    patch: { size: [1, 1], lesionShare: 1, jitter: 0 },
    read: async ({ slice }) => {
      const { samples, normalization } = await slice.one.load();
      return { sample: change(samples[slice.index]!), normalization };
    },
  });
  for (let step = 0; step < 300; step++) {
    const { images, ids } = await source.batch(step);
    for (const [i, id] of ids!.entries()) {
      const place = (images[i]! - 1) % 1000;
      const key = `${id}:${Math.floor(place / 8)},${place % 8}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  const share = (test: (id: string, row: number, column: number) => boolean) =>
    [...seen].reduce((sum, [key, count]) => {
      const [id, at] = key.split(':');
      const [row, column] = at!.split(',').map(Number);
      return sum + (test(id!, row!, column!) ? count / 3000 : 0);
    }, 0);
  return {
    /** Of lesion a (two slices), the single pixel of a, the nine pixels of b, and class 2. */
    lesions: [
      share((id, row) => id.startsWith('a') && row < 3),
      share((id, row) => id === 'a/1' && row === 3),
      share((id, row) => id === 'b/0' && row < 3),
      share((id, row) => id === 'b/0' && row === 5),
    ],
    share,
  };
}

// Binomial deviation of 3000 draws: below 0.0092.
const near = (shares: readonly number[]) => shares.map((share) => expect.closeTo(share, 1.4));

describe('samplers', () => {
  it('lesions: each equally likely, and each place of it', async () => {
    const { lesions, share } = await drawn('lesions');
    expect(lesions).toEqual(near([1 / 4, 1 / 4, 1 / 4, 1 / 4]));
    // The first lesion shows once in each of its two slices: of six pixels, and of two.
    expect(share((id, row) => id === 'a/0' && row < 3)).toBeCloseTo(1 / 8, 1.4);
    expect(share((id, row, column) => id === 'a/1' && row === 0 && column === 0)).toBeCloseTo(
      1 / 16,
      1.4,
    );
  });

  it('classes: each equally likely, and each lesion of a class', async () => {
    expect((await drawn('classes')).lesions).toEqual(near([1 / 6, 1 / 6, 1 / 6, 1 / 2]));
  });

  it('sizes: in proportion to a power of the size, or as a curve says', async () => {
    const [a, b] = [1 / 8, 1 / 9];
    const total = a + 1 + b + 1;
    const inverse = near([a / total, 1 / total, b / total, 1 / total]);
    expect((await drawn('sizes')).lesions).toEqual(inverse);
    expect((await drawn({ name: 'sizes', exponent: 1 })).lesions).toEqual(inverse);
    const even = near([1 / 4, 1 / 4, 1 / 4, 1 / 4]);
    expect((await drawn({ name: 'sizes', exponent: 0 })).lesions).toEqual(even);
    // Weights of sizes 8, 1, 9, 1: on the line from (1, 1) to (9, 5), and 5 from there on.
    const curve = [
      [1, 1],
      [9, 5],
    ] as const;
    const weights = [4.5, 1, 5, 1];
    const curved = near(weights.map((weight) => weight / 11.5));
    expect((await drawn({ name: 'sizes', curve })).lesions).toEqual(curved);
  });

  it('pixels: all items that have a lesion equally likely, and all of their pixels', async () => {
    const expected = [1 / 3 + 2 / 9, 1 / 9, 0.3, 1 / 30];
    expect((await drawn('pixels')).lesions).toEqual(near(expected));
  });

  it('plain: any place of any item, lesions or not', async () => {
    const { share } = await drawn('plain');
    expect(share((id) => id === 'c/0')).toBeCloseTo(1 / 4, 1.4);
    expect(share((_, row) => row >= 4)).toBeCloseTo(1 / 2, 1.4);
  });

  it('lesions: stay equally likely where there are amplified copies, and where samples are flipped', async () => {
    const { lesions } = await drawn('lesions', undefined, ['A1', 'A2']);
    expect(lesions).toEqual(near([1 / 4, 1 / 4, 1 / 4, 1 / 4]));
    // Only the slices change sides; the intensities keep the places.
    const flipped = await drawn('lesions', flipHorizontal);
    expect(flipped.lesions).toEqual(near([1 / 4, 1 / 4, 1 / 4, 1 / 4]));
  });

  it('take any place where a sample has lost its lesion', async () => {
    const { share } = await drawn('lesions', (sample) => ({
      ...sample,
      mask: ndarray(new Uint8Array(64), [8, 8]),
    }));
    expect(share(() => true)).toBeCloseTo(1, 9);
  });

  it('draw whole slices by the same weights, seven in ten with a lesion', async () => {
    const slices = await listSlices(cases);
    const source = createBatchSource({
      items: slices.map((slice) => ({ slice, copy: 'none' })),
      sampler: 'lesions',
      ...{ batchSize: 10, flips: false, seed: 3, channels: 1, classes: 3, patch: null },
      read: async ({ slice }) => {
        const { samples, normalization } = await slice.one.load();
        return { sample: samples[slice.index]!, normalization };
      },
    });
    let blanks = 0;
    for (let step = 0; step < 300; step++) {
      const batch = await source.batch(step);
      expect([batch.height, batch.width]).toEqual([8, 8]);
      blanks += batch.ids!.filter((id) => id === 'c/0').length;
    }
    expect(blanks / 3000).toBeCloseTo(0.3 / 4, 1.4);
  });

  it('refuse names that are none, and curves that are none', async () => {
    await expect(drawn('lesion' as 'lesions')).rejects.toThrow(
      "sampler: there is no 'lesion'; there are slices, plain, pixels, lesions, classes, sizes",
    );
    for (const own of [
      { curve: [] },
      { curve: [[1, 0]] },
      {
        curve: [
          [2, 1],
          [1, 1],
        ],
      },
      { curve: [[1, -1]] },
      { exponent: 1, curve: [[1, 1]] },
    ]) {
      await expect(drawn({ name: 'sizes', ...own } as unknown as SamplerChoice)).rejects.toThrow(
        '`curve` must be pairs of rising sizes and weights',
      );
    }
    await expect(drawn({ name: 'sizes', exponent: Number.NaN })).rejects.toThrow('`exponent`');
  });
});

describe('the lesions that a batch shows', () => {
  it('are counted whole, also where a patch shows a part, by hand', async () => {
    const slices = await listSlices([cases[1]!]);
    const source = createBatchSource({
      items: slices.map((slice) => ({ slice, copy: 'none' })),
      sampler: 'lesions',
      ...{ batchSize: 1, flips: false, seed: 1, channels: 1, classes: 3 },
      patch: { size: [2, 2], lesionShare: 1, jitter: 0 },
      read: async ({ slice }) => {
        const { samples, normalization } = await slice.one.load();
        return { sample: samples[slice.index]!, normalization };
      },
    });
    const seen = new Set<string>();
    for (let step = 0; step < 20; step++) seen.add(String((await source.batch(step)).lesions));
    expect(seen).toEqual(new Set(['9', '1']));
  });

  it('fall into bins that double', () => {
    expect(countSizes([1, 2, 3, 4, 7, 8, 1000])).toEqual([
      { from: 1, to: 1, count: 1 },
      { from: 2, to: 3, count: 2 },
      { from: 4, to: 7, count: 2 },
      { from: 8, to: 15, count: 1 },
      { from: 512, to: 1023, count: 1 },
    ]);
    expect(countSizes([])).toEqual([]);
  });
});
