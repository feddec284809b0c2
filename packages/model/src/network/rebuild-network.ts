import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { createModel } from './create-model.ts';
import type { ModelSettings } from './model-options.ts';
import { withoutInitialValues } from './without-initial-values.ts';

/** A network of one's own, beside its weights. */
export interface OwnNetwork {
  readonly classes: number;
  /** TensorFlow.js's description of its layers. */
  readonly topology: Readonly<Record<string, unknown>>;
}

/** A network as it is described beside its weights. Plain JSON. */
export type NetworkDescription = ModelSettings | OwnNetwork;

/** A network of one's own holds a layer that is not known here. */
export class UnknownLayerError extends RangeError {
  /** What the message calls the file. */
  readonly subject: string;
  /** The layer's class. */
  readonly layer: string;

  constructor(subject: string, layer: string, options: ErrorOptions) {
    super(
      `${subject} holds a network of one's own with a layer '${layer}', which is not registered; register its class (\`serialization.registerClass\`) or hand the network in as \`model\``,
      options,
    );
    this.subject = subject;
    this.layer = layer;
  }
}

/**
 * Makes the network that a description tells, for images of any size; its weights, all zero, are then
 * given by `loadWeights`.
 *
 * @param channels of the images, see `channelsOf` of `@sts-net/inference`
 * @param subject what errors call the file
 * @throws UnknownLayerError for a network of one's own whose layers TensorFlow.js does not know; RangeError for one
 * that cannot be made
 */
export async function rebuildNetwork(
  network: NetworkDescription,
  channels: number,
  subject: string,
): Promise<LayersModel> {
  if (!('topology' in network)) {
    return withoutInitialValues(() =>
      createModel({ ...network, inputShape: [null, null, channels] }),
    );
  }
  const modelTopology = network.topology as io.ModelJSON['modelTopology'];
  try {
    return await loadLayersModel(io.fromMemory({ modelTopology }));
  } catch (cause) {
    const [, layer] = /Unknown layer: (\S+?)\./.exec((cause as Error).message) ?? [];
    if (layer === undefined) {
      throw new RangeError(
        `${subject}: the network that it describes must be one of TensorFlow.js, but cannot be made (${(cause as Error).message}); the file is damaged, take another`,
        { cause },
      );
    }
    throw new UnknownLayerError(subject, layer, { cause });
  }
}
