import { lesionWise } from '@sts-net/metrics';
import { uniform } from '@sts-net/testing';
import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { countCase, countsAt } from '../../src/tuning/case-counts.ts';
import {
  bestPoint,
  type OperatingPoint,
  operatingPoints,
} from '../../src/tuning/operating-point.ts';
import { TemperatureLosses } from '../../src/tuning/temperature.ts';

const shape = [5, 14, 12];
const size = 5 * 14 * 12;

/** Blocks of probabilities with noise, and a truth that shares some of them. */
function noisyCase(seed: string) {
  const data = uniform(seed, size).map((p) => p ** 3);
  const truth = new Uint8Array(size);
  const places = uniform(`${seed}/places`, 6);
  for (const [k, place] of places.entries()) {
    const at = Math.floor(place * (size - 40));
    for (let i = at; i < at + 4 + k; i++) {
      if (k > 0) truth[i] = 1;
      if (k < 5) data[i] = 0.6 + 0.4 * data[i]!;
    }
  }
  const probabilities = createVolume(ndarray(data, shape), { spacing: [3, 1, 0.5] });
  return { probabilities, truth };
}

describe('countCase', () => {
  const thresholds = [0.2, 0.5, 0.8];
  it.each(['a', 'b', 'c', 'd'])('counts as lesionWise does of what is left: case %s', (seed) => {
    const { probabilities, truth } = noisyCase(seed);
    const counts = countCase(probabilities, truth, thresholds);
    for (const [t, threshold] of thresholds.entries()) {
      const mask = Uint8Array.from(probabilities.voxels.data, (p) =>
        Number(p >= Math.fround(threshold)),
      );
      // A voxel is 1.5 mm³.
      for (const [minimumVolume, voxels] of [
        [0, 1],
        [4, 3],
        [6, 4],
        [6.1, 5],
      ] as const) {
        const all = lesionWise({ data: mask, shape }, { data: truth, shape });
        const small = all.predictions.filter((one) => one.size < voxels).map((one) => one.label);
        const { labels } = relabelled(mask);
        const kept = mask.map((value, i) => (small.includes(labels[i]!) ? 0 : value));
        const expected = lesionWise({ data: kept, shape }, { data: truth, shape });
        let right = 0;
        for (let i = 0; i < size; i++) right += kept[i]! * truth[i]!;
        const sum = (values: Uint8Array) => values.reduce((a, b) => a + b, 0);
        const { hits, falsePositives: falseAlarms } = expected;
        const oneToOne = { matching: 'one-to-one', iouThreshold: 0 } as const;
        const { found } = lesionWise({ data: kept, shape }, { data: truth, shape }, oneToOne);
        const dice = (2 * right) / (sum(kept) + sum(truth));
        expect(countsAt(counts, t, minimumVolume)).toEqual({ found, hits, falseAlarms, dice });
      }
    }
  });

  it('finds one lesion with what covers all', () => {
    const { truth, probabilities } = noisyCase('a');
    const all = { ...probabilities, voxels: ndarray(new Float32Array(size).fill(1), shape) };
    const counts = countCase(all, truth, [0.5]);
    expect(counts.lesions).toBeGreaterThan(1);
    expect(countsAt(counts, 0, 0)).toMatchObject({ found: 1, hits: 1, falseAlarms: 0 });
  });

  it('calls nothing found where nothing is right', () => {
    const nothing = createVolume(ndarray(new Float32Array(size), shape), {});
    const counts = countCase(nothing, new Uint8Array(size), [0.5]);
    expect(countsAt(counts, 0, 0)).toEqual({ found: 0, hits: 0, falseAlarms: 0, dice: 1 });
  });
});

/** Components by flooding, in the order of their first voxels. */
function relabelled(mask: Uint8Array) {
  const labels = new Int32Array(size);
  let next = 0;
  const flood = (start: number) => {
    const stack = [start];
    while (stack.length > 0) {
      const i = stack.pop()!;
      if (mask[i] === 0 || labels[i] !== 0) continue;
      labels[i] = next;
      const [s, r, c] = [Math.floor(i / 168), Math.floor(i / 12) % 14, i % 12];
      for (const ds of [-1, 0, 1]) {
        for (const dr of [-1, 0, 1]) {
          for (const dc of [-1, 0, 1]) {
            const [z, y, x] = [s + ds, r + dr, c + dc];
            if (z < 0 || z > 4 || y < 0 || y > 13 || x < 0 || x > 11) continue;
            stack.push((z * 14 + y) * 12 + x);
          }
        }
      }
    }
  };
  for (let i = 0; i < size; i++) {
    if (mask[i] === 0 || labels[i] !== 0) continue;
    next++;
    flood(i);
  }
  return { labels };
}

