import { CropToMatch, PadToMultiple, type PadToMultipleArgs } from '@sts-net/layers-core';
import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { NetworkOptions } from './network-options.ts';

/**
 * A network of images whose sizes are brought to multiples and cropped back.
 *
 * @param sizes the multiple, or that with the least size
 * @param build from the padded image to one output or several, the prediction first
 */
export function withinPadding(
  name: string,
  { inputShape }: Pick<NetworkOptions, 'inputShape'>,
  sizes: number | Pick<PadToMultipleArgs, 'multiple' | 'minimum'>,
  build: (image: SymbolicTensor) => SymbolicTensor | readonly SymbolicTensor[],
): LayersModel {
  const image = input({ shape: [...inputShape], name: 'image' });
  const pad = typeof sizes === 'number' ? { multiple: sizes } : sizes;
  const padded = new PadToMultiple({ name: 'pad', ...pad }).apply(image) as SymbolicTensor;
  const outputs = [build(padded)].flat().map((output, i) => {
    const crop = new CropToMatch({ name: i === 0 ? 'crop' : `crop.${i}` });
    return crop.apply([output, image]) as SymbolicTensor;
  });
  return model({ inputs: image, outputs, name });
}
