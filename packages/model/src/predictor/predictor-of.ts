import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { predictionNetwork } from '../network/prediction-network.ts';

/** `[batch, height, width, channels]` of images. */
type ImageShape = readonly [batch: number, height: number, width: number, channels: number];

/** A network as `@sts-net/inference` takes it: a `Predictor` with `logits`. */
export interface ModelPredictor {
  /** Channels of the images. */
  readonly channels: number;
  /** At least 2; class 0 is the background. */
  readonly classes: number;
  /**
   * Class probabilities, `[batch, height, width, classes]`, in an array that is the caller's.
   *
   * @param images normalised intensities, `[batch, height, width, channels]`
   */
  predict(images: Float32Array, shape: ImageShape): Promise<Float32Array>;
  /** What the probabilities are the softmax of, in the same shape. */
  logits(images: Float32Array, shape: ImageShape): Promise<Float32Array>;
}

export interface PredictorOptions {
  /**
   * Lets the engine pack the weights, if it can: for a model that is not trained between predictions.
   * @default true
   */
  readonly freeze?: boolean;
}

/**
 * The predictor that a model of logits `[batch, height, width, classes]` is. A single channel of
 * logits z stands for two classes, `sigmoid(z)` the probability of the second. Of several outputs the
 * first alone is computed. The model stays the caller's, who disposes it.
 */
export function predictorOf(model: LayersModel, options: PredictorOptions = {}): ModelPredictor {
  const { freeze = true } = options;
  const network = predictionNetwork(model);
  const channels = network.inputs[0]!.shape.at(-1)!;
  const outputs = network.outputs[0]!.shape.at(-1)!;
  let frozen: Promise<void> | undefined;
  const run = async (
    images: Float32Array,
    shape: ImageShape,
    finish: (logits: tf.Tensor) => tf.Tensor,
  ): Promise<Float32Array> => {
    if (freeze) frozen ??= packWeights(network);
    await frozen;
    const result = tf.tidy(() => {
      const input = tf.tensor4d(images, [...shape]);
      const logits = network.apply(input, { training: false }) as tf.Tensor;
      const expected = [...shape.slice(0, 3), outputs];
      if (logits.shape.join() !== expected.join()) {
        throw new RangeError(
          `network '${network.name}' must make [${expected}] of [${shape}], but makes [${logits.shape}]; it must give every pixel its classes`,
        );
      }
      // A sigmoid is the softmax of 0 and its argument.
      return finish(outputs === 1 ? tf.concat([tf.zerosLike(logits), logits], -1) : logits);
    });
    try {
      return await result.data<'float32'>();
    } finally {
      result.dispose();
    }
  };
  return {
    channels,
    classes: Math.max(2, outputs),
    predict: (images, shape) => run(images, shape, (logits) => tf.softmax(logits)),
    logits: (images, shape) => run(images, shape, (logits) => logits),
  };
}

async function packWeights(model: LayersModel): Promise<void> {
  const engine = tf.backend() as { freeze?: (tensors: readonly tf.Tensor[]) => Promise<void> };
  await engine.freeze?.(model.weights.map((weight) => weight.read()));
}
