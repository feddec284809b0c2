import {
  AdaptiveAveragePool,
  Conv2D,
  Dropout,
  deriveSeed,
  Kaiming,
  ReLU,
  ResizeToMatch,
} from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec } from '../contract/decoder-spec.ts';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';

/** Options of {@link pspNet}. */
export interface PSPNetOptions {
  /** Channels after the pyramid. @default 512 */
  readonly filters?: number;
  /** Cells along each side of the grids that the map is averaged over. @default [1, 2, 3, 6] */
  readonly sizes?: readonly number[];
  /** Rate at which whole channels are dropped where none is asked for. @default 0.2 */
  readonly dropout?: number;
}

/**
 * Pyramid scene parsing network on the third map (stride 8): means over grids of cells, resized back
 * and joined with the map; 3×3 head and bilinear resizing with aligned corners. It uses no deeper maps.
 * Layers are named as in segmentation_models.pytorch, and start as there.
 *
 * Source: Zhao et al., CVPR 2017.
 */
export function pspNet({
  filters = 512,
  sizes = [1, 2, 3, 6],
  dropout: usualDropout = 0.2,
}: PSPNetOptions = {}): DecoderSpec {
  return {
    outputStride: 8,
    depth: 3,
    build: (features, { classes, dropout = usualDropout, seed }) => {
      const { tensor, channels, stride } = features[Math.min(2, features.length - 1)]!;
      const width = Math.max(1, Math.floor(channels / sizes.length));
      const branches = sizes.map((size, i) => {
        const key = `decoder.psp.blocks.${i}`;
        const pool = new AdaptiveAveragePool({ name: `${key}.pool.0`, size });
        const mean = pool.apply(tensor) as SymbolicTensor;
        const y = unit(mean, `${key}.pool.1`, width, size > 1, seed);
        return new ResizeToMatch({ name: `${key}.up` }).apply([y, tensor]) as SymbolicTensor;
      });
      const join = layers.concatenate({ name: 'decoder.psp.concat' });
      const joined = join.apply([...branches, tensor]) as SymbolicTensor;
      const name = 'decoder.dropout';
      const dropped = new Dropout({
        name,
        rate: dropout,
        unit: 'channel',
        seed: deriveSeed(seed, name),
      }).apply(unit(joined, 'decoder.conv', filters, true, seed)) as SymbolicTensor;
      const head = { classes, kernelSize: 3, scale: stride, start: 'xavier', seed } as const;
      return segmentationHead(dropped, head);
    },
  };
}

/** 1×1 convolution and ReLU, with batch normalisation, or with a bias where one value is left. */
function unit(
  x: SymbolicTensor,
  name: string,
  filters: number,
  normalized: boolean,
  seed: number,
): SymbolicTensor {
  const convolution = `${name}.0`;
  const relu = `${name}.2`;
  if (normalized) {
    const batchNormalization = `${name}.1`;
    const options = { filters, kernelSize: 1, gain: Math.SQRT2, seed };
    return convBatchNormReLU(x, { convolution, batchNormalization, relu, ...options });
  }
  const kernelInitializer = new Kaiming({
    distribution: 'uniform',
    seed: deriveSeed(seed, convolution),
  });
  const options = { name: convolution, filters, kernelSize: 1, useBias: true, kernelInitializer };
  return new ReLU({ name: relu }).apply(new Conv2D(options).apply(x)) as SymbolicTensor;
}
