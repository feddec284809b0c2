import { createNetwork } from '@sts-net/networks';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkModelOptions } from './check-model-options.ts';
import { createPair } from './create-pair.ts';
import { isModelConfig, type ModelOptions, type WholeOptions } from './model-options.ts';

/**
 * Makes a segmentation network: any encoder with any decoder, attention after every feature map; or a
 * whole network of the literature that is no such pair, `{ network: 'm2snet', … }`.
 *
 * - Input: `[batch, height, width, channels]`, any size: it is padded with zeros at the bottom and
 *   right to a multiple of the deepest map's stride (and to the least size that the decoder works on),
 *   and the result is cropped back.
 * - Output: logits `[batch, height, width, classes]`; there is no softmax. With `deepSupervision` or
 *   `auxiliaryHead`, and of some whole networks, there are several, the prediction first;
 *   `predictionNetwork` is the network without the others.
 * - Layers are named by the keys of PyTorch (segmentation_models.pytorch 0.5, or the authors' own)
 *   parameters without their last part, so the same options always give the same names.
 *
 * Options that are plain JSON are kept in the model's user-defined metadata, under `sts-net`.
 *
 * The plain networks of the paper's tables are the encoder and the decoder of one name: `plain-unet`,
 * `plain-unetplusplus`, `r2unet`.
 *
 * STS-Net itself is `{ encoder: 'resnext50_32x4d', decoder: 'deeplabv3', attention: 'esca', … }`.
 *
 * @throws TypeError naming each wrong option, what it must be and what it is; Error if TensorFlow.js has
 * no engine yet, which the first weights need
 */
export function createModel(options: ModelOptions): LayersModel {
  checkModelOptions(options);
  if (tf.engine().backendNames().length === 0) {
    throw new Error(
      '`createModel`: TensorFlow.js must have an engine, but none is loaded; call `useBackend()` of @sts-net/backend first, or import one, such as @tensorflow/tfjs-backend-wasm.',
    );
  }
  const network = whole(() =>
    options.network === undefined ? createPair(options) : createWhole(options),
  );
  if (isModelConfig(options))
    network.setUserDefinedMetadata({ 'sts-net': JSON.parse(JSON.stringify(options)) });
  return network;
}

/** What `build` makes; the weights that it made before it failed are freed. */
function whole(build: () => LayersModel): LayersModel {
  const { registeredVariables } = tf.engine();
  const before = new Set(Object.keys(registeredVariables));
  try {
    return build();
  } catch (error) {
    for (const [name, variable] of Object.entries(registeredVariables)) {
      if (!before.has(name)) variable.dispose();
    }
    throw error;
  }
}

function createWhole({ network, classes, inputShape, seed = 0 }: WholeOptions): LayersModel {
  return createNetwork(network, { classes, inputShape, seed });
}
