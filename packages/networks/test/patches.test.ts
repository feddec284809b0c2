import { readFileSync } from 'node:fs';
import { fromPatches, resizeBilinear, toPatches } from '@sts-net/layers-core';
import {
  describeBackends,
  nchwValues,
  recipeStateDict,
  signed,
  signedNchw,
} from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { PatchCorrection } from '../src/layers/patch-correction.ts';

/** References of the authors' code in float64. */
const { units } = JSON.parse(
  readFileSync(new URL('../../model/test/fixtures/deeplabv3-afma.json', import.meta.url), 'utf8'),
);

describeBackends('patches', () => {
  test('derived by hand: squares row by row, the rest dropped', async () => {
    const x = tf.tensor4d([...Array(3 * 5).keys()], [1, 3, 5, 1]);
    const y = toPatches(x, 2);
    expect(y.shape).toEqual([1, 1, 2, 4]);
    expect([...(await y.data())]).toEqual([0, 1, 5, 6, 2, 3, 7, 8]);
    const back = fromPatches(y, [3, 5], 2);
    expect([...(await back.data())]).toEqual([0, 1, 2, 3, 0, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0]);
  });

  test('adjoint: what is put back meets a map as the patches meet its patches', async () => {
    const x = tf.tensor4d(signed('x', 2 * 7 * 9 * 3), [2, 7, 9, 3]);
    const patches = tf.tensor4d(signed('patches', 2 * 3 * 6 * 9), [2, 3, 6, 9]);
    const [there, back] = [
      tf.sum(tf.mul(toPatches(x, 3), patches)),
      tf.sum(tf.mul(x, fromPatches(patches, [7, 9], 3))),
    ];
    expect(await back.data()).toBeAllclose(await there.data(), { rtol: 1e-5 });
  });

  test('golden: the corrected logits of a head, to 1e-4 of their deviation', async () => {
    const { log_probabilities: reference } = units.head;
    const weights = recipeStateDict({ 'conv_x.weight': [2, 16, 1, 1], 'conv_x.bias': [2] });
    const [kernel, bias] = [...weights.values()];
    const x = signedNchw('unit/head.x', [2, 16, 22, 32]);
    const filter = tf.transpose(tf.tensor4d(kernel!.data, [2, 16, 1, 1]), [2, 3, 1, 0]);
    const coarse = tf.add(tf.conv2d(x, filter as tf.Tensor4D, 1, 'valid'), tf.tensor1d(bias!.data));
    const logits = resizeBilinear(coarse as tf.Tensor4D, [176, 256], { alignCorners: true });
    const draws = signed('unit/head.attention', 2 * 2 * 425 * 6);
    const attention = tf.relu(tf.tensor4d(draws, [2, 2, 425, 6]));
    const corrected = new PatchCorrection({ factor: 8 }).apply([logits, attention]) as tf.Tensor;
    const values = await nchwValues(tf.logSoftmax(corrected) as tf.Tensor4D);
    const samples = reference.samples as number[][];
    const at = ([b, c, row, column]: number[]) =>
      values[((b! * 2 + c!) * 176 + row!) * 256 + column!]!;
    expect(samples.map(at)).toBeAllclose(
      samples.map((sample) => sample.at(-1)!),
      { rtol: 0, atol: 1e-4 * reference.std },
    );
  });
});
