import type { Normalization, Predictor } from '@sts-net/inference';
import { IGNORED, type Sample } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  copySample,
  createAmplifier,
  createBatchSource,
  createOnlineAmplifier,
  createValidation,
  emptyBatch,
  listSlices,
  type SamplerName,
  type SelectionName,
  sliceStatistics,
  type TrainingCase,
} from '../src/index.ts';

const identity: Normalization = [
  { scale: 1, offset: 0, low: -Infinity, high: Infinity, keepsZero: false },
];

/** A case of slices that are drawn with digits, `x` where nothing counts; intensities are places. */
function caseOf(id: string, slices: readonly (readonly string[])[]): TrainingCase {
  const samples = slices.map((rows, slice): Sample => {
    const shape: [number, number] = [rows.length, rows[0]!.length];
    const label = (digit: string) => (digit === 'x' ? IGNORED : Number(digit));
    const labels = Uint8Array.from([...rows.join('')], label);
    return {
      id: `${id}/${slice}`,
      group: id,
      image: ndarray(
        Float32Array.from(labels, (_, i) => i + 1),
        [...shape, 1],
      ),
      mask: ndarray(labels, shape),
    };
  });
  return { id, group: id, load: async () => ({ samples, normalization: identity }) };
}

const slices = [
  ['0000000000', '0110xxxx00', '0110xxxx00', '0000xx1100', '0000001100'],
  ['0000000000', '000000xxx0', '0000000000', '0200000000', '0000000001'],
  ['xxxxxxxxxx', 'xxxxxxxxxx', 'xxxxxxxxxx', 'xxxxxxxxxx', 'xxxxxxxxxx'],
];
const marked = caseOf('a', slices);
/** The same with background there, without the slice of which nothing counts. */
const plain = caseOf(
  'a',
  slices.slice(0, 2).map((rows) => rows.map((row) => row.replaceAll('x', '0'))),
);

async function sourceOf(one: TrainingCase, sampler: SamplerName) {
  const found = await listSlices([one]);
  return createBatchSource({
    items: found.map((slice) => ({ slice, copy: 'none' })),
    sampler,
    batchSize: 5,
    patch: sampler === 'slices' ? null : { size: [3, 3], lesionShare: 0.8, jitter: 0 },
    flips: true,
    seed: 5,
    channels: 1,
    classes: 3,
    read: async ({ slice }) => {
      const { samples, normalization } = await slice.one.load();
      return { sample: samples[slice.index]!, normalization };
    },
  });
}

describe('pixels on which nothing counts', () => {
  it('are no lesions in any count, and a slice of nothing else is not drawn', async () => {
    const [found, expected] = [await listSlices([marked]), await listSlices([plain])];
    const facts = (all: typeof found) => all.map(({ one: _, ...facts }) => facts);
    expect(facts(found)).toEqual(facts(expected));
    expect(sliceStatistics(found)).toEqual(sliceStatistics(expected));
    const amplification = { method: 1, threshold: 9 } as const;
    const copies = (all: typeof found) =>
      createAmplifier(amplification, all, 1).items.map(({ copy }) => copy);
    expect(copies(found)).toEqual(copies(expected));
  });

  it('do not move what amplification cuts out around a lesion', async () => {
    const cut = async (one: TrainingCase) => {
      const [slice] = await listSlices([one]);
      const { sample } = createAmplifier({ method: 4, threshold: 99 }, [slice!], 1);
      const { samples } = await one.load();
      return sample(samples[0]!, { slice: slice!, copy: 'C' });
    };
    const [one, other] = [await cut(marked), await cut(plain)];
    expect([...one.image.data]).toEqual([...other.image.data]);
    expect(one.id).toBe('a/0_C');
  });

  it.each(['slices', 'pixels', 'lesions', 'classes', 'sizes'] as const)(
    'belong to no class in batches of %s, which are those without them otherwise',
    async (sampler) => {
      const [source, other] = [await sourceOf(marked, sampler), await sourceOf(plain, sampler)];
      let ignored = 0;
      let same = 0;
      for (let step = 0; step < 20; step++) {
        const [one, two] = [await source.batch(step), await other.batch(step)];
        expect(one.ids).toEqual(two.ids);
        for (let i = 0; i < one.labels.length; i += 3) {
          const labels = [...one.labels.subarray(i, i + 3)];
          if (labels.every((label) => label === 0)) ignored++;
          else expect(labels).toEqual([...two.labels.subarray(i, i + 3)]);
        }
        // But for the places of patches without a target, which are drawn anew on such pixels.
        if (one.images.join() === two.images.join()) same++;
        if (sampler === 'slices') expect(one.lesions).toEqual(two.lesions);
      }
      expect(ignored).toBeGreaterThan(20);
      expect(same).toBeGreaterThan(sampler === 'slices' ? 19 : 0);
    },
  );

  it('are no place for a patch of background, where there is another', async () => {
    const found = await listSlices([marked]);
    const source = createBatchSource({
      items: [{ slice: found[0]!, copy: 'none' }],
      sampler: 'plain',
      batchSize: 300,
      patch: { size: [1, 1], lesionShare: 0, jitter: 0 },
      flips: false,
      seed: 5,
      channels: 1,
      classes: 3,
      read: async ({ slice }) => {
        const { samples, normalization } = await slice.one.load();
        return { sample: samples[slice.index]!, normalization };
      },
    });
    const { labels, images } = await source.batch(0);
    for (let i = 0; i < 300; i++) {
      expect([...labels.subarray(3 * i, 3 * i + 3)], `${images[i]}`).toContain(1);
    }
  });

  it('are no lesions to augmentations, and go with the image', async () => {
    const found = await listSlices([marked, caseOf('b', [['0'.repeat(10), `01${'0'.repeat(8)}`]])]);
    const online = await createOnlineAmplifier([{ name: 'flip', probability: 1 }], found, 3);
    const { samples } = await marked.load();
    for (let pass = 0; pass < 5; pass++) {
      const { mask } = online({ sample: samples[0]!, normalization: identity }, pass).sample;
      const count = (label: number) => [...mask.data].filter((one) => one === label).length;
      expect([count(IGNORED), count(1)]).toEqual([10, 8]);
    }
    // Donors of lesions: this case has but a pixel, beside what is ignored.
    const lone = caseOf('b', [['000000', '0xxx00', '01xx00', '000000']]);
    const empty = { ...caseOf('c', [Array(12).fill('0'.repeat(12))]) };
    const paste = await createOnlineAmplifier(
      [{ name: 'copy-paste', probability: 1, feather: 0 }],
      await listSlices([lone, caseOf('d', [['00', '01']]), empty]),
      3,
    );
    const [blank] = (await empty.load()).samples;
    for (let pass = 0; pass < 20; pass++) {
      const { mask } = paste({ sample: blank!, normalization: identity }, pass).sample;
      expect([...mask.data].filter((label) => label !== 0)).toEqual([1]);
    }
  });

  it('are the only ones that may hold no class', async () => {
    const { samples } = await caseOf('b', [['03', 'x0']]).load();
    const window = { top: 0, left: 0, flipRows: false, flipColumns: false };
    const copy = (classes: number) => {
      const batch = emptyBatch({ count: 1, height: 2, width: 2, channels: 1, classes });
      copySample(samples[0]!, identity, window, batch, 0);
      return [...batch.labels];
    };
    expect(copy(4)).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(() => copy(3)).toThrow(
      "sample 'b/0': its mask must hold labels below the number of classes, 3, or 255 where nothing counts, got 3",
    );
  });
});

