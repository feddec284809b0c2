import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { predictorOf } from '@sts-net/model';
import { createVolume, readVolume, type Volume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { evaluateModel } from '../../src/evaluation/evaluate-model.ts';
import { evaluateVolumes } from '../../src/evaluation/evaluate-volumes.ts';
import { evaluationText } from '../../src/evaluation/evaluation-text.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { train } from '../../src/runs/train.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

/** Labels of two slices of 2×4 pixels, a digit a pixel. */
function labels(...slices: string[]): Volume<Uint8Array> {
  const digits = slices.join('').replaceAll(' ', '');
  return createVolume(ndarray(Uint8Array.from(digits, Number), [slices.length, 2, 4]));
}

describe('evaluateVolumes of several labels', () => {
  const truth = labels('1100 0022', '0000 0000');
  const prediction = labels('1000 0022', '0000 0300');

  it('scores each by itself and their mean, by hand', async () => {
    const {
      labels: each,
      scores,
      lesions,
      slices,
      cases,
    } = await evaluateVolumes([{ id: 'a', prediction, truth }], 0, { labels: [1, 2, 3] });
    expect(each.map(({ label, scores }) => [label, scores.dice.mean])).toEqual([
      [1, 2 / 3],
      [2, 1],
      [3, 0],
    ]);
    expect(scores.dice.mean).toBeCloseTo((2 / 3 + 1) / 3, 14);
    expect(lesions).toMatchObject({ found: 2, missed: 0, falsePositives: 1, predicted: 3 });
    expect(lesions.f1).toBeCloseTo((1 + 1 + 0) / 3, 14);
    expect(each[2]!.lesions).toMatchObject({ precision: 0, recall: 0, f1: 0 });
    expect(slices.pooled.dice).toBeCloseTo((2 / 3 + 1) / 3, 14);
    expect(slices.images).toEqual({ total: 6, skipped: 3, emptyTruth: 1, emptyPrediction: 0 });
    expect(cases[0]!.scores.dice.value).toBe(scores.dice.mean);
  });

  it('totals follow from the cases by one rule', async () => {
    const empty = labels('0000 0000', '0000 0000');
    const pairs = [
      { id: 'a', prediction, truth },
      { id: 'b', prediction: empty, truth: empty },
      { id: 'c', prediction: empty, truth },
    ];
    const {
      cases,
      scores,
      lesions,
      labels: each,
    } = await evaluateVolumes(pairs, 0, {
      labels: [1, 2],
    });
    for (const [name, { mean, counted }] of Object.entries(scores)) {
      const values = cases.map((one) => one.scores[name as 'dice'].value);
      expect(mean, name).toBeCloseTo(values.reduce((a, b) => a + b, 0) / 3, 14);
      expect(counted).toBe(3);
    }
    // Nothing found where nothing is scores best, by case as in the total of none.
    expect(cases[1]!.lesions).toMatchObject({ precision: 1, recall: 1, f1: 1 });
    expect(cases[1]!.scores['lesion-f1']).toEqual({ value: 1, byRule: 'both' });
    expect(scores.dice.decidedByRule).toEqual({ both: 1, one: 0 });
    expect(scores.hd95.decidedByRule).toEqual({ both: 1, one: 1 });
    const sum = (name: 'found' | 'missed' | 'falsePositives') =>
      each.reduce((total, one) => total + one.lesions[name], 0);
    expect(lesions).toMatchObject({ found: sum('found'), missed: sum('missed') });
    const alone = await evaluateVolumes([pairs[1]!]);
    expect(alone.lesions).toEqual(alone.cases[0]!.lesions);
    expect(alone.lesions.f1).toBe(1);
    const skipped = await evaluateVolumes([pairs[1]!], 0, { empty: 'skip' });
    expect([skipped.lesions.f1, skipped.scores.dice.mean]).toEqual([Number.NaN, Number.NaN]);
  });

  it('prints each label, their mean and the rule', async () => {
    const evaluation = await evaluateVolumes([{ id: 'a', prediction, truth }], 0, {
      labels: [1, 2],
    });
    const text = evaluationText(evaluation);
    expect(text).toMatch(/^1 +0\.6667 /m);
    expect(text).toMatch(/^2 +1\.0000 /m);
    expect(text).toMatch(/^mean +0\.8333 /m);
    expect(text).toContain('counted once for each of 2 labels');
  });
});

describe('a network of three classes', () => {
  let data: string;
  beforeAll(async () => {
    await useBackend('wasm');
    data = await makeData();
    // A second target below the first.
    for (const id of ['a', 'b', 'c', 'd']) {
      const path = join(data, 'masks', `${id}.nii.gz`);
      const { voxels, spacing } = await readVolume(path);
      const two = Uint8Array.from(voxels.data, (label) => Number(label));
      for (let i = 0; i < two.length - 60; i++) if (voxels.data[i] === 1) two[i + 60] = 2;
      await writeVolume(path, createVolume(ndarray(two, [...voxels.shape]), { spacing }));
    }
  });

  it('is validated and evaluated class by class', async () => {
    const model = tinyModel(3, 3);
    const base = configFor({ output: 'three' });
    const config = validateConfig({
      ...base,
      model: { ...(base['model'] as object), classes: 3 },
    });
    const { output } = await train(config, { baseFolder: data, model });
    const validations = (await readLog(join(output, 'log.jsonl'))).flatMap((event) =>
      event.event === 'validation' ? [event] : [],
    );
    expect(validations).toHaveLength(2);
    for (const { score, classes } of validations) {
      expect(classes).toHaveLength(2);
      expect(score).toBeCloseTo((classes![0]! + classes![1]!) / 2, 14);
    }
    const files = { image: join(data, 'images/d.nii.gz'), mask: join(data, 'masks/d.nii.gz') };
    const about = { preprocessing: config.preprocessing, classes: 3 };
    const evaluation = await evaluateModel(predictorOf(model), about, [
      { id: 'd', group: 'd', ...files },
    ]);
    expect(evaluation.labels.map(({ label }) => label)).toEqual([1, 2]);
    const [one, two] = evaluation.labels.map(({ scores }) => scores.dice.mean);
    expect(evaluation.scores.dice.mean).toBeCloseTo((one! + two!) / 2, 14);
    model.dispose();
  });
});
