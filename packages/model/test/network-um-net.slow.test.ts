import { createNetwork, type UMNetOptions, umNet } from '@sts-net/networks';
import { describeBackends, recipeStateDict, signedNchw, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { input, type LayersModel, model as makeModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { pooledPyramid } from '../../networks/src/um-net/pooled-pyramid.ts';
import { loadTorchWeights, modelStatistics, withoutInitialValues } from '../src/index.ts';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';
import {
  expectSaved,
  expectStatistics,
  expectTensor,
  expectTrainingStep,
  fixture,
  listedShapes,
  outputsOf,
  type Reference,
  shapesOf,
} from './network-golden.ts';

const reference = fixture('um-net');
const make = (options: Partial<UMNetOptions> = {}) =>
  withoutInitialValues(() => umNet({ classes: 1, inputShape: [null, null, 3], ...options }));

function loaded(options: Partial<UMNetOptions> = {}): LayersModel {
  const model = make(options);
  loadTorchWeights(model, recipeStateDict(shapesOf(model)));
  return model;
}

/** The same network with its outputs as they are before they are resized to the image. */
function atOwnSizes(model: LayersModel): LayersModel {
  const last = [...[2, 3, 4, 5].map((level) => `side${level}.conv2`), 'line_predict'];
  const outputs = last.map((name) => model.getLayer(name).output as (typeof model.outputs)[0]);
  return makeModel({ inputs: model.inputs, outputs: [model.outputs[0]!, ...outputs] });
}

describeBackends('UM-Net', () => {
  test('golden: keys, shapes, parameters and operations', () => {
    const model = make({ classes: 2 });
    expect(shapesOf(model)).toEqual(listedShapes(reference.keys));
    const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
    const parameters = torchParameters(model).filter(({ key }) => !key.includes('.running_'));
    expect(parameters.reduce((sum, { shape }) => sum + size(shape), 0)).toBe(reference.params);
    // The prediction does without the finest side output and the contour's.
    const counts = modelStatistics(model, { size: [480, 480] });
    expect(counts.parameters).toBe(reference.params - 9_281 - 577);
    const { conv2d, linear, matmul } = reference.macs_480;
    const aside = 240 ** 2 * (9 * 64 * 16 + 16 + 9 * 64);
    expect(counts.multiplyAdds).toBe(conv2d + linear + matmul - aside);
    model.dispose();
  });

  test('golden: logits of all outputs', async () => {
    const { input: shape, logits } = reference.eval;
    const model = loaded();
    const received = outputsOf(atOwnSizes(model), shape);
    for (const [i, [name, expected]] of Object.entries<Reference>(logits).entries()) {
      // One of the pooled values of the first image is so near to a whole number that engines round it to
      // either side, which moves all of its prediction.
      await expectTensor(received[i]!, expected, { name, share: i === 0 ? 1e-2 : 1e-4 });
    }
    const second = tf.slice(received[0]!, [1, 0, 0, 0], [1, -1, -1, -1]);
    const samples = (logits.out1 as Reference).samples.filter(([image]) => image === 1);
    const values = await second.data();
    const width = second.shape[2]!;
    expect(samples.map(([, , row, column]) => values[row! * width + column!])).toBeAllclose(
      samples.map((sample) => sample.at(-1)!),
      { rtol: 0, atol: 1e-4 * logits.out1.std },
    );
    second.dispose();
    tf.dispose(received);
    model.dispose();
  });

  test('golden: loss, gradients and statistics of a training step', async () => {
    const { training } = reference;
    const [count, height, width] = [2, 96, 128];
    const model = loaded({ dropout: 0 });
    const own = atOwnSizes(model);
    const loss = (outputs: tf.Tensor4D[]) => {
      const draws = uniform('label', count * height * width).map((u) => (u < 0.2 ? 1 : 0));
      const label = tf.tensor4d(draws, [count, height, width, 1]);
      const errors = outputs.map((logits) => {
        const stride = height / logits.shape[1];
        const seen = tf.stridedSlice(label, [0, 0, 0, 0], label.shape, [1, stride, stride, 1]);
        return tf.mean(tf.squaredDifference(tf.sigmoid(logits), seen));
      });
      return tf.addN(errors) as tf.Scalar;
    };
    // Through the network's many ReLUs, float32 reaches a few thousandths.
    await expectTrainingStep(own, [count, 3, height, width], loss, training, () => [3e-3, 5e-2]);
    await expectStatistics(model, training.running_stats);
    model.dispose();
  });

  test('golden: what pools the last maps, alone', async () => {
    const { output, z_of_image_0: rounded } = reference.units.hppf;
    const maps = ['d2', 'd3', 'd4'].map((_, i) => input({ shape: [24 / 2 ** i, 32 / 2 ** i, 64] }));
    const y = pooledPyramid(maps as [(typeof maps)[0], (typeof maps)[0], (typeof maps)[0]], {
      ...{ key: 'hpp', floor: true, seed: 0 },
    });
    const model = makeModel({ inputs: maps, outputs: y });
    const shapes = shapesOf(model);
    const bare = Object.entries(shapes).map(([key, shape]) => [key.replace('hpp.', ''), shape]);
    const weights = recipeStateDict(Object.fromEntries(bare));
    loadTorchWeights(model, new Map([...weights].map(([key, one]) => [`hpp.${key}`, one])));
    const given = ['d2', 'd3', 'd4'].map((name, i) => {
      const shape = [2, 64, 24 / 2 ** i, 32 / 2 ** i] as const;
      return tf.tidy(() => tf.mul(tf.add(signedNchw(`unit/hpp.${name}`, shape), 1), 4));
    });
    const received = model.predict(given) as tf.Tensor;
    await expectTensor(received, output);
    const pooled = makeModel({
      inputs: maps,
      outputs: model.getLayer('hpp.pooled').output as (typeof maps)[0],
    }).predict(given) as tf.Tensor;
    expect([...(await pooled.data())].slice(0, rounded.length)).toEqual(rounded);
    tf.dispose([given, received, pooled] as tf.Tensor[]);
    model.dispose();
  });

  test('without rounding, what is pooled learns too', async () => {
    for (const floor of [true, false]) {
      const model = loaded({ floor });
      const { weight } = torchParameters(model).find(({ key }) => key === 'hpp.conv2.0.weight')!;
      const variable = weight.read() as tf.Variable;
      const { value, grads } = tf.variableGrads(
        () => tf.sum(outputsOf(model, [1, 3, 64, 64])[0]!) as tf.Scalar,
        [variable],
      );
      const largest = tf.max(tf.abs(grads[variable.name]!));
      expect((await largest.data())[0]! > 0).toBe(!floor);
      tf.dispose([value, grads, largest]);
      model.dispose();
    }
  });

  test('saved and loaded, it gives the same for an image of any size', async () => {
    const model = createNetwork('um-net', { inputShape: [null, null, 3] });
    expect(model.outputs.map(({ shape }) => shape[3])).toEqual([2, 2, 2, 2, 2, 1]);
    await expectSaved(model);
    model.dispose();
  });
}, ['wasm', 'ort']);
