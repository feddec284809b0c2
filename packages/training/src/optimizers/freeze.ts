import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { isEncoders } from './weight-groups.ts';

/** What is not trained: the whole encoder, or every batch normalisation. */
export type Frozen = 'encoder' | 'batch-norms';

type Layer = InstanceType<typeof layers.Layer>;

/**
 * Freezes parts of a model: their weights do not move, and the running statistics of their
 * normalisations, by which these then normalise, stay as they are. To be called before the weights are
 * asked for that an optimiser moves.
 *
 * - `encoder`: the layers whose names begin with `encoder.`
 * - `batch-norms`: the layers with running statistics; other weights of such a layer too
 *
 * @throws RangeError if there is nothing of the kind, or a layer that would not hold still
 */
export function freeze(model: LayersModel, frozen: readonly Frozen[]): void {
  const all = layersOf(model);
  for (const what of frozen) {
    const found = all.filter((layer) =>
      what === 'encoder' ? isEncoders(layer.name) : hasStatistics(layer),
    );
    if (found.length === 0) {
      const kind =
        what === 'encoder' ? "layers named 'encoder.…'" : 'layers with running statistics';
      throw new RangeError(`training: a model with frozen ${what} must have ${kind}, got none`);
    }
    for (const layer of found) {
      if (layer.getClassName() === 'BatchNormalization') {
        throw new RangeError(
          `training: layer '${layer.name}' cannot be frozen: TensorFlow.js's own BatchNormalization goes on with its statistics; use BatchNormalization of @sts-net/layers-core`,
        );
      }
    }
    for (const layer of found) layer.trainable = false;
  }
}

/** The layers of a model and of the models in it. */
function layersOf(model: LayersModel): readonly Layer[] {
  return model.layers.flatMap((layer) =>
    'layers' in layer ? layersOf(layer as unknown as LayersModel) : [layer],
  );
}

/** Whether training changes weights of the layer beside those that it trains. */
function hasStatistics(layer: Layer): boolean {
  const trained = new Set(layer.trainableWeights);
  return layer.weights.some((weight) => !trained.has(weight));
}
