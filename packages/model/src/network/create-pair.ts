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
import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { attentionFactory } from './attention.ts';
import type { PairOptions } from './model-options.ts';
import { rememberParts } from './model-parts.ts';

/** A decoder on an encoder, with attention after every map, within padding. */
export function createPair(options: PairOptions): LayersModel {
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
  return network;
}

function outputsOf(
  { deepSupervision = false, auxiliaryHead: head = false }: PairOptions,
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
  if (feature.channels === 0) {
    throw new RangeError(
      `\`createModel\`: auxiliaryHead.stage must be a stage with a map, but the encoder has no map at stage ${stage}; the next has one.`,
    );
  }
  return [...outputs, auxiliaryHead(feature, options)];
}
