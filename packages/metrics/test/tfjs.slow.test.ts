import { describeBackends, expectNoNewTensors } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import * as metrics from '../src/index.ts';
import {
  confusionTensor,
  type OverlapName,
  type OverlapTensorOptions,
  overlapMetric,
  overlapTensor,
  readConfusions,
} from '../src/tfjs/index.ts';
import { type Case, cases, type Grid } from './reference.ts';

const plainScores: Readonly<Record<OverlapName, metrics.OverlapScore<OverlapTensorOptions>>> = {
  dice: metrics.dice,
  iou: metrics.iou,
  precision: metrics.precision,
  recall: metrics.recall,
  specificity: metrics.specificity,
  fBeta: metrics.fBeta,
  volumetricSimilarity: metrics.volumetricSimilarity,
  relativeVolumeError: metrics.relativeVolumeError,
  accuracy: metrics.accuracy,
  mcc: metrics.mcc,
};
const names = Object.keys(plainScores) as OverlapName[];
/** Small enough for the slow cpu backend; real masks with several classes among them. */
const all = [...cases.values()].filter(({ truth }) => truth.data.length < 20_000);

/** With every kind of empty mask. */
const several = [
  'four classes, one absent',
  'hippocampus 001',
  'both empty',
  'truth empty',
  'prediction empty',
  'all foreground',
].map((name) => cases.get(name)!);

const labels = ({ data, shape }: Grid): tf.Tensor =>
  tf.tensor(Int32Array.from(data), [...shape], 'int32');

/** Scores of each class, highest at the label: logits whose values mean nothing else. */
function logits({ data, shape }: Grid, classes: number): tf.Tensor {
  const values = Float32Array.from({ length: data.length * classes }, (_, i) => {
    const [pixel, k] = [Math.floor(i / classes), i % classes];
    return ((pixel * 7 + k * 5) % 11) - 20 + (k === data[pixel] ? 30 : 0);
  });
  return tf.tensor(values, [...shape, classes]);
}

function oneHot({ data, shape }: Grid, classes: number): tf.Tensor {
  const values = new Float32Array(data.length * classes);
  for (const [pixel, label] of data.entries()) values[pixel * classes + label] = 1;
  return tf.tensor(values, [...shape, classes]);
}

/** The counts of a case by the plain function. */
function plain({ prediction, truth, classes }: Case): metrics.Confusion {
  return metrics.confusion(prediction, truth, { classes });
}

async function value(scalar: tf.Scalar): Promise<number> {
  const [number] = await scalar.data();
  scalar.dispose();
  return number!;
}

