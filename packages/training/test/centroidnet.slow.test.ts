import { readFileSync } from 'node:fs';
import {
  createModel,
  loadTorchWeights,
  torchParameters,
  withoutInitialValues,
} from '@sts-net/model';
import { describeBackends, recipeStateDict, signedNchw, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createLoss } from '../src/index.ts';
import { outputLoss } from '../src/loop/output-loss.ts';
import { mapped } from '../src/losses/contract/loss.ts';
import { torchSample } from './training-step.ts';

// The authors' loss of the network at stated targets, in float64.
const { train } = JSON.parse(
  readFileSync(new URL('../../model/test/fixtures/centroidnetv2.json', import.meta.url), 'utf8'),
);

describeBackends('the loss of CentroidNetV2', () => {
  test('golden: its parts, and the gradients of both outputs', async () => {
    const options = { network: 'centroidnetv2', classes: 2, inputShape: [null, null, 3] } as const;
    const model = withoutInitialValues(() => createModel(options));
    const shapes = torchParameters(model).map(({ key, shape }) => [key, shape] as const);
    loadTorchWeights(model, recipeStateDict(Object.fromEntries(shapes)));
    const [count, , height, width] = train.input as [number, number, number, number];
    const x = signedNchw('input', train.input);
    const vectors = signedNchw('target_vectors', [count, 4, height, width]);
    const label = uniform('label', count * height * width).map((u) => (u < 0.2 ? 1 : 0));
    const labels = tf.tidy(() =>
      tf.oneHot(tf.tensor3d(Int32Array.from(label), [count, height, width], 'int32'), 2),
    ) as tf.Tensor4D;
    const { value } = mapped(createLoss('centroidnet'));
    const ofOutput = (one: tf.Tensor4D, output: number) => value(labels, one, { vectors }, output);
    const weights = torchParameters(model);
    const variables = weights.map(({ weight }) => weight.read() as tf.Variable);
    const { value: loss, grads } = tf.variableGrads(() => {
      const outputs = model.apply(x, { training: true }) as tf.Tensor4D[];
      return outputLoss(ofOutput, outputs, [1, 1]);
    }, variables);
    expect(await loss.data()).toBeAllclose([train.loss], { rtol: 1e-5 });
    const outputs = model.predict(x) as tf.Tensor4D[];
    const parts = outputs.map(ofOutput);
    expect(await parts[0]!.data()).toBeAllclose([train.cross_entropy], { rtol: 1e-5 });
    expect(await parts[1]!.data()).toBeAllclose([train.centroid + train.border], { rtol: 1e-5 });
    let squares = 0;
    for (const [i, { key }] of weights.entries()) {
      const { norm, first, middle } = await torchSample(grads[variables[i]!.name]!);
      squares += norm ** 2;
      const expected = train.grads[key];
      if (expected === undefined) continue;
      expect([norm, first, middle], key).toBeAllclose(expected, {
        rtol: 1e-3,
        atol: 1e-3 * expected[0],
      });
    }
    expect([Math.sqrt(squares)]).toBeAllclose([train.total_grad_norm], { rtol: 1e-3 });
    tf.dispose([x, vectors, labels, loss, grads, outputs, parts]);
    model.dispose();
  });
}, ['wasm', 'ort']);
