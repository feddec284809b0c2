import type { Normalization, Predictor } from '@sts-net/inference';
import { confusion, dice, paperProtocol } from '@sts-net/metrics';
import { mulberry32 } from '@sts-net/testing';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  createValidation,
  type SelectionName,
  type SelectionScore,
  selectionScores,
  type TrainingCase,
  type ValidatedCase,
} from '../src/index.ts';

const identity: Normalization = [
  {
    scale: 1,
    offset: 0,
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
    keepsZero: false,
  },
];

/** A case of slices of 1 × 2 pixels; the first pixel is its slice's number, the second the lesion. */
function caseOf(id: string, first: number, count: number): TrainingCase {
  const samples = Array.from({ length: count }, (_, i) => ({
    id: `${id}_${i}`,
    group: id,
    image: ndarray(Float32Array.of(first + i, 1), [1, 2, 1]),
    mask: ndarray(Uint8Array.of(0, 1), [1, 2]),
  }));
  return { id, group: id, load: async () => ({ samples, normalization: identity }) };
}

/** Remembers the numbers of the slices that it is given; finds the second pixel of every other one. */
function witness(): { predictor: Predictor; seen: number[] } {
  const seen: number[] = [];
  const predictor: Predictor = {
    channels: 1,
    classes: 2,
    async predict(images, [batch]) {
      const probabilities = new Float32Array(batch * 4);
      for (let b = 0; b < batch; b++) {
        const number = images[2 * b]!;
        seen.push(number);
        probabilities.set(number % 2 === 0 ? [1, 0, 0, 1] : [1, 0, 1, 0], 4 * b);
      }
      return probabilities;
    },
  };
  return { predictor, seen };
}

const cases = [caseOf('a', 0, 6), caseOf('b', 6, 4)];

