import type { StoredTensor } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, TrainedWeight } from './optimizer.ts';
import { Slots } from './slots.ts';
import { alike, type Update, updatesTogether, updateTogether } from './update-together.ts';

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
    const moved = this.#weights.filter(({ variable }) => gradients[variable.name] !== undefined);
    if (updatesTogether()) {
      for (const group of alike(moved)) {
        tf.tidy(() => this.#updateTogether(group, gradients, learningRate * (group[0]!.rate ?? 1)));
      }
      return;
    }
    for (const weight of moved) {
      tf.tidy(() => {
        const { value, gradient, slots } = this.#updateOf(weight, gradients);
        const [m, v] = slots as [tf.Tensor, tf.Tensor];
        const numbers = this.#numbers(weight, learningRate * (weight.rate ?? 1));
        this.#take(weight, adamWStep({ value, gradient, m, v }, numbers));
      });
    }
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

  /** All of one rate and decay. */
  #updateTogether(
    weights: readonly TrainedWeight[],
    gradients: Readonly<Record<string, tf.Tensor>>,
    rate: number,
  ): void {
    const { betas, learningRate, epsilon, weightDecay, step } = this.#numbers(weights[0]!, rate);
    const [beta1, beta2] = betas;
    // lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε) with √(1−β₂ᵗ) taken out.
    const root = Math.sqrt(1 - beta2 ** step);
    const results = updateTogether(
      'adamw',
      weights.map((weight) => this.#updateOf(weight, gradients)),
      [1 - learningRate * weightDecay, (learningRate * root) / (1 - beta1 ** step), epsilon * root],
      { beta1, beta2 },
    );
    weights.forEach((weight, i) => {
      this.#take(weight, results[i]!);
    });
  }

  #updateOf(weight: TrainedWeight, gradients: Readonly<Record<string, tf.Tensor>>): Update {
    const value = weight.variable;
    const given = gradients[value.name]!;
    const { m, v } = this.#slots.of(weight);
    const decay = weight.decays === false ? 0 : this.#settings.weightDecay;
    const isAdded = this.#decay === 'gradient' && decay !== 0;
    const gradient = isAdded ? tf.add(given, tf.mul(value, decay)) : given;
    return { value, gradient, slots: [m, v] };
  }

  /** What a step of AdamW takes for a weight; Adam's decay is in the gradient. */
  #numbers({ decays }: TrainedWeight, learningRate: number): StepNumbers {
    const weightDecay =
      this.#decay === 'gradient' || decays === false ? 0 : this.#settings.weightDecay;
    return { ...this.#settings, weightDecay, learningRate, step: this.step };
  }

  #take(weight: TrainedWeight, results: readonly tf.Tensor[]): void {
    const [value, m, v] = results as [tf.Tensor, tf.Tensor, tf.Tensor];
    weight.variable.assign(value);
    this.#slots.replace(weight, { m, v });
  }
}

/** What else than tensors a step takes; steps are counted from 1. */
type StepNumbers = AdamOptions & { readonly learningRate: number; readonly step: number };

function adamWStep(
  inputs: Readonly<Record<'value' | 'gradient' | 'm' | 'v', tf.Tensor>>,
  options: StepNumbers,
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const { betas, ...numbers } = options;
  const [beta1, beta2] = betas;
  if (tf.getKernel('StsAdamW', tf.getBackend()) !== undefined) {
    const attributes = { ...numbers, beta1, beta2 };
    return tf
      .engine()
      .runKernel(
        'StsAdamW',
        inputs as unknown as tf.NamedTensorMap,
        attributes as unknown as tf.NamedAttrMap,
      ) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
  }
  const { value, gradient, m, v } = inputs;
  const { learningRate, weightDecay, epsilon, step } = numbers;
  const decayed = tf.mul(value, 1 - learningRate * weightDecay);
  const newM = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
  const newV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const root = tf.div(tf.sqrt(newV), Math.sqrt(1 - beta2 ** step));
  const stepSize = learningRate / (1 - beta1 ** step);
  const update = tf.mul(tf.div(newM, tf.add(root, epsilon)), stepSize);
  return [tf.sub(decayed, update), newM, newV];
}
