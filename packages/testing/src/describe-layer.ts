import * as tf from '@tensorflow/tfjs-core';
import { input, type layers, model as makeModel } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { expectNoNewTensors } from './backends.ts';
import { signed } from './random.ts';
import { saveAndLoad } from './save-and-load.ts';
import { usualTorchParameter } from './usual-torch-parameter.ts';

/** One way of making a layer, and what must come of it. */
export interface LayerVariant {
  /** Said in the title. */
  readonly title: string;
  /** Makes a new layer, named `layer`. */
  readonly create: () => layers.Layer;
  /** With the batch axis. */
  readonly inputShape: readonly number[];
  /** Shapes of further inputs, with the batch axis. @default none */
  readonly otherInputs?: readonly (readonly number[])[];
  readonly outputShape: readonly number[];
  /** Shapes of all weights, in order. @default [] */
  readonly weightShapes?: readonly (readonly number[])[];
  /** What one run costs for one image. @default nothing, which the layer need not say */
  readonly operations?: { readonly multiplyAdds?: number; readonly other?: number };
  /** Names and shapes of the PyTorch parameters of all weights, in order. @default as the usual rule says */
  readonly torchParameters?: readonly (readonly [name: string, shape: readonly number[]])[];
}

/** What layers may tell of themselves: `LayerFacts` of `@sts-net/layers-core`. */
interface Facts {
  operations?(
    input: readonly number[],
    output: readonly number[],
  ): { readonly multiplyAdds?: number; readonly other?: number };
  torchParameter?(
    name: string,
    shape: readonly number[],
  ): { readonly name: string; readonly shape: readonly number[]; readonly layout: string };
  trainingStep?: number;
}

/**
 * What every layer must do, whatever its options: refuse those that it does not know, give the
 * shape that it announces, keep names, weights and outputs through JSON, train, say what it costs
 * and what its weights are in PyTorch, draw in training as its step says, and leak nothing.
 */
export function describeLayer(title: string, variants: readonly LayerVariant[]): void {
  describe.each(variants)(`${title}: $title`, (variant) => {
    const { create, inputShape, otherInputs = [], outputShape, weightShapes = [] } = variant;
    const shapes = [inputShape, ...otherInputs];
    const build = () => {
      const inputs = shapes.map((shape) => input({ shape: shape.slice(1) }));
      const y = create().apply(inputs.length === 1 ? inputs[0]! : inputs);
      return makeModel({ inputs, outputs: y as (typeof inputs)[0] });
    };
    const layerOf = (model: ReturnType<typeof build>) =>
      model.getLayer('layer') as layers.Layer & Facts;
    const sample = () =>
      shapes.map((shape, i) =>
        tf.tensor(signed(i === 0 ? 'layer input' : `layer input ${i}`, product(shape)), [...shape]),
      );

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

    test('a setting that it does not know is refused by name', () => {
      const layer = create();
      const Layer = layer.constructor as new (settings: object) => layers.Layer;
      const settings = layer.getConfig();
      expect(() => new Layer(settings)).not.toThrow();
      expect(() => new Layer({ ...settings, dataFormat: 'channelsFirst', units: 3 })).toThrow(
        /unknown setting dataFormat, units.*channels/,
      );
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
      const loss = (...inputs: tf.Tensor[]) =>
        tf.sum(tf.square(model.apply(inputs, { training: true }) as tf.Tensor)) as tf.Scalar;
      if (variables.length > 0) {
        const { value, grads } = tf.variableGrads(() => loss(...x), variables);
        for (const variable of variables) {
          const values = await grads[variable.name]!.data();
          expect(
            values.every(Number.isFinite),
            `${variable.name} has a gradient that is not finite`,
          ).toBe(true);
        }
        tf.dispose([value, grads]);
      } else {
        const gradient = tf.grad((first: tf.Tensor) => loss(first, ...x.slice(1)))(x[0]!);
        expect((await gradient.data()).every(Number.isFinite)).toBe(true);
        gradient.dispose();
      }
      tf.dispose(x);
      model.dispose();
    });

    test('says what it costs, unless that is nothing and it has no weights', () => {
      const model = build();
      const layer = layerOf(model);
      const counted = layer.operations?.(inputShape.slice(1), outputShape.slice(1));
      if (counted === undefined) expect(layer.weights).toHaveLength(0);
      const nothing = { multiplyAdds: 0, other: 0 };
      expect({ ...nothing, ...counted }).toEqual({ ...nothing, ...variant.operations });
      model.dispose();
    });

    test('each weight is one PyTorch parameter of as many values', () => {
      const model = build();
      const layer = layerOf(model);
      const parameters = layer.weights.map((weight) => {
        const name = weight.originalName.slice('layer/'.length);
        const shape = weight.shape as number[];
        const usual = usualTorchParameter(name, shape);
        const parameter = layer.torchParameter?.(name, shape) ?? usual;
        expect(product(parameter.shape), name).toBe(product(shape));
        if (parameter.layout === 'OIHW') {
          const [height, width, inputs, outputs] = shape;
          expect(parameter.shape, name).toEqual([outputs, inputs, height, width]);
        } else if (parameter.layout === 'OI') {
          expect(parameter.shape, name).toEqual(shape.toReversed());
        } else {
          expect(parameter.layout, name).toBe('same');
        }
        return { parameter, usual };
      });
      const namesAndShapes = (of: 'parameter' | 'usual') =>
        parameters.map((both) => [both[of].name, both[of].shape]);
      const expected = variant.torchParameters ?? namesAndShapes('usual');
      expect(namesAndShapes('parameter')).toEqual(expected);
      expect(new Set(expected.map(([name]) => name)).size).toBe(parameters.length);
      model.dispose();
    });

    test('what it draws in training follows from its step', async () => {
      const x = sample();
      const model = build();
      const layer = layerOf(model);
      const draws = layer.trainingStep !== undefined;
      const trained = async (step: number) => {
        if (draws) layer.trainingStep = step;
        const y = model.apply(x, { training: true }) as tf.Tensor;
        const values = await y.data();
        y.dispose();
        if (draws) expect(layer.trainingStep).toBe(step + 1);
        return values.join();
      };
      const steps = [0, 1, 2, 3, 4, 5, 6, 7];
      const outputs: string[] = [];
      for (const step of [...steps, ...steps]) outputs.push(await trained(step));
      expect(outputs.slice(8)).toEqual(outputs.slice(0, 8));
      expect(new Set(outputs).size > 1).toBe(draws);
      tf.dispose(x);
      model.dispose();
    });

    test('leaves no tensors behind', async () => {
      const before = tf.memory().numTensors;
      const model = build();
      const x = sample();
      await expectNoNewTensors(() => tf.dispose(model.predict(x)));
      tf.dispose(x);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
