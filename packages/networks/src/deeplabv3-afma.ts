import { createEncoder } from '@sts-net/backbones';
import { aspp } from '@sts-net/decoders';
import {
  Conv2D,
  CropToMatch,
  convBatchNorm,
  deriveSeed,
  Kaiming,
  PadToMultiple,
  ResizeBilinear,
} from '@sts-net/layers-core';
import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PatchAttention } from './layers/patch-attention.ts';
import { PatchCorrection } from './layers/patch-correction.ts';
import type { NetworkOptions } from './network-options.ts';
import { convolution } from './parts/convolution.ts';

/** What DeepLabV3-AFMA can be told beside what all networks can. */
export interface DeepLabV3AFMASettings {
  /** Which of the encoder's five maps, the finest being 1, the image is compared with. @default 3 */
  readonly attentionDepth?: 1 | 2 | 3 | 4 | 5;
  /** Channels of the attention, at least as many as classes. @default classes */
  readonly attentionClasses?: number;
  /** Rate of the pyramid's dropout. @default 0.5 */
  readonly dropout?: number;
}

/** Options of {@link deepLabV3AFMA}. */
export type DeepLabV3AFMAOptions = NetworkOptions & DeepLabV3AFMASettings;

const patch = 10;

/**
 * DeepLabV3 with across-feature-map attention: patches of the image are compared with patches of a feature map,
 * and the logits are corrected by what those patches were taken for. Encoder ResNeXt50, output stride 8.
 *
 * Two outputs: the logits, which are the prediction, and the attention
 * `[batch, attentionClasses, patches of the image, patches of the map]`, for the loss `afma`; its patches are
 * those of the image padded to multiples of 8, of at least one patch of the map.
 *
 * Source: Sang et al., IEEE TPAMI 2022.
 *
 * @throws RangeError for fewer than two classes, or attention for fewer than those
 */
export function deepLabV3AFMA(options: DeepLabV3AFMAOptions): LayersModel {
  const { classes = 2, inputShape, seed = 0, attentionDepth: depth = 3, dropout = 0.5 } = options;
  const { attentionClasses = classes } = options;
  if (classes < 2 || attentionClasses < classes) {
    throw new RangeError(
      `\`deeplabv3-afma\`: \`classes\` must be at least 2, with the background, and \`attentionClasses\` at least as many, got ${classes} and ${attentionClasses}.`,
    );
  }
  // Maps of stride 8 are as deep as the correction goes.
  const factor = 2 ** Math.min(depth, 3);
  const image = input({ shape: [...inputShape], name: 'image' });
  const sizes = { multiple: 8, minimum: Math.max(8, patch * factor) };
  const padded = new PadToMultiple({ name: 'pad', ...sizes }).apply(image) as SymbolicTensor;
  const encoder = { input: padded, outputStride: 8, seed } as const;
  const { features } = createEncoder('resnext50_32x4d', encoder);
  const ownConvolution = (x: SymbolicTensor, name: string, filters: number, kernelSize: number) =>
    convolution(x, { name: `encoder.${name}`, filters, kernelSize, useBias: true, seed });
  const wide = ownConvolution(padded, 'conv_img.0', 64, 7);
  const fine = ownConvolution(wide, 'conv_img.1', attentionClasses, 3);
  const compared = features[depth - 1]!.tensor;
  const coarse = ownConvolution(compared, 'conv_feamap.0', attentionClasses, 1);
  const transform = 'encoder.resolution_trans';
  const attention = new PatchAttention({
    ...{ name: transform, patch, scale: 4 ** -depth, seed: deriveSeed(seed, transform) },
  }).apply([fine, coarse]) as SymbolicTensor;
  const logits = head(features.at(-1)!.tensor, { classes, dropout, seed });
  const correction = new PatchCorrection({ name: 'decoder.segmentation', patch, factor });
  const corrected = correction.apply([logits, attention]);
  const cropped = new CropToMatch({ name: 'crop' }).apply([corrected as SymbolicTensor, image]);
  const outputs = [cropped as SymbolicTensor, attention];
  return model({ inputs: image, outputs, name: 'deeplabv3-afma' });
}

/** The decoder of DeepLabV3; its kernels start from Kaiming's uniform distribution. */
function head(
  x: SymbolicTensor,
  { classes, dropout, seed }: { classes: number; dropout: number; seed: number },
): SymbolicTensor {
  const kernel = { distribution: 'uniform' as const, gain: Math.SQRT2 };
  const pyramid = aspp(x, {
    ...{ name: 'decoder.ASPP', filters: 256, rates: [12, 24, 36], separable: false },
    ...{ dropout, gain: kernel.gain, seed },
  });
  const refined = convBatchNorm(pyramid, {
    ...{ convolution: 'decoder.conv2d', batchNormalization: 'decoder.batchNorm2d' },
    ...{ relu: 'decoder.relu', filters: 256, kernelSize: 3, kernel, seed },
  });
  const name = 'decoder.segmentation.conv_x';
  const kernelInitializer = new Kaiming({ ...kernel, seed: deriveSeed(seed, name) });
  const last = { name, filters: classes, kernelSize: 1, useBias: true, kernelInitializer };
  const logits = new Conv2D(last).apply(refined) as SymbolicTensor;
  const resize = { name: 'decoder.segmentation.up', scale: 8, alignCorners: true };
  return new ResizeBilinear(resize).apply(logits) as SymbolicTensor;
}
