import type { StoredTensor } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import {
  moveWeights,
  type Pace,
  type Update,
  updatesTogether,
  updateTogether,
} from './move-weights.ts';
import type { Optimizer, TrainedWeight } from './optimizer.ts';
import { Slots } from './slots.ts';

/** Adam or AdamW as PyTorch defines them. */
export interface AdamOptions {
  /** Of the moving averages. */
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  /** AdamW: decoupled decay. Adam: this times the weight is added to its gradient. */
  readonly weightDecay: number;
}

/**
 * Adam and AdamW as PyTorch computes them (Kingma & Ba 2015; Loshchilov & Hutter 2019): with gradient
 * g, at step t from 1, `w ← w·(1 − lr·decay)` (AdamW) or `g ← g + decay·w` (Adam), then
 * `m ← β₁·m + (1−β₁)·g`, `v ← β₂·v + (1−β₂)·g²`, `w ← w − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)`.
 */
export class Adam implements Optimizer {
  /** Steps taken. */
  step = 0;
  readonly #settings: AdamOptions;
  readonly #decay: 'decoupled' | 'gradient';
  readonly #weights: readonly TrainedWeight[];
  readonly #slots: Slots<'m' | 'v'>;

  constructor(
    weights: readonly TrainedWeight[],
    settings: AdamOptions,
    decay: 'decoupled' | 'gradient',
  ) {
    this.#weights = weights;
    this.#settings = settings;
    this.#decay = decay;
    this.#slots = new Slots(weights, ['m', 'v']);
  }

  apply(gradients: Readonly<Record<string, tf.Tensor>>, learningRate: number): void {
    this.step++;
    const gradientDecay = this.#decay === 'gradient' ? this.#settings.weightDecay : 0;
    const pace = { learningRate, gradientDecay };
    moveWeights(this.#weights, this.#slots, gradients, pace, (updates, own) =>
      this.#update(updates, own),
    );
  }

  state(): Map<string, tf.Tensor> {
    return this.#slots.state();
  }

  restore(step: number, state: ReadonlyMap<string, StoredTensor>): void {
    this.#slots.restore(state);
    this.step = step;
  }

  dispose(): void {
    this.#slots.dispose();
  }

  #update(updates: readonly Update[], { learningRate, decays }: Pace) {
    const { betas, epsilon } = this.#settings;
    const [beta1, beta2] = betas;
    const { step } = this;
    // Adam's decay is in the gradient.
    const weightDecay = this.#decay === 'decoupled' && decays ? this.#settings.weightDecay : 0;
    if (!updatesTogether()) {
      const numbers = { betas, epsilon, weightDecay, learningRate, step };
      return updates.map((update) => adamWStep(update, numbers));
    }
    // lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε) with √(1−β₂ᵗ) taken out.
    const root = Math.sqrt(1 - beta2 ** step);
    return updateTogether(
      'adamw',
      updates,
      [1 - learningRate * weightDecay, (learningRate * root) / (1 - beta1 ** step), epsilon * root],
      { beta1, beta2 },
    );
  }
}

/** What else than tensors a step takes; steps are counted from 1. */
type StepNumbers = AdamOptions & { readonly learningRate: number; readonly step: number };

function adamWStep(
  { value, gradient, slots }: Update,
  options: StepNumbers,
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const { betas, ...numbers } = options;
  const [beta1, beta2] = betas;
  const [m, v] = slots as [tf.Tensor, tf.Tensor];
  if (tf.getKernel('StsAdamW', tf.getBackend()) !== undefined) {
    const attributes = { ...numbers, beta1, beta2 };
    return tf
      .engine()
      .runKernel(
        'StsAdamW',
        { value, gradient, m, v },
        attributes as unknown as tf.NamedAttrMap,
      ) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
  }
  const { learningRate, weightDecay, epsilon, step } = numbers;
  const decayed = tf.mul(value, 1 - learningRate * weightDecay);
  const newM = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
  const newV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const root = tf.div(tf.sqrt(newV), Math.sqrt(1 - beta2 ** step));
  const stepSize = learningRate / (1 - beta1 ** step);
  const update = tf.mul(tf.div(newM, tf.add(root, epsilon)), stepSize);
  return [tf.sub(decayed, update), newM, newV];
}
