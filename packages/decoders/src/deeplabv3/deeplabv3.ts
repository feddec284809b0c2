import type { DecoderSpec } from '../contract/decoder-spec.ts';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';
import { torchDefaultGain } from '../parts/torch-default-gain.ts';
import { aspp } from './aspp.ts';

/** Options of {@link deepLabV3}. */
export interface DeepLabV3Options {
  /** Channels inside. @default 256 */
  readonly filters?: number;
  /** Dilations of the pyramid, for feature maps of stride 8. @default [12, 24, 36] */
  readonly rates?: readonly number[];
  /** Dropout rate of the pyramid where none is asked for. @default 0.5 */
  readonly dropout?: number;
}

/**
 * DeepLabV3: atrous spatial pyramid pooling on the deepest map, a 3×3 convolution, a 1×1 head and
 * bilinear resizing with aligned corners. Layers are named as in segmentation_models.pytorch, and
 * start as there: PyTorch's default, uniform in ±1/√fanIn.
 *
 * Source: Chen et al., arXiv 1706.05587.
 */
export function deepLabV3({
  filters = 256,
  rates = [12, 24, 36],
  dropout: usualDropout = 0.5,
}: DeepLabV3Options = {}): DecoderSpec {
  return {
    outputStride: 8,
    build: (features, { classes, dropout = usualDropout, seed }) => {
      const { tensor, stride } = features.at(-1)!;
      const options = { name: 'decoder.aspp', filters, rates, separable: false, dropout, seed };
      const pyramid = aspp(tensor, options);
      const refined = convBatchNormReLU(pyramid, {
        convolution: 'decoder.conv',
        batchNormalization: 'decoder.bn',
        relu: 'decoder.relu',
        filters,
        kernelSize: 3,
        gain: torchDefaultGain,
        seed,
      });
      return segmentationHead(refined, {
        classes,
        kernelSize: 1,
        scale: stride,
        start: 'torch',
        seed,
      });
    },
  };
}
