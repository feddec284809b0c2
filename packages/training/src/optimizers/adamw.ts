import type { NamedVariable, StoredTensor } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from './optimizer.ts';

/** AdamW as PyTorch defines it. */
export interface AdamWOptions {
  /** Of the moving averages. */
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  /** Decoupled decay, on every trainable weight. */
  readonly weightDecay: number;
}

/** Moving averages of one weight's gradient and of its square. */
interface Slots {
  m: tf.Tensor;
  v: tf.Tensor;
}

/**
 * AdamW as PyTorch computes it (Loshchilov & Hutter 2019): with gradient g, at step t from 1,
 * `w ← w·(1 − lr·decay)`, `m ← β₁·m + (1−β₁)·g`, `v ← β₂·v + (1−β₂)·g²`,
 * `w ← w − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)`. Decay acts on every weight.
 */
export class AdamW implements Optimizer {
  /** Steps taken. */
  step = 0;
  readonly #settings: AdamWOptions;
  readonly #weights: readonly NamedVariable[];
  readonly #slots = new Map<string, Slots>();

  constructor(weights: readonly NamedVariable[], settings: AdamWOptions) {
    this.#weights = weights;
    this.#settings = settings;
    for (const { name, variable } of weights) {
      this.#slots.set(name, { m: kept(tf.zerosLike(variable)), v: kept(tf.zerosLike(variable)) });
    }
  }

  apply(gradients: Readonly<Record<string, tf.Tensor>>, learningRate: number): void {
    this.step++;
    for (const { name, variable } of this.#weights) {
      const gradient = gradients[variable.name];
      const slots = this.#slots.get(name)!;
      if (gradient === undefined) continue;
      tf.tidy(() => {
        const [value, m, v] = this.#update(variable, gradient, slots, learningRate);
        variable.assign(value);
        slots.m.dispose();
        slots.v.dispose();
        slots.m = tf.keep(m);
        slots.v = tf.keep(v);
      });
    }
  }

  /** The slots by `${weight}.m` and `${weight}.v`. */
  state(): Map<string, tf.Tensor> {
    const entries = [...this.#slots].flatMap(([name, { m, v }]): [string, tf.Tensor][] => [
      [`${name}.m`, m],
      [`${name}.v`, v],
    ]);
    return new Map(entries);
  }

  restore(step: number, state: ReadonlyMap<string, StoredTensor>): void {
    for (const [name, slots] of this.#slots) {
      for (const key of ['m', 'v'] as const) {
        const saved = state.get(`${name}.${key}`);
        if (saved === undefined) {
          throw new RangeError(
            `checkpoint: optimizer state '${name}.${key}' is missing; start anew`,
          );
        }
        const restored = tf.tensor(saved.data, slots[key].shape);
        slots[key].dispose();
        slots[key] = kept(restored);
      }
    }
    this.step = step;
  }

  dispose(): void {
    for (const { m, v } of this.#slots.values()) {
      m.dispose();
      v.dispose();
    }
    this.#slots.clear();
  }

  #update(
    value: tf.Tensor,
    gradient: tf.Tensor,
    { m, v }: Slots,
    learningRate: number,
  ): [tf.Tensor, tf.Tensor, tf.Tensor] {
    const { betas, epsilon, weightDecay } = this.#settings;
    const [beta1, beta2] = betas;
    const step = this.step;
    if (tf.getKernel('StsAdamW', tf.getBackend()) !== undefined) {
      const attributes = { learningRate, beta1, beta2, epsilon, weightDecay, step };
      return tf
        .engine()
        .runKernel(
          'StsAdamW',
          { value, gradient, m, v } as unknown as tf.NamedTensorMap,
          attributes as unknown as tf.NamedAttrMap,
        ) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor];
    }
    const decayed = tf.mul(value, 1 - learningRate * weightDecay);
    const newM = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
    const newV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const root = tf.div(tf.sqrt(newV), Math.sqrt(1 - beta2 ** step));
    const stepSize = learningRate / (1 - beta1 ** step);
    const update = tf.mul(tf.div(newM, tf.add(root, epsilon)), stepSize);
    return [tf.sub(decayed, update), newM, newV];
  }
}

/** Slots outlive the scope they were made in. */
function kept<T extends tf.Tensor>(tensor: T): T {
  return tf.keep(tensor);
}
