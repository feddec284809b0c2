import type { Normalization, Predictor } from '@sts-net/inference';
import { IGNORED, type Sample } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  createAmplifier,
  createBatchSource,
  createFalseAlarms,
  createOnlineAmplifier,
  FalseAlarms,
  listSlices,
  type OnlineConfig,
  type SamplerChoice,
  type TrainingCase,
} from '../src/index.ts';

const identity: Normalization = [
  { scale: 1, offset: 0, low: -Infinity, high: Infinity, keepsZero: false },
];

/** What is predicted of slices, by the number that their first pixel holds. */
type Predictions = ReadonlyMap<number, string>;

interface Drawn {
  readonly id: string;
  /** For each slice what is true and what is predicted, row by row; `x` where nothing counts. */
  readonly slices: readonly (readonly [truth: string, prediction: string])[];
}

/** Cases whose pixels hold 1000 · the number of the slice + their place, and who predicts them. */
function make(drawn: readonly Drawn[]) {
  const predictions = new Map<number, string>();
  let number = 0;
  const cases = drawn.map(({ id, slices }): TrainingCase => {
    const samples = slices.map(([truth, prediction], i): Sample => {
      const rows = truth.split(' ');
      const shape: [number, number] = [rows.length, rows[0]!.length];
      const label = (digit: string) => (digit === 'x' ? IGNORED : Number(digit));
      const labels = Uint8Array.from([...rows.join('')], label);
      const first = 1000 * ++number;
      predictions.set(first, prediction.replaceAll(' ', ''));
      const pixels = Float32Array.from(labels, (_, at) => first + at);
      const image = ndarray(pixels, [...shape, 1]);
      return { id: `${id}/${i}`, group: id, image, mask: ndarray(labels, shape) };
    });
    return { id, group: id, load: async () => ({ samples, normalization: identity }) };
  });
  return { cases, ...predictorOf(predictions) };
}

function predictorOf(predictions: Predictions) {
  const seen: number[] = [];
  const predictor: Predictor = {
    channels: 1,
    classes: 3,
    async predict(images, [batch, height, width]) {
      const probabilities = new Float32Array(batch * height * width * 3);
      for (let b = 0; b < batch; b++) {
        const first = images[b * height * width]!;
        seen.push(first / 1000);
        for (const [i, digit] of [...predictions.get(first)!].entries()) {
          probabilities[(b * height * width + i) * 3 + Number(digit)] = 1;
        }
      }
      return probabilities;
    },
  };
  return { predictor, seen };
}

const blank = '000000 000000 000000 000000';

