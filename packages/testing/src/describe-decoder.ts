import * as tf from '@tensorflow/tfjs-core';
import { input, model as makeModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { signed } from './random.ts';
import { saveAndLoad } from './save-and-load.ts';

interface Feature {
  readonly stride: number;
  readonly channels: number;
  readonly tensor: SymbolicTensor;
}

interface DecoderOptions {
  readonly classes: number;
  readonly dropout?: number;
  readonly seed?: number;
}

/** A decoder under test. */
export interface DecoderCase {
  readonly create: (features: readonly Feature[], options: DecoderOptions) => SymbolicTensor;
  /** Least height and width of the deepest feature map. @default 1 */
  readonly minimumMapSize?: number;
  /** Whether strides may repeat, as those of a dilated encoder do. @default true */
  readonly dilated?: boolean;
}

/**
 * What every decoder must do: give linear logits at the image's size for any number of classes,
 * whatever the strides and channels of the feature maps, start from its seed alone, train every
 * weight, and keep names and outputs through JSON.
 */
export function describeDecoder(
  title: string,
  { create, minimumMapSize = 1, dilated = true }: DecoderCase,
): void {
  const usual = { strides: [2, 4, 8, 16, 32], channels: [4, 6, 8, 10, 12] };

  const build = ({
    strides = usual.strides,
    channels = usual.channels,
    classes = 2,
    ...rest
  } = {}) => {
    const features = strides.map((stride, i) => {
      const tensor = input({ shape: [null, null, channels[i]!] });
      return { stride, channels: channels[i]!, tensor };
    });
    const logits = create(features, { classes, ...rest } as DecoderOptions);
    // Decoders may leave features out; a model may not.
    const used = features.filter(({ tensor }) => tensor.sourceLayer.outboundNodes.length > 0);
    const model = makeModel({ inputs: used.map(({ tensor }) => tensor), outputs: logits });
    const sample = (height: number, width: number, batch = 2) =>
      used.map((feature) => {
        const { stride } = feature;
        const sides = [height, width].map((side) => (side * minimumMapSize) / stride);
        const shape = [batch, ...sides, feature.channels];
        const count = shape.reduce((a, b) => a * b);
        return tf.tensor(signed(`feature of stride ${stride}`, count), shape);
      });
    return { model, sample };
  };

  describe(`${title} (decoder)`, () => {
    test.each([
      [[2, 4, 8, 16, 32], [4, 6, 8, 10, 12], 1],
      [[2, 4, 8, 16, 16], [3, 3, 3, 3, 3], 2],
      [[2, 4, 8, 8, 8], [1, 2, 3, 4, 5], 7],
      [[1, 2, 4, 8, 16], [3, 4, 5, 6, 7], 3],
    ])(
      'strides %o, channels %o, %d classes: logits at the size of the image',
      (strides, channels, classes) => {
        if (!dilated && new Set(strides).size < strides.length) {
          expect(() => build({ strides, channels, classes })).toThrow(/strides/);
          return;
        }
        const { model, sample } = build({ strides, channels, classes });
        const x = sample(64, 96);
        const y = model.predict(x) as tf.Tensor;
        expect(y.shape).toEqual([2, 64 * minimumMapSize, 96 * minimumMapSize, classes]);
        tf.dispose([x, y]);
        model.dispose();
      },
    );

    test('logits are linear: twice the head gives twice the logits', async () => {
      const { model, sample } = build();
      const x = sample(32, 32);
      const before = model.predict(x) as tf.Tensor;
      const head = model.layers.findLast(({ weights }) => weights.length > 0)!;
      const weights = head.getWeights();
      const doubled = weights.map((weight) => tf.mul(weight, 2));
      head.setWeights(doubled);
      const after = model.predict(x) as tf.Tensor;
      const expected = (await before.data<'float32'>()).map((v) => 2 * v);
      expect(await after.data()).toBeAllclose(expected, { rtol: 1e-5, atol: 1e-5 });
      tf.dispose([x, before, after, doubled]);
      model.dispose();
    });

    test('every weight gets a finite gradient', async () => {
      const { model, sample } = build();
      const x = sample(64, 64);
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(model.apply(x, { training: true }) as tf.Tensor)),
        variables,
      );
      for (const { name } of variables) {
        const values = await grads[name]!.data<'float32'>();
        expect(values.every(Number.isFinite), name).toBe(true);
      }
      tf.dispose([x, value, grads]);
      model.dispose();
    });

    test('the seed alone decides the initial weights', async () => {
      const kernels = async (seed: number) => {
        const { model } = build({ seed } as object);
        const weights = model.weights.filter(({ originalName }) =>
          originalName.endsWith('/kernel'),
        );
        const values = await Promise.all(weights.map((weight) => weight.read().data<'float32'>()));
        const sums = values.map((one) => one.reduce((sum, v, i) => sum + v * ((i % 7) + 1), 0));
        model.dispose();
        return sums;
      };
      const [first, same, other] = [await kernels(1), await kernels(1), await kernels(2)];
      expect(same).toEqual(first);
      for (const [i, sum] of other.entries()) expect(sum).not.toBe(first[i]);
    });

    test('JSON keeps weight names and outputs', async () => {
      const { model, sample } = build({ dropout: 0.3 } as object);
      const loaded = await saveAndLoad(model);
      const names = [model, loaded].map((one) => one.weights.map((weight) => weight.originalName));
      expect(names[1]).toEqual(names[0]);
      const x = sample(32, 32);
      const [before, after] = [model, loaded].map((one) => one.predict(x) as tf.Tensor);
      expect(await after!.data()).toEqual(await before!.data());
      tf.dispose([x, before!, after!]);
      model.dispose();
      loaded.dispose();
    });

    test('impossible options are refused', () => {
      expect(() => build({ classes: 0 })).toThrow(/`classes` must be a positive integer, got 0/);
      expect(() => build({ dropout: 1 } as object)).toThrow(
        /`dropout` must be at least 0 and less than 1/,
      );
      expect(() => build({ strides: [4, 2, 8, 16, 32] })).toThrow(
        /finest first; got strides \[4, 2, 8/,
      );
      expect(() => create([], { classes: 2 })).toThrow(/finest first/);
    });
  });
}
