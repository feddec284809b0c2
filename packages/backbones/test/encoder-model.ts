import { input, type LayersModel, model } from '@tensorflow/tfjs-layers';
import {
  createEncoder,
  type EncoderName,
  type EncoderOptions,
  type EncoderSpec,
  type Feature,
} from '../src/index.ts';

/** An encoder with its feature maps as outputs, for images of three channels and any size. */
export function encoderModel(
  encoder: EncoderName | EncoderSpec,
  options?: Partial<EncoderOptions>,
): { readonly features: readonly Feature[]; readonly network: LayersModel } {
  const image = input({ shape: [null, null, 3] });
  const { features } = createEncoder(encoder, { input: image, ...options });
  const maps = features.filter(({ channels }) => channels > 0);
  const outputs = maps.map(({ tensor }) => tensor);
  return { features, network: model({ inputs: image, outputs }) };
}