describe('operatingPoints', () => {
  it('means Dice over cases, and pools lesions', () => {
    const cases = ['a', 'b'].map((seed) => {
      const { probabilities, truth } = noisyCase(seed);
      return countCase(probabilities, truth, [0.5]);
    });
    const [point] = operatingPoints(cases, [0.5], [3]);
    const [a, b] = cases.map((one) => countsAt(one, 0, 3)) as [
      ReturnType<typeof countsAt>,
      ReturnType<typeof countsAt>,
    ];
    const recall = (a.found + b.found) / (cases[0]!.lesions + cases[1]!.lesions);
    const precision = (a.hits + b.hits) / (a.hits + b.hits + a.falseAlarms + b.falseAlarms);
    expect(point).toEqual({
      threshold: 0.5,
      minimumVolume: 3,
      caseDice: (a.dice + b.dice) / 2,
      recall,
      precision,
      lesionF1: (2 * recall * precision) / (recall + precision),
      falseAlarms: (a.falseAlarms + b.falseAlarms) / 2,
    });
  });

  const point = (changes: Partial<OperatingPoint>): OperatingPoint => ({
    ...{ threshold: 0.5, minimumVolume: 0, caseDice: 0, recall: 0, precision: 0 },
    ...{ lesionF1: 0, falseAlarms: 0 },
    ...changes,
  });

  it('chooses by the aim', () => {
    const points = [
      point({ threshold: 0.1, recall: 0.9, falseAlarms: 8, caseDice: 0.2 }),
      point({ threshold: 0.3, recall: 0.8, falseAlarms: 2, caseDice: 0.4, lesionF1: 0.6 }),
      point({ threshold: 0.7, recall: 0.5, falseAlarms: 0.5, caseDice: 0.5, lesionF1: 0.5 }),
    ];
    expect(bestPoint(points, 'case-dice').threshold).toBe(0.7);
    expect(bestPoint(points, 'lesion-f1').threshold).toBe(0.3);
    expect(bestPoint(points, { falseAlarms: 2 }).threshold).toBe(0.3);
    expect(bestPoint(points, { falseAlarms: 1 }).threshold).toBe(0.7);
    expect(bestPoint(points, { falseAlarms: 0.1 }).threshold).toBe(0.7);
  });

  it('changes least among equal ones', () => {
    const points = [0.2, 0.6, 0.9].flatMap((threshold) =>
      [10, 0].map((minimumVolume) => point({ threshold, minimumVolume, caseDice: 1 })),
    );
    expect(bestPoint(points, 'case-dice')).toMatchObject({ threshold: 0.6, minimumVolume: 0 });
  });
});

/** Classes drawn by the softmax of logits, and its probabilities at those logits times `t`. */
function drawn(seed: string, classes: number, count: number, t: number) {
  const logits = Array.from({ length: classes }, (_, c) =>
    uniform(`${seed}/${c}`, count).map((u) => 6 * u),
  );
  const softmax = (times: number) => {
    const sums = new Float64Array(count);
    const powers = logits.map((own) =>
      own.map((z, i) => {
        const power = Math.exp(z * times);
        sums[i]! += power;
        return power;
      }),
    );
    return powers.map((own) => own.map((power, i) => power / sums[i]!));
  };
  const right = softmax(1);
  const truth = Uint8Array.from(uniform(`${seed}/draws`, count), (u, i) => {
    let left = u;
    for (let c = 0; c < classes; c++) {
      left -= right[c]![i]!;
      if (left < 0) return c;
    }
    return classes - 1;
  });
  return { probabilities: softmax(t), truth };
}

describe('TemperatureLosses', () => {
  it.each([
    [2, 0.5],
    [2, 1],
    [2, 2.5],
    [3, 0.6],
    [4, 1.8],
  ])(
    'of %d classes finds the temperature %d that the logits were multiplied with',
    (classes, t) => {
      const { probabilities, truth } = drawn('t', classes, 100_000, t);
      const losses = new TemperatureLosses();
      losses.add(probabilities, truth);
      expect(Math.abs(losses.best() / t - 1)).toBeLessThan(0.02);
    },
  );

  it('is the least of the exact loss, also where most is sure background', () => {
    const { probabilities, truth } = drawn('s', 3, 20_000, 3);
    // Nine in ten voxels are background that is all but certain.
    const size = 200_000;
    const all = probabilities.map((own, c) => {
      const sure = c === 0 ? 0.9999 : 0.00005;
      return Float32Array.from({ length: size }, (_, i) => (i % 10 === 0 ? own[i / 10]! : sure));
    });
    const labels = Uint8Array.from({ length: size }, (_, i) => (i % 10 === 0 ? truth[i / 10]! : 0));
    const losses = new TemperatureLosses();
    losses.add(all, labels);
    const exact = (temperature: number): number => {
      let loss = 0;
      for (let i = 0; i < size; i++) {
        const powers = all.map((own) => own[i]! ** (1 / temperature));
        loss -= Math.log(powers[labels[i]!]! / powers.reduce((x, y) => x + y));
      }
      return loss / size;
    };
    for (const [temperature, loss] of losses.losses()) {
      if (temperature < 0.5 || temperature > 9) continue;
      expect(Math.abs(loss / exact(temperature) - 1)).toBeLessThan(0.01);
    }
    const best = losses.best();
    const around = [0.9, 0.95, 1.05, 1.1].map((factor) => exact(best * factor));
    expect(Math.min(...around)).toBeGreaterThan(exact(best));
  });

  it('takes probabilities of 0 and 1, and leaves out what does not count', () => {
    const losses = new TemperatureLosses();
    losses.add([Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 1)], Uint8Array.of(0, 1, 0));
    expect([...losses.losses()].find(([t]) => Math.abs(t - 1) < 1e-9)![1]).toBeCloseTo(
      // One sure background of 64, one right, one wrong by the least logarithm.
      20 / 66,
      3,
    );
    const none = new TemperatureLosses();
    none.add([Float32Array.of(0.5), Float32Array.of(0.5)], Uint8Array.of(255));
    expect(none.best()).toBe(1);
  });
});
