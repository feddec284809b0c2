import * as tf from '@tensorflow/tfjs-core';
import { input, type layers, model as makeModel } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { expectNoNewTensors } from './backends.ts';
import { signed } from './random.ts';
import { saveAndLoad } from './save-and-load.ts';

/** One way of making a layer, and what must come of it. */
export interface LayerVariant {
  /** Said in the title. */
  readonly title: string;
  /** Makes a new layer, named `layer`. */
  readonly create: () => layers.Layer;
  /** With the batch axis. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** Shapes of all weights, in order. @default [] */
  readonly weightShapes?: readonly (readonly number[])[];
}

/**
 * What every layer must do, whatever its options: give the shape that it announces, keep names,
 * weights and outputs through JSON, train, and leak nothing.
 */
export function describeLayer(title: string, variants: readonly LayerVariant[]): void {
  describe.each(variants)(`${title}: $title`, (variant) => {
    const { create, inputShape, outputShape, weightShapes = [] } = variant;
    const build = () => {
      const x = input({ shape: inputShape.slice(1) });
      return makeModel({ inputs: x, outputs: create().apply(x) as typeof x });
    };
    const sample = () => tf.tensor(signed('layer input', product(inputShape)), [...inputShape]);

    test('announced shape, actual shape and weights agree', () => {
      const model = build();
      expect(model.outputShape.slice(1)).toEqual(outputShape.slice(1));
      const x = sample();
      const y = model.predict(x) as tf.Tensor;
      expect(y.shape).toEqual(outputShape);
      expect(model.weights.map((w) => w.shape)).toEqual(weightShapes);
      tf.dispose([x, y]);
      model.dispose();
    });

    test('JSON keeps config, weight names and outputs', async () => {
      const model = build();
      const loaded = await saveAndLoad(model);
      const [before, after] = [model, loaded].map((m) => m.getLayer('layer').getConfig());
      expect(after).toEqual(before);
      expect(loaded.weights.map((w) => w.originalName)).toEqual(
        model.weights.map((w) => w.originalName),
      );
      const x = sample();
      const [y, again] = [model, loaded].map((m) => m.predict(x) as tf.Tensor);
      expect(await again!.data()).toEqual(await y!.data());
      tf.dispose([x, y!, again!]);
      model.dispose();
      loaded.dispose();
    });

    test('every trainable weight gets a finite gradient', async () => {
      const model = build();
      const x = sample();
      const variables = model.trainableWeights.map((w) => w.read() as tf.Variable);
      const loss = () => tf.sum(tf.square(model.apply(x, { training: true }) as tf.Tensor));
      if (variables.length > 0) {
        const { value, grads } = tf.variableGrads(loss as () => tf.Scalar, variables);
        for (const variable of variables) {
          const values = await grads[variable.name]!.data();
          expect(
            values.every(Number.isFinite),
            `${variable.name} has a gradient that is not finite`,
          ).toBe(true);
        }
        tf.dispose([value, grads]);
      } else {
        const gradient = tf.grad((input: tf.Tensor) =>
          tf.sum(tf.square(model.apply(input, { training: true }) as tf.Tensor)),
        )(x);
        expect((await gradient.data()).every(Number.isFinite)).toBe(true);
        gradient.dispose();
      }
      x.dispose();
      model.dispose();
    });

    test('leaves no tensors behind', async () => {
      const before = tf.memory().numTensors;
      const model = build();
      const x = sample();
      await expectNoNewTensors(() => tf.dispose(model.predict(x)));
      x.dispose();
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
