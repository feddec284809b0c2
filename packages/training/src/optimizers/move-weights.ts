import * as tf from '@tensorflow/tfjs-core';
import type { TrainedWeight } from './optimizer.ts';
import type { Slots } from './slots.ts';

/** A weight, its gradient, and what an optimiser keeps for it, all of one shape. */
export interface Update {
  readonly value: tf.Tensor;
  readonly gradient: tf.Tensor;
  readonly slots: readonly tf.Tensor[];
}

/** What a step is made with for weights of one rate and decay. */
export interface Pace {
  readonly learningRate: number;
  /** Whether weight decay acts on them. */
  readonly decays: boolean;
}

/** The new value of each weight, then its new slots. */
type Results = readonly (readonly tf.Tensor[])[];

/**
 * Moves every weight that has a gradient: all of one rate and decay in one call of `step` where the backend updates
 * many by one kernel, else one by one, so that little is held at a time.
 *
 * @param gradientDecay this times a weight that decays is added to its gradient
 */
export function moveWeights<Key extends string>(
  weights: readonly TrainedWeight[],
  slots: Slots<Key>,
  gradients: Readonly<Record<string, tf.Tensor>>,
  { learningRate, gradientDecay }: { learningRate: number; gradientDecay: number },
  step: (updates: readonly Update[], pace: Pace) => Results,
): void {
  const moved = weights.filter(({ variable }) => gradients[variable.name] !== undefined);
  for (const group of updatesTogether() ? alike(moved) : moved.map((weight) => [weight])) {
    const { rate = 1, decays = true } = group[0]!;
    const decay = decays ? gradientDecay : 0;
    tf.tidy(() => {
      const updates = group.map((weight) => {
        const value = weight.variable;
        const given = gradients[value.name]!;
        const gradient = decay === 0 ? given : tf.add(given, tf.mul(value, decay));
        return { value, gradient, slots: Object.values<tf.Tensor>(slots.of(weight)) };
      });
      const results = step(updates, { learningRate: learningRate * rate, decays });
      group.forEach((weight, i) => {
        const [value, ...kept] = results[i]!;
        weight.variable.assign(value!);
        slots.replace(weight, kept);
      });
    });
  }
}

/** Whether the current backend updates many weights by one kernel, `StsUpdatePart` of `tfjs-backend-ort`. */
export function updatesTogether(): boolean {
  return tf.getKernel('StsUpdatePart', tf.getBackend()) !== undefined;
}

/**
 * Updates weights by one kernel.
 *
 * @param rule of `tfjs-backend-ort`
 * @param numbers of the rule that may change from step to step
 * @param constants of the rule
 * @returns the new value of each weight, then its new slots
 */
export function updateTogether(
  rule: 'adamw' | 'momentum' | 'sgd',
  updates: readonly Update[],
  numbers: readonly number[],
  constants: Readonly<Record<string, number>>,
): Results {
  const kinds = updates[0]!.slots.map((_, kind) => updates.map(({ slots }) => slots[kind]!));
  const operands = [
    ...numbers.map((number) => tf.scalar(number)),
    ...updates.map(({ value }) => value),
    ...updates.map(({ gradient }) => gradient),
    ...kinds.flat(),
  ];
  const attributes = { rule, numbers: numbers.length, weights: updates.length, ...constants };
  const results = tf
    .engine()
    .runKernel(
      'StsUpdatePart',
      operands as unknown as tf.NamedTensorMap,
      attributes as unknown as tf.NamedAttrMap,
    ) as unknown as readonly tf.Tensor[];
  const count = updates.length;
  return updates.map(({ slots }, i) => [0, ...slots].map((_, kind) => results[kind * count + i]!));
}

/** Weights in groups of the same rate and decay. */
function alike(weights: readonly TrainedWeight[]): readonly (readonly TrainedWeight[])[] {
  const groups = new Map<string, TrainedWeight[]>();
  for (const weight of weights) {
    const key = `${weight.rate ?? 1} ${weight.decays ?? true}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [weight]);
    else group.push(weight);
  }
  return [...groups.values()];
}
