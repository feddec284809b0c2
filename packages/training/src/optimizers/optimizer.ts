import type { NamedVariable, StoredTensor } from '@sts-net/model';
import type * as tf from '@tensorflow/tfjs-core';

/** A weight that an optimiser moves. */
export interface TrainedWeight extends NamedVariable {
  /** The learning rate is times this. @default 1 */
  readonly rate?: number | undefined;
  /** Whether weight decay acts on it. @default true */
  readonly decays?: boolean | undefined;
}

/** Moves weights along their gradients, and can be stopped and gone on with. */
export interface Optimizer {
  /**
   * Moves every weight that has a gradient.
   *
   * @param gradients by the variables' own names, as `tf.variableGrads` returns them; not disposed
   */
  apply(gradients: Readonly<Record<string, tf.Tensor>>, learningRate: number): void;
  /** What it remembers from step to step, by name; the tensors stay its own. */
  state(): ReadonlyMap<string, tf.Tensor>;
  /**
   * Takes over what `state` gave, with the number of steps taken until then.
   *
   * @throws RangeError naming what is missing
   */
  restore(step: number, state: ReadonlyMap<string, StoredTensor>): void;
  dispose(): void;
}

/**
 * What an optimiser's name stands for.
 *
 * @typeParam Options what the optimiser can be told, as data
 */
export interface OptimizerSpec<Options = object> {
  create(weights: readonly TrainedWeight[], options: Options): Optimizer;
}