describe('validation', () => {
  /** What is predicted for each slice; asked for one after the other. */
  const predictions = [
    ['0000000000', '0111111000', '0100111100', '0000111100', '0100000000'],
    ['0000000000', '0000001110', '0000000000', '0220000000', '0000000000'],
  ];
  function predictor() {
    const seen: number[] = [];
    const one: Predictor = {
      channels: 1,
      classes: 3,
      async predict(_, [batch, height, width]) {
        const probabilities = new Float32Array(batch * height * width * 3);
        for (let b = 0; b < batch; b++) {
          const digits = predictions[seen.length % 2]!.join('');
          seen.push(b);
          for (const [i, digit] of [...digits].entries()) {
            probabilities[(b * digits.length + i) * 3 + Number(digit)] = 1;
          }
        }
        return probabilities;
      },
    };
    return { one, seen };
  }
  const truths = slices.slice(0, 2).map((rows) => [...rows.join('')]);
  const pairs = predictions.flatMap((rows, k) =>
    [...rows.join('')].map((p, i) => ({ p, t: truths[k]![i]!, k })),
  );
  /** Pixels that count, by plain loops. */
  const counts = (c: string, k?: number) => {
    const kept = pairs.filter((one) => one.t !== 'x' && (k === undefined || one.k === k));
    const both = kept.filter(({ p, t }) => p === c && t === c).length;
    return {
      both,
      all: kept.filter(({ p }) => p === c).length + kept.filter(({ t }) => t === c).length,
    };
  };
  const dice = (c: string) => (2 * counts(c).both) / counts(c).all;
  const meanIoU = (k: number) => {
    const there = ['0', '1', '2'].map((c) => counts(c, k)).filter(({ all }) => all > 0);
    return there.reduce((sum, { both, all }) => sum + both / (all - both), 0) / there.length;
  };
  /** Harmonic mean. */
  const f1 = (a: number, b: number) => (2 * a * b) / (a + b);
  const expected: Readonly<Record<SelectionName, number>> = {
    dice: (dice('1') + dice('2')) / 2,
    'case-dice': (dice('1') + dice('2')) / 2,
    mIoU: (meanIoU(0) + meanIoU(1)) / 2,
    // Class 1: two of three lesions are found. Of what is predicted, two pieces lie on lesions, one does
    // not (slice 0, row 4), and one lies wholly on what is ignored (slice 1, row 1). Class 2 is right.
    'lesion-f1': (f1(2 / 3, 2 / 3) + 1) / 2,
  };

  it.each(Object.entries(expected) as [SelectionName, number][])(
    'scores %s on the other pixels, and looks at no slice of which nothing counts',
    async (score, value) => {
      const validate = await createValidation([marked], { score, batchSize: 1 });
      const { one, seen } = predictor();
      expect(await validate(one)).toBeCloseTo(value, 5);
      expect(seen).toHaveLength(2);
      const few = await createValidation([marked], { score, batchSize: 1, slices: 5 });
      expect(await few(predictor().one)).toBeCloseTo(value, 5);
    },
  );
});