describeBackends('overlap on the device', () => {
  test('counts of labels and one-hot truths, maps and logits equal those of `confusion`', async () => {
    for (const one of all) {
      const { prediction, truth, classes, name } = one;
      const expected = plain(one);
      const pairs: [tf.Tensor, tf.Tensor][] = [
        [labels(prediction), labels(truth)],
        [labels(prediction), tf.cast(tf.expandDims(labels(truth), -1), 'float32')],
      ];
      if (truth.data.length * classes < 10_000) {
        pairs.push([logits(prediction, classes), oneHot(truth, classes)]);
      }
      for (const [p, t] of pairs) {
        const counts = confusionTensor(p, t, { classes });
        expect(await readConfusions(counts), name).toEqual([expected]);
        tf.dispose([p, t, counts]);
      }
    }
  });

  test('scores of every class, average and rule equal the plain ones', async () => {
    const empties = [undefined, 'skip', 'zero', 'one', 'nan', 'worst'] as const;
    for (const one of several) {
      const expected = plain(one);
      const rows = expected.classes.map(({ tp, fp, fn, tn }) => [tp, fp, fn, tn]);
      const counts = tf.tensor2d(rows);
      for (const [turn, name] of names.entries()) {
        const empty = empties[turn % empties.length];
        const rule = empty && { empty };
        const variants: OverlapTensorOptions[] = [
          {},
          { average: 'micro', background: true, empty: 'worst' },
          { average: 'weighted', ...rule },
          { beta: 2, empty: { both: 'one', one: 'zero' } },
          ...expected.classes.map((_, label) => ({ label, ...rule })),
        ];
        for (const options of variants) {
          const { label, ...rest } = options;
          const of = label === undefined ? expected : expected.classes[label]!;
          const told = `${one.name}: ${name} ${JSON.stringify(options)}`;
          const [received, wanted] = [
            await value(overlapTensor(name, counts, options)),
            plainScores[name](of, rest),
          ];
          expect([received], told).toBeAllclose([wanted], { rtol: 1e-5, atol: 1e-6 });
        }
      }
      counts.dispose();
    }
  });

  test('a small target in many pixels: float32 rounds nothing away', async () => {
    const counts = { tp: 60, fp: 30, fn: 40, tn: 8_388_478 };
    const both = [[counts.tn, counts.fn, counts.fp, counts.tp], Object.values(counts)];
    for (const name of names) {
      const tensor = tf.tensor2d(both);
      const expected = plainScores[name](counts);
      const received = await value(overlapTensor(name, tensor, { label: 1 }));
      expect(Math.abs(received - expected), name).toBeLessThan(2e-6 * Math.abs(expected));
      tensor.dispose();
    }
  });

  test('sums over batches, and counts of each image', async () => {
    const { prediction, truth } = cases.get('four classes, one absent')!;
    const [p, t] = [labels(prediction), labels(truth)];
    const perImage = confusionTensor(p, t, { classes: 4, perImage: true });
    const images = await readConfusions(perImage);
    expect(images).toHaveLength(5);
    expect(images[3]).toEqual(
      metrics.confusion(prediction.data.slice(1200, 1600), truth.data.slice(1200, 1600), {
        classes: 4,
      }),
    );
    expect(metrics.pool(images)).toEqual(metrics.confusion(prediction, truth, { classes: 4 }));
    const summed = tf.sum(perImage, 0);
    expect(await readConfusions(summed)).toEqual([metrics.pool(images)]);
  });

  test('one channel is foreground above the threshold', async () => {
    const prediction = tf.tensor([-1, 0, 0.4, 0.6], [1, 4, 1]);
    const truth = tf.tensor([0, 1, 0, 1], [1, 4, 1]);
    const count = async (options = {}) =>
      (await readConfusions(confusionTensor(prediction, truth, options)))[0]!.classes[1];
    expect(await count()).toEqual({ tp: 1, fp: 1, fn: 1, tn: 1 });
    expect(await count({ threshold: 0.5 })).toEqual({ tp: 1, fp: 0, fn: 1, tn: 2 });
  });

  test('of equal logits the first class wins, as with argmax', async () => {
    const counts = confusionTensor(tf.zeros([3, 2]), tf.tensor1d([0, 1, 1]));
    expect((await readConfusions(counts))[0]!.classes[0]).toEqual({ tp: 1, fp: 2, fn: 0, tn: 0 });
  });

  test('ignoreIndex leaves out what the truth marks', async () => {
    const prediction = tf.tensor2d([[0, 1, 1, 0]], undefined, 'int32');
    const truth = tf.tensor2d([[0, 1, 255, 255]]);
    const [counts] = await readConfusions(confusionTensor(prediction, truth, { ignoreIndex: 255 }));
    const expected = metrics.confusion([0, 1, 1, 0], [0, 1, 255, 255], { ignoreIndex: 255 });
    expect(counts).toEqual({ ...expected, ignored: 0 });
  });

  test('labels beyond the classes and NaN make counts NaN, never wrong', async () => {
    const fine = [0, 1, 1, 0];
    for (const [p, t] of [
      [tf.tensor1d([0, 1, 2, 0], 'int32'), tf.tensor1d(fine)],
      [tf.tensor1d(fine, 'int32'), tf.tensor1d([0, 1, 255, 0])],
      [tf.tensor1d(fine, 'int32'), tf.tensor1d([0, 1, 0.5, 0])],
      [tf.tensor1d(fine, 'int32'), tf.tensor1d([0, 1, -1, 0])],
      [tf.tensor1d(fine, 'int32'), tf.tensor1d([0, 1, Number.NaN, 0])],
      [tf.tensor2d([1, 0, 0, Number.NaN, 0, 1, 1, 0], [4, 2]), tf.tensor1d(fine)],
    ] as const) {
      const counts = confusionTensor(p, t);
      await expect(readConfusions(counts)).rejects.toThrow(/must be whole, got NaN pixels/);
      expect(await value(overlapTensor('dice', counts))).toBeNaN();
    }
    const images = confusionTensor(
      tf.tensor2d([fine, [0, 9, 0, 0]], undefined, 'int32'),
      tf.tensor2d([fine, fine]),
      { perImage: true },
    );
    await expect(readConfusions(images)).rejects.toThrow(/in image 1/);
  });

  test('nothing is left behind', async () => {
    const { prediction, truth } = cases.get('blobs, 2-D')!;
    await expectNoNewTensors(async () => {
      const [p, t] = [tf.tidy(() => logits(prediction, 2)), labels(truth)];
      for (const name of names) await value(overlapMetric(name)(t, p));
      const counts = confusionTensor(p, t, { perImage: true });
      await readConfusions(counts);
      const flat = confusionTensor(p, t);
      for (const average of ['macro', 'micro', 'weighted'] as const) {
        await value(overlapTensor('dice', flat, { average }));
      }
      tf.dispose([p, t, counts, flat]);
    });
  });

  test('`fit` and `evaluate` log the score that the plain functions give', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ inputShape: [8, 8, 1], filters: 2, kernelSize: 1, name: 'tfjs_entry' }),
      ],
    });
    model.layers[0]!.setWeights([tf.tensor4d([0.3, 0.9], [1, 1, 1, 2]), tf.tensor1d([0.1, -0.2])]);
    model.compile({
      optimizer: 'sgd',
      loss: (t, p) => tf.losses.softmaxCrossEntropy(t, p),
      metrics: [overlapMetric('dice'), overlapMetric('recall', { label: 0, name: 'kept' })],
    });
    const pixels = Float32Array.from({ length: 3 * 64 }, (_, i) => ((i * 37) % 64) / 64);
    const truth = pixels.map((pixel, i) => (pixel > 0.6 !== (i % 5 === 0) ? 1 : 0));
    const x = tf.tensor(pixels, [3, 8, 8, 1]);
    const y = oneHot({ data: Uint8Array.from(truth), shape: [3, 8, 8] }, 2);
    const [, dice, kept] = (await Promise.all(
      (model.evaluate(x, y, { batchSize: 3 }) as tf.Scalar[]).map(value),
    )) as [number, number, number];
    const of = metrics.confusion(
      pixels.map((pixel) => (0.9 * pixel - 0.2 > 0.3 * pixel + 0.1 ? 1 : 0)),
      truth,
    );
    expect([dice, kept]).toBeAllclose([metrics.dice(of), metrics.recall(of.classes[0]!)], {
      rtol: 1e-6,
      atol: 0,
    });
    const { history } = await model.fit(x, y, { epochs: 1, batchSize: 3, verbose: 0 });
    expect(history['dice']).toBeAllclose([dice], { rtol: 1e-6, atol: 0 });
    expect(Object.keys(history)).toEqual(['loss', 'dice', 'kept']);
    model.dispose();
  });
});

