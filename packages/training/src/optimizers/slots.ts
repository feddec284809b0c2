import type { StoredTensor } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainedWeight } from './optimizer.ts';

/** What an optimiser keeps for each weight: tensors of its shape by key, zeros at first. */
export class Slots<Key extends string> {
  readonly #slots = new Map<string, Record<Key, tf.Tensor>>();

  constructor(weights: readonly TrainedWeight[], keys: readonly Key[]) {
    for (const { name, variable } of weights) {
      const entries = keys.map((key) => [key, tf.keep(tf.zerosLike(variable))]);
      this.#slots.set(name, Object.fromEntries(entries) as Record<Key, tf.Tensor>);
    }
  }

  /** Those of a weight. */
  of(weight: TrainedWeight): Readonly<Record<Key, tf.Tensor>> {
    return this.#slots.get(weight.name)!;
  }

  /** Puts tensors of the current scope in their place, in the order of the keys. */
  replace(weight: TrainedWeight, values: readonly tf.Tensor[]): void {
    const slots = this.#slots.get(weight.name)!;
    for (const [i, key] of (Object.keys(slots) as Key[]).entries()) {
      slots[key].dispose();
      slots[key] = tf.keep(values[i]!);
    }
  }

  /** By `${weight}.${key}`. */
  state(): Map<string, tf.Tensor> {
    const entries = [...this.#slots].flatMap(([name, slots]) =>
      (Object.entries(slots) as [Key, tf.Tensor][]).map(
        ([key, tensor]) => [`${name}.${key}`, tensor] as const,
      ),
    );
    return new Map(entries);
  }

  /** @throws RangeError naming what is missing */
  restore(state: ReadonlyMap<string, StoredTensor>): void {
    for (const [name, slots] of this.#slots) {
      for (const key of Object.keys(slots) as Key[]) {
        const saved = state.get(`${name}.${key}`);
        if (saved === undefined) {
          throw new RangeError(
            `checkpoint: optimizer state '${name}.${key}' is missing; start anew`,
          );
        }
        const restored = tf.tensor(saved.data, slots[key].shape);
        slots[key].dispose();
        slots[key] = tf.keep(restored);
      }
    }
  }

  dispose(): void {
    for (const slots of this.#slots.values()) tf.dispose(slots);
    this.#slots.clear();
  }
}
