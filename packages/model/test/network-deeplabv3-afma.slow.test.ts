import { createNetwork, type DeepLabV3AFMAOptions, deepLabV3AFMA } from '@sts-net/networks';
import { describeBackends, recipeStateDict, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { loadTorchWeights, modelStatistics, withoutInitialValues } from '../src/index.ts';
import {
  expectSaved,
  expectTensor,
  expectTrainingStep,
  fixture,
  listedShapes,
  outputsOf,
  type Reference,
  shapesOf,
} from './network-golden.ts';

const reference = fixture('deeplabv3-afma');
const inputShape = [null, null, 3] as const;
const make = (options: Partial<DeepLabV3AFMAOptions> = {}) =>
  withoutInitialValues(() => deepLabV3AFMA({ inputShape, ...options }));
const depths = [1, 2, 3, 4, 5] as const;

function loaded(options: Partial<DeepLabV3AFMAOptions> = {}): LayersModel {
  const model = make(options);
  loadTorchWeights(model, recipeStateDict(shapesOf(model)));
  return model;
}

describeBackends('DeepLabV3-AFMA', () => {
  test('golden: keys and shapes, parameters and operations of all depths', () => {
    for (const attentionDepth of depths) {
      const model = make({ attentionDepth });
      const name = `att_depth ${attentionDepth}`;
      const counts = modelStatistics(model, { size: [480, 480] });
      expect(counts.parameters).toBe(reference.params[name]);
      const macs = reference.macs_480[name];
      if (macs !== undefined) {
        const { conv2d, linear, matmul, batch_norm, adaptive_avg_pool2d, bilinear } = macs;
        expect(counts.multiplyAdds).toBe(conv2d + linear + matmul);
        const others = batch_norm + adaptive_avg_pool2d + bilinear;
        expect(counts.paperFlops).toBe(4 * (conv2d + linear + matmul + others));
      }
      model.dispose();
      const twelve = make({ attentionDepth, attentionClasses: 12 });
      const all = reference.params_with_the_repositorys_12_attention_classes[name];
      expect(modelStatistics(twelve).parameters).toBe(all);
      twelve.dispose();
    }
    const model = withoutInitialValues(() => createNetwork('deeplabv3-afma', { inputShape }));
    expect(shapesOf(model)).toEqual(listedShapes(reference.keys));
    model.dispose();
  });

  test.each([1, 2, 3] as const)('golden: both outputs of depth %d', async (attentionDepth) => {
    const { input, outputs } = reference.eval[`att_depth ${attentionDepth}`];
    const model = loaded({ attentionDepth });
    const [logits, attention] = outputsOf(model, input) as [tf.Tensor4D, tf.Tensor4D];
    // The authors' network ends in this, which changes no probability.
    const logarithms = tf.logSoftmax(logits);
    await expectTensor(logarithms, outputs.log_probabilities);
    await expectAttention(attention, outputs.attention);
    tf.dispose([logits, attention, logarithms]);
    model.dispose();
  });

  test('golden: loss and gradients of a training step', async () => {
    const { training } = reference;
    const [count, height, width] = [2, 96, 160];
    const model = loaded({ dropout: 0 });
    const gold = await goldAttention(count, height, width, 8);
    const labels = labelsOf(count, height, width);
    const loss = ([logits, attention]: tf.Tensor4D[]) => {
      const mean = tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits!)), 3));
      const error = tf.mean(tf.squaredDifference(attention!, gold));
      return tf.add(tf.mul(mean, -5), error) as tf.Scalar;
    };
    // Through the encoder's many ReLUs, float32 reaches a few per cent; smooth weights show them elsewhere.
    await expectTrainingStep(model, [count, 3, height, width], loss, training, (key) =>
      /^encoder\.(conv1|layer)|ASPP/.test(key) ? [1e-2, 5e-2] : [1e-3, 1e-3],
    );
    tf.dispose([gold, labels]);
    model.dispose();
  });

  test('saved and loaded, it gives the same for an image of any size', async () => {
    const model = deepLabV3AFMA({ inputShape });
    const [logits, attention] = outputsOf(model, [1, 3, 37, 85]);
    expect(logits!.shape).toEqual([1, 37, 85, 2]);
    // Padded to 80 × 88.
    expect(attention!.shape).toEqual([1, 2, 8 * 8, 1]);
    tf.dispose([logits!, attention!]);
    await expectSaved(model, { size: [37, 85], outputs: 1 });
    model.dispose();
  });

  test('classes that it cannot have are refused', () => {
    expect(() => make({ classes: 1 })).toThrow(/`classes` must be at least 2.*got 1 and 1/);
    expect(() => make({ attentionClasses: 1 })).toThrow(/`attentionClasses`.*got 2 and 1/);
  });
}, ['wasm']);

const labelsOf = (count: number, height: number, width: number) =>
  tf.tidy(() => {
    const draws = uniform('label', count * height * width).map((u) => (u < 0.2 ? 1 : 0));
    const label = tf.tensor3d(Int32Array.from(draws), [count, height, width], 'int32');
    return tf.cast(tf.oneHot(label, 2), 'float32') as tf.Tensor4D;
  });

/** PyTorch's `[batch, classes, patches, coarse patches]` is the order here too. */
async function expectAttention(attention: tf.Tensor4D, expected: Reference): Promise<void> {
  expect(attention.shape).toEqual(expected.shape);
  const flat = tf.reshape(attention, [-1]);
  const strides = expected.shape.map((_, i) =>
    expected.shape.slice(i + 1).reduce((a, b) => a * b, 1),
  );
  const samples = expected.samples.map((sample) => [
    strides.reduce((at, stride, i) => at + stride * sample[i]!, 0),
    sample.at(-1)!,
  ]);
  await expectTensor(flat, { ...expected, shape: [flat.size], samples });
  flat.dispose();
}

/** By loops: how much of a class patches of the mask and of the mask averaged over blocks have in common. */
async function goldAttention(count: number, height: number, width: number, block: number) {
  const labels = labelsOf(count, height, width);
  const values = await labels.array();
  labels.dispose();
  const squares = (rows: number, columns: number) =>
    Array.from({ length: Math.floor(rows / 10) * Math.floor(columns / 10) }, (_, i) => {
      const across = Math.floor(columns / 10);
      return [Math.floor(i / across) * 10, (i % across) * 10] as const;
    });
  const gold = values.map((image) =>
    [0, 1].map((c) => {
      const mean = (row: number, column: number) => {
        let sum = 0;
        for (let y = 0; y < block; y++) {
          for (let x = 0; x < block; x++) sum += image[row * block + y]![column * block + x]![c]!;
        }
        return sum / block ** 2;
      };
      return squares(height, width).map(([top, left]) =>
        squares(Math.floor(height / block), Math.floor(width / block)).map(([above, before]) => {
          let sum = 0;
          for (let y = 0; y < 10; y++) {
            for (let x = 0; x < 10; x++) {
              sum += image[top + y]![left + x]![c]! * mean(above + y, before + x);
            }
          }
          return sum / 100;
        }),
      );
    }),
  );
  return tf.tensor4d(gold);
}
