import type { StoredTensor } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, TrainedWeight } from './optimizer.ts';
import { Slots } from './slots.ts';
import { alike, type Update, updatesTogether, updateTogether } from './update-together.ts';

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
    const moved = this.#weights.filter(({ variable }) => gradients[variable.name] !== undefined);
    if (updatesTogether()) {
      for (const group of alike(moved)) {
        tf.tidy(() => this.#updateTogether(group, gradients, learningRate * (group[0]!.rate ?? 1)));
      }
      return;
    }
    const { momentum, nesterov } = this.#settings;
    for (const weight of moved) {
      tf.tidy(() => {
        const { value, gradient, slots } = this.#updateOf(weight, gradients);
        const [speed] = slots.map((old) => tf.add(tf.mul(old, momentum), gradient));
        const step = speed && nesterov ? tf.add(gradient, tf.mul(speed, momentum)) : speed;
        const rate = learningRate * (weight.rate ?? 1);
        this.#take(weight, [
          tf.sub(value, tf.mul(step ?? gradient, rate)),
          ...(speed ? [speed] : []),
        ]);
      });
    }
  }

  /** All of one rate and decay. */
  #updateTogether(
    weights: readonly TrainedWeight[],
    gradients: Readonly<Record<string, tf.Tensor>>,
    learningRate: number,
  ): void {
    const { momentum, nesterov } = this.#settings;
    const updates = weights.map((weight) => this.#updateOf(weight, gradients));
    const results =
      momentum === 0
        ? updateTogether('sgd', updates, [-learningRate], {})
        : updateTogether('momentum', updates, [-learningRate, momentum], {
            nesterov: Number(nesterov),
          });
    weights.forEach((weight, i) => {
      this.#take(weight, results[i]!);
    });
  }

  #updateOf(weight: TrainedWeight, gradients: Readonly<Record<string, tf.Tensor>>): Update {
    const { momentum, weightDecay } = this.#settings;
    const value = weight.variable;
    const given = gradients[value.name]!;
    const decay = weight.decays === false ? 0 : weightDecay;
    const gradient = decay === 0 ? given : tf.add(given, tf.mul(value, decay));
    return { value, gradient, slots: momentum === 0 ? [] : [this.#slots.of(weight).momentum] };
  }

  #take(weight: TrainedWeight, [value, momentum]: readonly tf.Tensor[]): void {
    weight.variable.assign(value!);
    if (momentum !== undefined) this.#slots.replace(weight, { momentum });
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
