import * as tf from '@tensorflow/tfjs-core';

/** A weight, its gradient, and what an optimiser keeps for it, all of one shape. */
export interface Update {
  readonly value: tf.Tensor;
  readonly gradient: tf.Tensor;
  readonly slots: readonly tf.Tensor[];
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
): readonly (readonly tf.Tensor[])[] {
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
  return updates.map((_, i) => results.filter((_, at) => at % updates.length === i));
}

/** Weights with their gradients, in groups of the same rate and decay. */
export function alike<
  Weight extends { readonly rate?: number | undefined; readonly decays?: boolean | undefined },
>(weights: readonly Weight[]): readonly (readonly Weight[])[] {
  const groups = new Map<string, Weight[]>();
  for (const weight of weights) {
    const key = `${weight.rate ?? 1} ${weight.decays ?? true}`;
    groups.set(key, [...(groups.get(key) ?? []), weight]);
  }
  return [...groups.values()];
}