describe('createValidation', () => {
  it.each([
    [undefined, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [2, [2, 7]],
    [3, [1, 5, 8]],
    [1, [5]],
    [20, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('looks at %s slices in the middles of equal parts: %j', async (slices, expected) => {
    const validate = await createValidation(cases, { score: 'dice', slices, batchSize: 3 });
    const { predictor, seen } = witness();
    await validate(predictor);
    expect(seen).toEqual(expected);
  });

  it('scores by name, or by a score of the caller’s own', async () => {
    // Half of ten lesions is found, with nothing else: Dice 2·5 / (5 + 10).
    const dice = await createValidation(cases, { score: 'dice', batchSize: 4 });
    expect(await dice(witness().predictor)).toBeCloseTo(2 / 3);
    let count = 0;
    const own = { create: () => ({ add: () => void count++, result: () => count }) };
    const counted = await createValidation(cases, { score: own, batchSize: 4 });
    expect(await counted(witness().predictor)).toBe(2);
    // A function of a case: the mean over those of which it is a number.
    const depth = await createValidation(cases, {
      score: ({ id, runs }) => (id === 'a' ? Number.NaN : runs[0]!.truth.shape[0]!),
      batchSize: 4,
    });
    expect(await depth(witness().predictor)).toBe(4);
  });

  it('hands slices over in runs of those that follow one another', async () => {
    const seen: string[] = [];
    const score = ({ id, runs }: ValidatedCase) => {
      seen.push(`${id}: ${runs.map(({ prediction: p }) => `${p.shape}=${p.data}`).join(' ')}`);
      return 0;
    };
    for (const slices of [10, 6]) {
      const validate = await createValidation(cases, { score, slices, batchSize: 4 });
      await validate(witness().predictor);
    }
    expect(seen).toEqual([
      'a: 6,1,2=0,1,0,0,0,1,0,0,0,1,0,0',
      'b: 4,1,2=0,1,0,0,0,1,0,0',
      // Slices 0 2 4 5 7 9 of ten, 1 and 3 of the second case.
      'a: 1,1,2=0,1 1,1,2=0,1 2,1,2=0,1,0,0',
      'b: 1,1,2=0,0 1,1,2=0,0',
    ]);
  });

  it('refuses slices without any lesion', async () => {
    const healthy: TrainingCase = {
      ...cases[0]!,
      load: async () => {
        const { samples } = await cases[0]!.load();
        const none = ndarray(new Uint8Array(2), [1, 2]);
        return { samples: samples.map((one) => ({ ...one, mask: none })), normalization: identity };
      },
    };
    await expect(createValidation([healthy], { score: 'dice', batchSize: 4 })).rejects.toThrow(
      'must hold a lesion somewhere, got none in a',
    );
  });
});

describe('selection scores', () => {
  const volume = (slices: readonly (readonly number[])[]) =>
    ndarray(Uint8Array.from(slices.flat()), [slices.length, 1, slices[0]!.length]);
  const addCase = (score: SelectionScore, slices: readonly (readonly [number[], number[]])[]) => {
    const [prediction, truth] = [0, 1].map((i) => volume(slices.map((slice) => slice[i]!)));
    score.add({ id: 'a', runs: [{ prediction: prediction!, truth: truth! }] });
  };
  const scoreOf = (
    name: SelectionName,
    classes: number,
    slices: readonly (readonly [number[], number[]])[],
  ) => {
    const score = selectionScores[name].create({ classes });
    addCase(score, slices);
    return { result: score.result(), ofClasses: score.ofClasses!() };
  };
  const random = mulberry32(4);
  const drawn = (classes: number) =>
    Array.from({ length: 12 }, (_, slice) => {
      // Some slices are empty in one or both.
      const labels = (on: boolean) =>
        Array.from({ length: 20 }, () =>
          on && random() < 0.4 ? Math.floor(random() * classes) : 0,
        );
      return [labels(slice % 3 > 0), labels(slice % 4 > 0)] as const;
    });

  it('of two labels exchanged everywhere are 0 for each', () => {
    const slices = [
      [
        [2, 2, 1, 0],
        [1, 1, 2, 0],
      ],
      [
        [0, 1, 0, 0],
        [0, 2, 0, 0],
      ],
    ] as const;
    expect(scoreOf('dice', 3, slices as never)).toEqual({ result: 0, ofClasses: [0, 0] });
    // Only the background agrees: in each slice it is one of the three, or of the two, that are there.
    const { result, ofClasses } = scoreOf('mIoU', 3, slices as never);
    expect(result).toBeCloseTo((1 / 3 + 1 / 3) / 2, 5);
    expect(ofClasses).toEqual([0, 0]);
  });

  it('with two classes are what the paper’s protocol says', () => {
    for (let k = 0; k < 20; k++) {
      const slices = drawn(2);
      const protocol = paperProtocol();
      for (const [p, t] of slices) protocol.add(p, t);
      const { pooled, paper } = protocol.result();
      expect(scoreOf('dice', 2, slices as never)).toEqual({
        result: pooled.dice,
        ofClasses: [pooled.dice],
      });
      expect(scoreOf('mIoU', 2, slices as never).result).toBeCloseTo(paper.validationMIoU, 14);
    }
  });

  it('with more classes are means of each against the rest', () => {
    for (let k = 0; k < 20; k++) {
      const slices = drawn(4);
      const all = (which: 0 | 1) => slices.flatMap((slice) => slice[which]);
      const each = [1, 2, 3].map((label) => {
        const mask = (labels: readonly number[]) => labels.map((one) => Number(one === label));
        return dice(confusion(mask(all(0)), mask(all(1))).classes[1]!);
      });
      const { result, ofClasses } = scoreOf('dice', 4, slices as never);
      expect(ofClasses).toEqual(each);
      expect(result).toBeCloseTo((each[0]! + each[1]! + each[2]!) / 3, 14);
    }
  });

  it('of a class that is nowhere are 1 until it is invented', () => {
    const there = [1, 0, 0, 0];
    expect(scoreOf('dice', 3, [[there, there]]).ofClasses).toEqual([1, 1]);
    expect(scoreOf('dice', 3, [[[1, 0, 2, 0], there]]).ofClasses).toEqual([1, 0]);
  });

  it("case-dice is the mean of the cases' Dice, 1 where nothing is and nothing is said", () => {
    const score = selectionScores['case-dice'].create({ classes: 2 });
    addCase(score, [
      [
        [1, 1, 0, 0],
        [1, 0, 0, 0],
      ],
      [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
      ],
    ]);
    addCase(score, [
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    ]);
    addCase(score, [
      [
        [1, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    ]);
    // 2·1 / (2 + 2), 1 and 0.
    expect(score.result()).toBeCloseTo(0.5, 14);
    expect(score.ofClasses!()).toEqual([score.result()]);
  });

  it('lesion-f1 counts the lesions of all cases, over slices that follow one another', () => {
    const score = selectionScores['lesion-f1'].create({ classes: 3 });
    // Class 1: one lesion over both slices, found in the second; another missed. Class 2: invented.
    addCase(score, [
      [
        [0, 0, 0, 0, 0, 2],
        [1, 0, 0, 1, 0, 0],
      ],
      [
        [1, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0],
      ],
    ]);
    addCase(score, [
      [
        [1, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0, 0],
      ],
    ]);
    // Found 1, missed 2, false 1: F1 = 2·1 / (2·1 + 2 + 1).
    expect(score.ofClasses!()).toBeAllclose([2 / 5, 0], { rtol: 1e-12 });
    expect(score.result()).toBeCloseTo(1 / 5, 14);
    const empty = selectionScores['lesion-f1'].create({ classes: 2 });
    addCase(empty, [
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    expect(empty.result()).toBe(1);
  });

  it('are told by class to who asks', async () => {
    const told: (readonly number[])[] = [];
    const validate = await createValidation(cases, {
      score: 'dice',
      batchSize: 4,
      onClasses: (scores) => void told.push(scores),
    });
    const score = await validate(witness().predictor);
    expect(told).toEqual([[score]]);
  });
});
