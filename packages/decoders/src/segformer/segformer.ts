import { deriveSeed, Linear, ResizeBilinear } from '@sts-net/layers-core';
import { initializers, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec } from '../contract/decoder-spec.ts';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';

/** Options of {@link segFormer}. */
export interface SegFormerOptions {
  /** Channels that each map is brought to. @default 256 */
  readonly filters?: number;
}

/** Pixels of the image per pixel of the map on which all meet. */
const stride = 4;

/**
 * SegFormer's decoder: a linear map of the channels of each feature map, bilinear resizing of all of
 * them to stride 4, and a 1×1 convolution of what is joined; 1×1 head, and bilinear resizing with
 * aligned corners. Layers are named as in segmentation_models.pytorch, and start as there.
 *
 * Source: Xie et al., NeurIPS 2021.
 */
export function segFormer({ filters = 256 }: SegFormerOptions = {}): DecoderSpec {
  return {
    outputStride: 32,
    build: (features, { classes, seed }) => {
      const maps = features.filter(({ channels }) => channels > 0).toReversed();
      const resized = maps.map((map, i) => {
        const key = `decoder.mlp_stage.${i}`;
        const name = `${key}.linear`;
        const kernelInitializer = initializers.glorotUniform({ seed: deriveSeed(seed, name) });
        const linear = new Linear({ name, filters, kernelInitializer });
        const y = linear.apply(map.tensor) as SymbolicTensor;
        if (map.stride === stride) return y;
        const args = { scale: map.stride / stride, halfPixelCenters: true };
        return new ResizeBilinear({ name: `${key}.resize`, ...args }).apply(y) as SymbolicTensor;
      });
      const join = layers.concatenate({ name: 'decoder.concat' });
      const joined = resized.length === 1 ? resized[0]! : (join.apply(resized) as SymbolicTensor);
      const fused = convBatchNormReLU(joined, {
        convolution: 'decoder.fuse_stage.0',
        batchNormalization: 'decoder.fuse_stage.1',
        relu: 'decoder.fuse_stage.2',
        ...{ filters, kernelSize: 1, gain: Math.SQRT2, seed },
      });
      const head = { classes, kernelSize: 1, scale: stride, start: 'xavier', seed } as const;
      return segmentationHead(fused, head);
    },
  };
}