describeBackends('bad input is one clear error', () => {
  const zeros = (...shape: number[]) => tf.zeros(shape);
  const map = () => tf.zeros([2, 4, 4], 'int32');
  test.each([
    ['shapes', () => confusionTensor(map(), tf.zeros([2, 4, 5])), /truth must be labels \[2,4,4\]/],
    ['channels', () => confusionTensor(zeros(2, 3), map(), { classes: 4 }), /a channel for each/],
    ['no class', () => confusionTensor(map(), map(), { classes: 1 }), /at least 2 classes/],
    [
      'one-hot with ignoreIndex',
      () => confusionTensor(map(), tf.zeros([2, 4, 4, 2]), { ignoreIndex: 1 }),
      /truth is one-hot; pass the truth as labels/,
    ],
    [
      'no batch',
      () => confusionTensor(tf.zeros([3], 'int32'), tf.zeros([3]), { perImage: true }),
      /need a batch/,
    ],
    ['counts', () => overlapTensor('dice', tf.zeros([2, 3])), /counts must be \[classes, 4\]/],
    ['label', () => overlapTensor('dice', tf.zeros([2, 4]), { label: 2 }), /from 0 to 1, got 2/],
    ['name', () => overlapMetric('jaccard' as never), /one of dice, iou, .*, got "jaccard"/],
    ['beta', () => overlapMetric('fBeta', { beta: 0 }), /`beta` must be above 0/],
    ['average', () => overlapMetric('iou', { average: 'mean' as never }), /'macro', 'micro' or/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  test('counts that are none', async () => {
    await expect(readConfusions(tf.zeros([2, 2]))).rejects.toThrow(/got \[2,2\]/);
  });
});