describe('a look', () => {
  it('finds what is predicted and touches no lesion, by hand: a place of each, in its middle', async () => {
    const { cases, predictor } = make([
      {
        id: 'a',
        slices: [
          // The part at the left touches the lesion in the next slice; that at the right is one with
          // what is predicted there.
          ['000000 000000 000000 000000', '100011 100000 000000 000000'],
          ['100000 000000 000000 000000', '100001 000001 000000 000000'],
        ],
      },
      {
        id: 'b',
        slices: [
          // Of another class than the lesion is no false alarm; wholly where nothing counts neither;
          // what is left of one that reaches there is. A class beside another is one part with it.
          ['000000 011000 000000 0xx0xx', '000000 020000 000000 011112'],
          [blank, '000011 000022 000000 100000'],
        ],
      },
      {
        id: 'c',
        // The one between is not trained on.
        slices: [
          [blank, '100000 000000 000000 000000'],
          [blank.replaceAll('0', 'x'), '100000 000000 000000 000000'],
          [blank, '100000 000000 000000 000000'],
        ],
      },
    ]);
    const alarms = new FalseAlarms(await listSlices(cases), { count: 9, batchSize: 3 });
    const look = await alarms.look(predictor, 5);
    // 5 voxels at the right of a: [0, 0, 4], [0, 0, 5], [1, 0, 5], [1, 1, 5], of which the third is the middle.
    expect(alarms.places).toEqual([
      [1, 0, 5],
      [2, 3, 3],
      [3, 1, 4],
      [3, 3, 0],
      [4, 0, 0],
      [5, 0, 0],
    ]);
    expect(look).toEqual({ slices: 6, found: 6, known: 6 });
  });

  it('goes on where the last one ended, and replaces what was known there', async () => {
    // In another place of each slice, so that they are not one.
    const alarm = (n: number) =>
      ['100000', '001000', '000010'][n % 3]! +
      ' 000000'.repeat(n % 2) +
      blank.slice(6 + 7 * (n % 2));
    const { cases, predictor, seen } = make([
      { id: 'a', slices: Array.from({ length: 3 }, (_, n) => [blank, alarm(n)] as const) },
      { id: 'b', slices: Array.from({ length: 2 }, (_, n) => [blank, alarm(n)] as const) },
    ]);
    const slices = await listSlices(cases);
    const alarms = new FalseAlarms(slices, { count: 2, batchSize: 1 });
    const known = () => alarms.places.map(([slice]) => slice);
    await alarms.look(predictor, 1);
    expect([seen.splice(0), known()]).toEqual([
      [1, 2],
      [0, 1],
    ]);
    expect(await alarms.look(predictor, 1)).toBeUndefined();
    expect(seen).toEqual([]);
    await alarms.look(predictor, 2);
    expect([seen.splice(0), known()]).toEqual([
      [3, 4],
      [0, 1, 2, 3],
    ]);
    // From then on the network sees nothing.
    const blind = predictorOf(
      new Map([1, 2, 3, 4, 5].map((n) => [1000 * n, blank.replaceAll(' ', '')])),
    );
    const resumed = new FalseAlarms(slices, { count: 2, batchSize: 1 });
    resumed.restore(structuredClone(alarms.state()));
    for (const one of [alarms, resumed]) {
      expect(await one.look(blind.predictor, 3)).toEqual({ slices: 2, found: 0, known: 3 });
    }
    expect(blind.seen).toEqual([5, 1, 5, 1]);
    expect(known()).toEqual([1, 2, 3]);
    expect(resumed.state()).toEqual(alarms.state());
    const others = new FalseAlarms(slices.slice(1), { count: 2, batchSize: 1 });
    others.restore(alarms.state());
    expect(others.places).toEqual([]);
  });

  it('that is interrupted leaves what is known as it was', async () => {
    const { cases, predictor } = make([
      {
        id: 'a',
        slices: Array.from({ length: 4 }, () => [blank, blank.replace('0', '1')] as const),
      },
    ]);
    const alarms = new FalseAlarms(await listSlices(cases), { count: 3, batchSize: 1 });
    const before = alarms.state();
    const stop = new AbortController();
    const predict: Predictor['predict'] = (...input) => {
      stop.abort(new Error('stopped'));
      return predictor.predict(...input);
    };
    await expect(alarms.look({ ...predictor, predict }, 4, stop.signal)).rejects.toThrow('stopped');
    expect(alarms.state()).toEqual(before);
    expect(await alarms.look(predictor, 4)).toMatchObject({ found: 1, known: 1 });
  });

  it('keeps the largest ten of a slice on average', async () => {
    const specks: string[] = Array.from({ length: 9 }, (_, row) =>
      row % 2 === 0 ? '1010101010' : '0000000000',
    );
    specks[8] = '1110101011';
    const empty = Array(9).fill('0'.repeat(10)).join(' ');
    const { cases, predictor } = make([{ id: 'a', slices: [[empty, specks.join(' ')]] }]);
    const alarms = new FalseAlarms(await listSlices(cases), { count: 5, batchSize: 1 });
    expect(await alarms.look(predictor, 1)).toEqual({ slices: 1, found: 10, known: 10 });
    expect(alarms.places).toContainEqual([0, 8, 1]);
    expect(alarms.places).toContainEqual([0, 8, 9]);
  });
});

