import { readFileSync } from 'node:fs';
import { nchwValues, saveAndLoad, signedNchw } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';

/** Reference numbers of the authors' PyTorch code in float64; the recipe of weights and images is inside. */
export const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));

/** What is known of a reference tensor. */
export interface Reference {
  /** As PyTorch has it: `[batch, channels, height, width]`, or of other rank and the same here. */
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
  /** Indices and value. */
  readonly samples: readonly (readonly number[])[];
}

type Listed = readonly (readonly [key: string, shape: readonly number[], kind?: string])[];

export const listedShapes = (listed: Listed) =>
  Object.fromEntries(listed.map(([key, shape]) => [key, shape]));
export const shapesOf = (model: LayersModel) =>
  Object.fromEntries(torchParameters(model).map(({ key, shape }) => [key, shape]));

/** Holds all that is known of a tensor against it, to a share of the reference's standard deviation. */
export async function expectTensor(
  y: tf.Tensor,
  reference: Reference,
  { share = 1e-4, name = '' } = {},
): Promise<void> {
  const { shape } = reference;
  const ofImage = y.rank === 4 && shape.length === 4;
  const [batch, channels, height, width] = shape as [number, number, number, number];
  expect(y.shape, name).toEqual(ofImage ? [batch, height, width, channels] : shape);
  const values = ofImage ? await nchwValues(y as tf.Tensor4D) : await y.data<'float32'>();
  const at = (sample: readonly number[]) =>
    values[shape.reduce((place, size, axis) => place * size + sample[axis]!, 0)]!;
  const tolerance = { rtol: 0, atol: share * reference.std };
  expect(reference.samples.map(at), name).toBeAllclose(
    reference.samples.map((sample) => sample.at(-1)!),
    tolerance,
  );
  const mean = values.reduce((a, v) => a + v, 0) / values.length;
  const variance = values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length;
  const moments = [mean, Math.sqrt(variance)];
  expect(moments, name).toBeAllclose([reference.mean, reference.std], tolerance);
}

/** The outputs of a model for the recipe's image of PyTorch's `[batch, channels, height, width]`. */
export function outputsOf(
  model: LayersModel,
  shape: readonly number[],
  { training = false } = {},
): tf.Tensor4D[] {
  return tf.tidy(() => {
    const x = signedNchw('input', shape as [number, number, number, number]);
    return [training ? model.apply(x, { training }) : model.predict(x)].flat() as tf.Tensor4D[];
  });
}

/** Holds the logits of a model for the recipe's image against the reference. */
export async function expectLogits(
  model: LayersModel,
  reference: Reference,
  { training = false, share = 1e-4 } = {},
): Promise<void> {
  const [batch, , height, width] = reference.shape as [number, number, number, number];
  const [y] = outputsOf(model, [batch, 3, height, width], { training }) as [tf.Tensor4D];
  await expectTensor(y, reference, { share });
  y.dispose();
}

/** Running statistics after one step: the length of each, and its first number. */
export async function expectStatistics(
  model: LayersModel,
  expected: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  const parameters = new Map(torchParameters(model).map((one) => [one.key, one.weight]));
  for (const [key, numbers] of Object.entries(expected)) {
    const values = Array.from(await parameters.get(key)!.read().data());
    const length = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
    expect([length, values[0]], key).toBeAllclose(numbers, { rtol: 1e-4 });
  }
}

/**
 * Holds the loss of a training step to 1e-4 and its gradients against the reference: the length of each to 1e-3,
 * and two elements, the first and the middle one in PyTorch's order, to 1e-3 of what they are in the mean.
 *
 * @param tolerances of length and elements by the gradient's key, where float32 cannot reach that
 */
export async function expectTrainingStep(
  model: LayersModel,
  shape: readonly number[],
  loss: (outputs: tf.Tensor4D[]) => tf.Scalar,
  expected: { readonly loss: number; readonly grads: Readonly<Record<string, readonly number[]>> },
  tolerances: (key: string) => readonly [length: number, element: number] = () => [1e-3, 1e-3],
): Promise<void> {
  const weights = torchParameters(model).filter(({ weight }) => weight.trainable);
  const variables = weights.map(({ weight }) => weight.read() as tf.Variable);
  const { value, grads } = tf.variableGrads(
    () => loss(outputsOf(model, shape, { training: true })),
    variables,
  );
  expect([(await value.data())[0]!]).toBeAllclose([expected.loss], { rtol: 1e-4 });
  const floor = 1e-10 * Math.max(...Object.values(expected.grads).map(([norm]) => norm!));
  const off: string[] = [];
  for (const [key, [norm, first, middle]] of Object.entries(expected.grads)) {
    const index = weights.findIndex((one) => one.key === key);
    const gradient = grads[variables[index]!.name]!;
    const ordered = tf.tidy(() =>
      weights[index]!.layout === 'OIHW' ? tf.transpose(gradient, [3, 2, 0, 1]) : gradient.clone(),
    );
    const values = await ordered.data<'float32'>();
    ordered.dispose();
    const length = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
    const usual = norm! / Math.sqrt(values.length);
    const deviations = [
      Math.max(0, Math.abs(length - norm!) - floor) / norm!,
      Math.max(0, Math.abs(values[0]! - first!) - floor) / usual,
      Math.max(0, Math.abs(values[Math.floor(values.length / 2)]! - middle!) - floor) / usual,
    ].map((one) => (Number.isNaN(one) ? 0 : one));
    const [ofLength, ofElement] = tolerances(key);
    if (deviations.some((one, i) => !(one <= (i === 0 ? ofLength : ofElement)))) {
      off.push(`${key}: ${deviations.map((one) => one.toExponential(1)).join(', ')}`);
    }
  }
  expect(off).toEqual([]);
  tf.dispose([value, grads]);
}

/** Saved and loaded, a model gives the same for an image of any size; its first `outputs` have that size. */
export async function expectSaved(
  model: LayersModel,
  { size: [height, width] = [37, 45], outputs = model.outputs.length } = {},
): Promise<void> {
  const loaded = await saveAndLoad(model);
  const [all, again] = [model, loaded].map((one) => outputsOf(one, [1, 3, height!, width!])) as [
    tf.Tensor4D[],
    tf.Tensor4D[],
  ];
  for (const [i, y] of all.entries()) {
    if (i < outputs) expect(y.shape).toEqual([1, height, width, model.outputs[i]!.shape.at(-1)]);
    expect(await again[i]!.data()).toBeAllclose(await y.data(), { rtol: 0, atol: 1e-5 });
  }
  tf.dispose([all, again]);
  loaded.dispose();
}
