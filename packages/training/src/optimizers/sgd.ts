import type { StoredTensor } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import { moveWeights, type Update, updatesTogether, updateTogether } from './move-weights.ts';
import type { Optimizer, TrainedWeight } from './optimizer.ts';
import { Slots } from './slots.ts';

/** SGD as PyTorch defines it. */
export interface SgdOptions {
  /** How much of its speed a weight keeps from step to step, 0 … 1. */
  readonly momentum: number;
  /** Nesterov's: the gradient is taken as if the step had been made. Needs momentum. */
  readonly nesterov: boolean;
  /** This times the weight is added to its gradient. */
  readonly weightDecay: number;
}

/**
 * Stochastic gradient descent as PyTorch computes it: with gradient g, `g ← g + decay·w`,
 * `b ← momentum·b + g`, `w ← w − lr·b`, or with Nesterov's momentum `w ← w − lr·(g + momentum·b)`.
 */
export class Sgd implements Optimizer {
  readonly #settings: SgdOptions;
  readonly #weights: readonly TrainedWeight[];
  readonly #slots: Slots<'momentum'>;

  /** @throws RangeError for Nesterov's momentum without momentum */
  constructor(weights: readonly TrainedWeight[], settings: SgdOptions) {
    if (settings.nesterov && settings.momentum === 0) {
      throw new RangeError(
        "`sgd`: Nesterov's momentum needs `momentum` above 0, got 0; set `nesterov` to false",
      );
    }
    this.#weights = weights;
    this.#settings = settings;
    this.#slots = new Slots(weights, settings.momentum === 0 ? [] : ['momentum']);
  }

  apply(gradients: Readonly<Record<string, tf.Tensor>>, learningRate: number): void {
    const pace = { learningRate, gradientDecay: this.#settings.weightDecay };
    moveWeights(this.#weights, this.#slots, gradients, pace, (updates, own) =>
      this.#update(updates, own.learningRate),
    );
  }

  #update(updates: readonly Update[], learningRate: number) {
    const { momentum, nesterov } = this.#settings;
    if (updatesTogether()) {
      return momentum === 0
        ? updateTogether('sgd', updates, [-learningRate], {})
        : updateTogether('momentum', updates, [-learningRate, momentum], {
            nesterov: Number(nesterov),
          });
    }
    return updates.map(({ value, gradient, slots }) => {
      const speeds = slots.map((old) => tf.add(tf.mul(old, momentum), gradient));
      const [speed = gradient] = speeds;
      const step = nesterov ? tf.add(gradient, tf.mul(speed, momentum)) : speed;
      return [tf.sub(value, tf.mul(step, learningRate)), ...speeds];
    });
  }

  state(): Map<string, tf.Tensor> {
    return this.#slots.state();
  }

  restore(_step: number, state: ReadonlyMap<string, StoredTensor>): void {
    this.#slots.restore(state);
  }

  dispose(): void {
    this.#slots.dispose();
  }
}