describe('the sampler', () => {
  const row = '000000000000';
  const lesion = '000110000000';
  const empty = Array(10).fill(row).join(' ');
  const truth = [row, row, lesion, lesion, ...Array(6).fill(row)].join(' ');
  const alarmAt = (r: number, c: number) =>
    Array.from({ length: 10 }, (_, i) =>
      i === r ? `${row.slice(0, c)}1${row.slice(c + 1)}` : row,
    ).join(' ');
  const drawn: Drawn[] = [
    { id: 'a', slices: [[truth, alarmAt(7, 9)]] },
    { id: 'b', slices: [[empty, alarmAt(5, 4)]] },
    { id: 'c', slices: [[empty, empty]] },
  ];

  async function source(
    sampler: SamplerChoice,
    {
      looked = true,
      online = [],
      size = 1,
    }: { looked?: boolean; online?: OnlineConfig[]; size?: number } = {},
  ) {
    const { cases, predictor } = make(drawn);
    const slices = await listSlices(cases);
    const falseAlarms = createFalseAlarms(sampler, slices, 2);
    if (looked) await falseAlarms?.look(predictor, 1);
    const { items, sample } = createAmplifier({ method: 1, threshold: 9 }, slices, 1);
    const change = await createOnlineAmplifier(online, slices, 3);
    return createBatchSource({
      items,
      sampler,
      falseAlarms,
      ...{ batchSize: 50, flips: false, seed: 3, channels: 1, classes: 3 },
      patch: { size: [size, size], lesionShare: 0.4, jitter: 0 },
      read: async (item, pass) => {
        const { samples, normalization } = await item.slice.one.load();
        return change({ sample: sample(samples[item.slice.index]!, item), normalization }, pass);
      },
    });
  }

  it('draws as `lesions` does before the first look', async () => {
    const [one, other] = [
      await source('hard-negatives', { looked: false, size: 5 }),
      await source('lesions', { size: 5 }),
    ];
    for (let step = 0; step < 5; step++) {
      const { hardNegatives, ...batch } = await one.batch(step);
      expect(batch).toEqual(await other.batch(step));
      expect(hardNegatives).toBe(0);
    }
  });

  it.each([
    [undefined, 0.5],
    [0.25, 0.25],
    [1, 1],
    [0, 0],
  ])('draws false alarms for a share of %s of the draws without a lesion', async (given, share) => {
    const { batch } = await source({
      name: 'hard-negatives',
      ...(given !== undefined && { share: given }),
    });
    const counts = { lesions: 0, a: 0, b: 0, negatives: 0 };
    const steps = 40;
    for (let step = 0; step < steps; step++) {
      const { images, lesions, hardNegatives } = await batch(step);
      counts.lesions += lesions!.length;
      counts.negatives += hardNegatives!;
      counts.a += images.filter((pixel) => pixel === 1000 + 7 * 12 + 9).length;
      counts.b += images.filter((pixel) => pixel === 2000 + 5 * 12 + 4).length;
    }
    const all = 50 * steps;
    const expected = 0.6 * share * all;
    // Within four standard deviations, and what other draws of background hit by chance.
    const spread = 4 * Math.sqrt(expected) + 20;
    expect(Math.abs(counts.negatives - expected)).toBeLessThan(spread);
    expect(Math.abs(counts.a - expected / 2)).toBeLessThan(spread);
    expect(Math.abs(counts.b - expected / 2)).toBeLessThan(spread);
    expect(Math.abs(counts.lesions - 0.4 * all)).toBeLessThan(4 * Math.sqrt(0.4 * all) + 20);
  });

  const moves: [string, OnlineConfig, number][] = [
    ['flipped', { name: 'flip', probability: 1 }, 0],
    // Pixels of a row apart by 1, rows by 12: within a pixel and a half each way.
    ['turned', { name: 'affine', probability: 1, rotation: [-20, 20], scale: [0.8, 1.2] }, 19.5],
    ['cut', { name: 'lesion-crop', probability: 1, size: [0.5, 0.9] }, 19.5],
  ];
  it.each(moves)(
    'finds places again in samples that were %s, and leaves no mark',
    async (_, change, off) => {
      const { batch } = await source({ name: 'hard-negatives', share: 1 }, { online: [change] });
      const { batch: without } = await source({ name: 'hard-negatives', share: 1 });
      const places = [1000 + 7 * 12 + 9, 2000 + 5 * 12 + 4];
      const far = { known: 0, all: 0 };
      for (let step = 0; step < 20; step++) {
        const { images, labels, lesions, ids } = await batch(step);
        const plain = await without(step);
        expect(ids).toEqual(plain.ids);
        // That of class 1, twice as long and as high at most: no mark is left among them.
        expect(Math.max(0, ...lesions!)).toBeLessThan(20);
        for (let i = 0; i < 50; i++) {
          expect([...labels.subarray(3 * i, 3 * i + 3)]).toContain(1);
          const place = places.find((one) => one === plain.images[i]);
          if (place === undefined) continue;
          far.all++;
          if (Math.abs(images[i]! - place) > off) far.known++;
        }
      }
      expect(far.all).toBeGreaterThan(400);
      // Of a, which has a lesion too, some crops hold that alone.
      expect(far.known / far.all).toBeLessThan(change.name === 'lesion-crop' ? 0.4 : 0.01);
    },
  );

  it('is of no use without a look, and says so; wrong options are refused', async () => {
    const { cases } = make(drawn);
    const slices = await listSlices(cases);
    const create = (sampler: SamplerChoice, classes = 3) =>
      createBatchSource({
        items: slices.map((slice) => ({ slice, copy: 'none' })),
        sampler,
        falseAlarms: createFalseAlarms('hard-negatives', slices, 1),
        ...{ batchSize: 1, flips: false, seed: 3, channels: 1, classes, patch: null },
        read: async () => {
          throw new Error('not read');
        },
      });
    expect(() => create({ name: 'hard-negatives', share: 2 })).toThrow(
      '`share` must be a number from 0 to 1, got 2',
    );
    expect(() => create('hard-negatives', 255)).toThrow('`classes` must be at most 254');
    expect(create('hard-negatives').stepsPerEpoch).toBe(3);
    for (const wrong of [0, 1.5, Number.NaN]) {
      expect(() => createFalseAlarms({ name: 'hard-negatives', slices: wrong }, slices, 1)).toThrow(
        `\`slices\` must be a whole number from 1 on, got ${wrong}`,
      );
    }
    expect(createFalseAlarms('lesions', slices, 1)).toBeUndefined();
    expect(createFalseAlarms(undefined, slices, 1)).toBeUndefined();
    const own = createFalseAlarms(
      { size: () => [1, 1], create: () => () => ({}) as never, looksAt: () => 7 },
      slices,
      1,
    );
    expect(own).toBeInstanceOf(FalseAlarms);
  });
});
