import { namedWeights, type StoredTensor } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** How the weights of a training are averaged. */
export interface WeightAverageOptions {
  /** How much of the average stays at each step, 0 … 1. */
  readonly decay: number;
}

/**
 * Exponential moving average of a model's weights, running statistics among them: the weights after
 * the first step, then `a ← decay·a + (1 − decay)·w` after each (PyTorch's `AveragedModel` with
 * `get_ema_multi_avg_fn` and `use_buffers`).
 */
export class WeightAverage {
  readonly #weights: ReturnType<typeof namedWeights>;
  readonly #averages = new Map<string, tf.Tensor>();
  readonly #decay: number;
  #isEmpty = true;

  /** @throws RangeError for a decay that is not from 0 to below 1 */
  constructor(model: LayersModel, { decay }: WeightAverageOptions) {
    if (!(decay >= 0 && decay < 1)) {
      throw new RangeError(`\`WeightAverage\`: \`decay\` must be from 0 to below 1, got ${decay}`);
    }
    this.#decay = decay;
    this.#weights = namedWeights(model);
    for (const { name, variable } of this.#weights) {
      this.#averages.set(name, tf.keep(tf.zerosLike(variable)));
    }
  }

  /** Takes in the weights as they are now. */
  update(): void {
    // The first update is a copy by the same operations, for engines that compile them.
    const decay = this.#isEmpty ? 0 : this.#decay;
    this.#isEmpty = false;
    tf.tidy(() => {
      for (const { name, variable } of this.#weights) {
        const before = this.#averages.get(name)!;
        const after = tf.add(tf.mul(before, decay), tf.mul(variable, 1 - decay));
        this.#averages.set(name, tf.keep(after));
        before.dispose();
      }
    });
  }

  /** Runs `work` while the model has the averaged weights; after it, the model has its own again. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isEmpty) return work();
    const own = this.#weights.map(({ variable }) => tf.keep(tf.clone(variable)));
    const assign = (values: (i: number) => tf.Tensor) =>
      this.#weights.forEach(({ variable }, i) => void variable.assign(values(i)));
    try {
      assign((i) => this.#averages.get(this.#weights[i]!.name)!);
      return await work();
    } finally {
      assign((i) => own[i]!);
      tf.dispose(own);
    }
  }

  /** The averages by the weights' names, none before the first step; the tensors stay its own. */
  state(): ReadonlyMap<string, tf.Tensor> {
    return this.#isEmpty ? new Map() : this.#averages;
  }

  /**
   * Takes over what `state` gave.
   *
   * @throws RangeError naming what is missing
   */
  restore(state: ReadonlyMap<string, StoredTensor>): void {
    this.#isEmpty = state.size === 0;
    if (this.#isEmpty) return;
    for (const { name, variable } of this.#weights) {
      const saved = state.get(name);
      if (saved === undefined) {
        throw new RangeError(`checkpoint: the average of weight '${name}' is missing; start anew`);
      }
      this.#averages.get(name)!.dispose();
      this.#averages.set(name, tf.keep(tf.tensor(saved.data, variable.shape)));
    }
  }

  dispose(): void {
    tf.dispose([...this.#averages.values()]);
    this.#averages.clear();
  }
}
