import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import type { StoredTensor } from '../bytes/stored-tensor.ts';
import { loadWeights } from '../weights/named-weights.ts';
import { checkTopology } from './check-topology.ts';
import { createModel } from './create-model.ts';
import type { ModelSettings } from './model-options.ts';
import { predictionNetwork } from './prediction-network.ts';
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

/** Numbers that a network may have, generously: outputs that only training has are left out of a file. */
const mostWith = (held: number): number => 2 * held + 2 ** 20;

/**
 * Makes the network that a description tells, for images of any size, with its weights. It is made in proportion
 * to these; what is much larger is refused.
 *
 * @param channels of the images, see `channelsOf` of `@sts-net/inference`
 * @param weights by `layer/weight`
 * @param subject what errors call the file
 * @throws UnknownLayerError for a network of one's own whose layers TensorFlow.js does not know; RangeError for one
 * that cannot be made, and where weights are missing, too few or of another shape
 */
export async function rebuildNetwork(
  network: NetworkDescription,
  channels: number,
  weights: ReadonlyMap<string, StoredTensor>,
  subject: string,
): Promise<LayersModel> {
  const held = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const build = () =>
    'topology' in network
      ? ownNetwork(network, channels)
      : createModel({ ...network, inputShape: [null, null, channels] });
  let model: LayersModel;
  try {
    // What builds does so at once: a promise only hands on what was built, or why it was not.
    model = await withoutInitialValues(build, mostWith(held));
  } catch (cause) {
    const { message } = cause as Error;
    const [, layer] = /Unknown layer: (\S+?)\./.exec(message) ?? [];
    if (layer !== undefined) throw new UnknownLayerError(subject, layer, { cause });
    throw new RangeError(
      `${subject}: the network that it describes must be one that can be made with its weights, but is not (${message}); the file is damaged or of another version, take another`,
      { cause },
    );
  }
  try {
    loadWeights(predictionNetwork(model), weights, subject);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}

async function ownNetwork(
  { classes, topology }: OwnNetwork,
  channels: number,
): Promise<LayersModel> {
  checkTopology(topology);
  const model = await models.modelFromJSON(topology as Parameters<typeof models.modelFromJSON>[0]);
  const [given, made] = [model.inputs, model.outputs].map((ends) => ends.map(({ shape }) => shape));
  const takes = given!.length === 1 && given![0]!.length === 4 && given![0]![3] === channels;
  const outputs = made![0]!.length === 4 ? made![0]![3] : undefined;
  if (!takes || (outputs !== classes && !(outputs === 1 && classes === 2))) {
    model.dispose();
    throw new RangeError(
      `it must make [batch, height, width, ${classes}] of [batch, height, width, ${channels}], but makes ${JSON.stringify(made)} of ${JSON.stringify(given)}`,
    );
  }
  return model;
}
