import { Dropout, deriveSeed } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderContext, Feature } from '../contract/decoder-spec.ts';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';
import { torchDefaultGain } from '../parts/torch-default-gain.ts';

/** Rate where none is asked for. */
const usualDropout = 0.1;

/**
 * A fully convolutional head on a map of the encoder, which helps to train it: a 3×3 convolution to a
 * quarter of the channels, dropout, a 1×1 convolution, and bilinear resizing. Layers are named as the
 * `aux_classifier` of torchvision's segmentation models, and start as there: PyTorch's default,
 * uniform in ±1/√fanIn.
 *
 * Sources: Long et al., CVPR 2015; Zhao et al., CVPR 2017.
 *
 * @returns logits `[batch, height, width, classes]` at the size of the image
 */
export function auxiliaryHead(
  { tensor, channels, stride }: Feature,
  { classes, dropout = usualDropout, seed }: DecoderContext,
): SymbolicTensor {
  const narrow = convBatchNormReLU(tensor, {
    convolution: 'aux_classifier.0',
    batchNormalization: 'aux_classifier.1',
    relu: 'aux_classifier.2',
    filters: Math.max(1, Math.floor(channels / 4)),
    kernelSize: 3,
    gain: torchDefaultGain,
    seed,
  });
  const name = 'aux_classifier.3';
  const dropped = new Dropout({ name, rate: dropout, seed: deriveSeed(seed, name) }).apply(narrow);
  return segmentationHead(dropped as SymbolicTensor, {
    name: 'aux_classifier.4',
    classes,
    kernelSize: 1,
    scale: stride,
    alignCorners: false,
    start: 'torch',
    seed,
  });
}
