import type { StoredTensor } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
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
    const { momentum, nesterov, weightDecay } = this.#settings;
    for (const weight of this.#weights) {
      const { variable, rate = 1, decays = true } = weight;
      const given = gradients[variable.name];
      if (given === undefined) continue;
      tf.tidy(() => {
        const decay = decays ? weightDecay : 0;
        const gradient = decay === 0 ? given : tf.add(given, tf.mul(variable, decay));
        let step = gradient;
        if (momentum > 0) {
          const speed = tf.add(tf.mul(this.#slots.of(weight).momentum, momentum), gradient);
          this.#slots.replace(weight, { momentum: speed });
          step = nesterov ? tf.add(gradient, tf.mul(speed, momentum)) : speed;
        }
        variable.assign(tf.sub(variable, tf.mul(step, learningRate * rate)));
      });
    }
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
