import { trainableWeights } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainedWeight } from './optimizer.ts';

/** How some weights are trained otherwise than others. */
export interface WeightGroupOptions {
  /**
   * Which weights decay: all, or kernels only, which leaves out what has one axis: biases, and factors
   * and offsets of normalisations. @default 'all'
   */
  readonly decay?: 'all' | 'kernels' | undefined;
  /** The encoder's learning rate is times this. @default 1 */
  readonly encoderRate?: number | undefined;
}

/**
 * The model's trainable weights, each with what is its own. The encoder's are those whose names begin
 * with `encoder.`, as `createModel` calls them.
 *
 * @throws RangeError for a rate of the encoder's where no weight is its
 */
export function groupWeights(
  model: LayersModel,
  { decay = 'all', encoderRate = 1 }: WeightGroupOptions = {},
): readonly TrainedWeight[] {
  const weights = trainableWeights(model);
  if (encoderRate !== 1 && !weights.some(({ name }) => isEncoders(name))) {
    throw new RangeError(
      "training: a model whose encoder has a learning rate of its own must have trainable weights named 'encoder.…', got none; leave `encoderRate` out",
    );
  }
  return weights.map(({ name, variable }) => ({
    name,
    variable,
    rate: isEncoders(name) ? encoderRate : 1,
    decays: decay === 'all' || variable.rank > 1,
  }));
}

/** Whether a layer or a weight is of the encoder, by its name. */
export function isEncoders(name: string): boolean {
  return name.startsWith('encoder.');
}
