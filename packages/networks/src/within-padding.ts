import { CropToMatch, PadToMultiple } from '@sts-net/layers-core';
import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { NetworkOptions } from './network-options.ts';

/** A network of images whose sizes are brought to multiples and cropped back. */
export function withinPadding(
  name: string,
  { inputShape }: Pick<NetworkOptions, 'inputShape'>,
  multiple: number,
  build: (image: SymbolicTensor) => SymbolicTensor,
): LayersModel {
  const image = input({ shape: [...inputShape], name: 'image' });
  const padded = new PadToMultiple({ name: 'pad', multiple }).apply(image) as SymbolicTensor;
  const cropped = new CropToMatch({ name: 'crop' }).apply([build(padded), image]);
  return model({ inputs: image, outputs: cropped as SymbolicTensor, name });
}
