import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NetworkOptions } from './network-options.ts';

/**
 * What a network's name stands for.
 *
 * @typeParam Settings what the network can be told beside what all networks can, as data
 */
export interface NetworkSpec<Settings = object> {
  /** The settings of its own. @default none */
  readonly settings?: readonly (keyof Settings & string)[];
  /**
   * Makes it: images `[batch, height, width, channels]` of any size to logits
   * `[batch, height, width, classes]`. Of several outputs the prediction comes first.
   */
  create(options: NetworkOptions & Settings): LayersModel;
  /** How it is trained where it is published, if that is another than usual. */
  readonly training?: NetworkTraining;
}

/** How a network is trained, in the words of configs and of `@sts-net/training`. */
export interface NetworkTraining {
  /** A loss: a name, one with options, or a sum of several. */
  readonly loss: string | NamedLoss | readonly NamedLoss[];
  /** What the loss of each output counts, the prediction's first. @default halved from one to the next */
  readonly outputWeights?: readonly number[];
}

interface NamedLoss {
  readonly name: string;
  readonly [option: string]: unknown;
}
