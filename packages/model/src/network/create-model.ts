import { createEncoder, encoders } from '@sts-net/backbones';
import {
  auxiliaryHead,
  createDecoder,
  createSupervisedDecoder,
  type DecoderOptions,
  type DecoderSpec,
  decoders,
  type Feature,
} from '@sts-net/decoders';
import { CropToMatch, PadToMultiple } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { attentionFactory } from './attention.ts';
import { checkModelOptions } from './check-model-options.ts';
import { isModelConfig, type ModelOptions } from './model-options.ts';
import { rememberParts } from './model-parts.ts';

/**
 * Makes a segmentation network: any encoder with any decoder, attention after every feature map.
 *
 * - Input: `[batch, height, width, channels]`, any size: it is padded with zeros at the bottom and
 *   right to a multiple of the deepest map's stride (and to the least size that the decoder works on),
 *   and the result is cropped back.
 * - Output: logits `[batch, height, width, classes]`; there is no softmax. With `deepSupervision` or
 *   `auxiliaryHead` there are several of that shape, the prediction first; `predictionNetwork` is the
 *   network without the others.
 * - Layers are named by the keys of PyTorch (segmentation_models.pytorch 0.5) parameters without
 *   their last part, so the same options always give the same names.
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
  const { encoder, decoder, attention = 'none', classes, inputShape } = options;
  const { dilationStyle, dropout, seed = 0 } = options;
  const decoderSpec = typeof decoder === 'string' ? decoders[decoder] : decoder;
  const encoderSpec = typeof encoder === 'string' ? encoders[encoder] : encoder;
  const { depth, outputStride: usualStride, minimumMapSize = 1 } = decoderSpec;
  const outputStride = options.outputStride ?? usualStride;
  const deepest = encoderSpec.stages.slice(0, depth).at(-1);
  const multiple = Math.min(outputStride, deepest?.stride ?? outputStride);
  const image = input({ shape: [...inputShape], name: 'image' });
  const padded = new PadToMultiple({
    name: 'pad',
    multiple,
    minimum: multiple * minimumMapSize,
  }).apply(image);
  const { features } = createEncoder(encoderSpec, {
    input: padded as SymbolicTensor,
    attention: typeof attention === 'function' ? attention : attentionFactory(attention),
    outputStride,
    ...(dilationStyle && { dilationStyle }),
    depth,
    seed,
  });
  const outputs = outputsOf(options, decoderSpec, features, { classes, dropout, seed }).map(
    (logits, i) => {
      const crop = new CropToMatch({ name: i === 0 ? 'crop' : `crop.${i}` });
      return crop.apply([logits, image]) as SymbolicTensor;
    },
  );
  const network = model({ inputs: image, outputs, name: 'sts-net' });
  rememberParts(network, { encoder: encoderSpec, decoder: decoderSpec });
  if (isModelConfig(options))
    network.setUserDefinedMetadata({ 'sts-net': JSON.parse(JSON.stringify(options)) });
  return network;
}

function outputsOf(
  { deepSupervision = false, auxiliaryHead: head = false }: ModelOptions,
  decoder: DecoderSpec,
  features: readonly Feature[],
  options: Required<DecoderOptions>,
): readonly SymbolicTensor[] {
  const outputs = deepSupervision
    ? createSupervisedDecoder(decoder, features, options)
    : [createDecoder(decoder, features, options)];
  if (head === false) return outputs;
  const stage = head === true ? Math.max(1, features.length - 1) : head.stage;
  const feature = features[stage - 1];
  if (feature === undefined) {
    throw new RangeError(
      `\`createModel\`: auxiliaryHead.stage must be one of the ${features.length} stages of the encoder that the decoder uses, 1 to ${features.length}, got ${stage}.`,
    );
  }
  return [...outputs, auxiliaryHead(feature, options)];
}
