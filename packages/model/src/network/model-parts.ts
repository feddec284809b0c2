import { type EncoderSpec, encoders } from '@sts-net/backbones';
import { type DecoderSpec, decoders } from '@sts-net/decoders';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ModelConfig } from './model-options.ts';

/** What a pair was made of. */
export interface ModelParts {
  readonly encoder: EncoderSpec;
  readonly decoder: DecoderSpec;
}

const known = new WeakMap<LayersModel, ModelParts>();

/** Remembers what a model was made of, values of the caller's own too. */
export function rememberParts(model: LayersModel, parts: ModelParts): void {
  known.set(model, parts);
}

/** What a model was made of, also one that was saved and loaded if its parts are names. */
export function partsOf(model: LayersModel): ModelParts | undefined {
  const parts = known.get(model);
  if (parts !== undefined) return parts;
  const config = configOf(model);
  if (config === undefined || config.network !== undefined) return undefined;
  const encoder: EncoderSpec | undefined = encoders[config.encoder];
  const decoder: DecoderSpec | undefined = decoders[config.decoder];
  return encoder && decoder && { encoder, decoder };
}

/** The options of a model that is made of names. */
function configOf(model: LayersModel): ModelConfig | undefined {
  const metadata = model.getUserDefinedMetadata() as { 'sts-net'?: ModelConfig } | undefined;
  return metadata?.['sts-net'];
}
