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
import { valueAndGradient } from './losses/values.ts';

// The authors' code, in float64, on the logits of M²SNet in training.
const { train } = JSON.parse(
  readFileSync(new URL('../../model/test/fixtures/m2snet.json', import.meta.url), 'utf8'),
);

describeBackends('the structure loss', () => {
  test('golden: the value of the authors’ code, whose cross-entropy is the plain mean', async () => {
    const options = { network: 'm2snet', classes: 1, inputShape: [null, null, 3] } as const;
    const model = withoutInitialValues(() => createModel(options));
    const shapes = torchParameters(model).map(({ key, shape }) => [key, shape] as const);
    loadTorchWeights(model, recipeStateDict(Object.fromEntries(shapes)));
    const [count, , height, width] = train.input as [number, number, number, number];
    const x = signedNchw('input', train.input);
    const y = model.apply(x, { training: true }) as tf.Tensor4D;
    // A sigmoid is the softmax of 0 and its argument.
    const logits = Float32Array.from(Array.from(await y.data()).flatMap((z) => [0, z]));
    const labels = Float32Array.from(
      Array.from(uniform('label', count * height * width)).flatMap((u) =>
        u < 0.2 ? [0, 1] : [1, 0],
      ),
    );
    const truth = { labels, count, height, width, classes: 2 };
    const lossOf = async (entropy: 'plain' | 'weighted') => {
      const loss = createLoss({ name: 'structure', entropy });
      return (await valueAndGradient(loss, truth, logits)).value;
    };
    // The logits are 3e-4 of their deviation off in float32.
    expect(await lossOf('plain')).toBeCloseTo(train.structure_loss_of_same_logits, 4);
    expect(await lossOf('weighted')).not.toBeCloseTo(train.structure_loss_of_same_logits, 3);
    tf.dispose([x, y]);
    model.dispose();
  });
}, ['wasm']);
