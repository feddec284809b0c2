import { ResizeBilinear } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec } from '../contract/decoder-spec.ts';
import { requireFeatures } from '../contract/require-features.ts';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';
import { torchDefaultGain } from '../parts/torch-default-gain.ts';
import { aspp } from './aspp.ts';
import { depthwise } from './depthwise.ts';

/** Options of {@link deepLabV3Plus}. */
export interface DeepLabV3PlusOptions {
  /** Channels inside. @default 256 */
  readonly filters?: number;
  /** Channels that the finer map is reduced to. @default 48 */
  readonly lowFilters?: number;
  /** Dilations of the pyramid, for feature maps of stride 16. @default [12, 24, 36] */
  readonly rates?: readonly number[];
  /** Dropout rate of the pyramid where none is asked for. @default 0.5 */
  readonly dropout?: number;
}

/**
 * DeepLabV3+: atrous spatial pyramid pooling with separable convolutions on the deepest map, resized
 * to the second finest map and joined with it; 1×1 head, and bilinear resizing with aligned corners
 * both times. Layers are named as in segmentation_models.pytorch, and start as there: PyTorch's
 * default, uniform in ±1/√fanIn.
 *
 * Source: Chen et al., ECCV 2018.
 *
 * @throws RangeError when built on fewer than two feature maps
 */
export function deepLabV3Plus({
  filters = 256,
  lowFilters = 48,
  rates = [12, 24, 36],
  dropout: usualDropout = 0.5,
}: DeepLabV3PlusOptions = {}): DecoderSpec {
  return {
    outputStride: 16,
    build: (features, { classes, dropout = usualDropout, seed }) => {
      requireFeatures('deepLabV3Plus', features, 2);
      const { tensor, stride } = features.at(-1)!;
      const fine = features[1]!;
      const unit = (x: SymbolicTensor, convolution: string, key: string, count: number) =>
        convBatchNormReLU(x, {
          convolution,
          batchNormalization: key,
          relu: `${key}.relu`,
          filters: count,
          kernelSize: 1,
          gain: torchDefaultGain,
          seed,
        });
      const separable = (x: SymbolicTensor, convolutions: string, key: string) =>
        unit(depthwise(x, { name: `${convolutions}.0`, seed }), `${convolutions}.1`, key, filters);

      const options = { name: 'decoder.aspp.0', filters, rates, separable: true, dropout, seed };
      let deep = separable(aspp(tensor, options), 'decoder.aspp.1', 'decoder.aspp.2');
      if (stride > fine.stride) {
        const scale = stride / fine.stride;
        const resize = new ResizeBilinear({ name: 'decoder.up', scale, alignCorners: true });
        deep = resize.apply(deep) as SymbolicTensor;
      }
      const low = unit(fine.tensor, 'decoder.block1.0', 'decoder.block1.1', lowFilters);
      const join = layers.concatenate({ name: 'decoder.concat' });
      const joined = join.apply([deep, low]) as SymbolicTensor;
      const refined = separable(joined, 'decoder.block2.0', 'decoder.block2.1');
      const head = { classes, kernelSize: 1, scale: fine.stride, start: 'torch', seed } as const;
      return segmentationHead(refined, head);
    },
  };
}
