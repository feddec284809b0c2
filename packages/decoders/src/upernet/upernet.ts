import { AdaptiveAveragePool, LayerNormalization, ResizeToMatch } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec } from '../contract/decoder-spec.ts';
import { requireFeatures } from '../contract/require-features.ts';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';

/** Options of {@link uPerNet}. */
export interface UPerNetOptions {
  /** Channels of the pyramid. @default 256 */
  readonly filters?: number;
  /** Cells along each side of the grids that the deepest map is averaged over. @default [1, 2, 3, 6] */
  readonly sizes?: readonly number[];
}

/**
 * UPerNet: every map but the finest is normalised by layer; means of the deepest one over grids of cells
 * are joined with it; from there up, bilinear upsampling and addition; all levels are brought to the
 * finest one's size and joined. 1×1 head, and bilinear resizing with aligned corners. Layers are named
 * as in segmentation_models.pytorch, and start as there.
 *
 * Source: Xiao et al., ECCV 2018.
 *
 * @throws RangeError when built on fewer than two feature maps
 */
export function uPerNet({ filters = 256, sizes = [1, 2, 3, 6] }: UPerNetOptions = {}): DecoderSpec {
  return {
    outputStride: 32,
    build: (features, { classes, seed }) => {
      requireFeatures('uPerNet', features, 2);
      const unit = (x: SymbolicTensor, name: string, kernelSize: 1 | 3) =>
        convBatchNormReLU(x, {
          convolution: `${name}.0`,
          batchNormalization: `${name}.1`,
          relu: `${name}.2`,
          ...{ filters, kernelSize, gain: Math.SQRT2, seed },
        });
      const used = features.slice(1);
      const normal = used.map(({ tensor }, i) => {
        const norm = { name: `decoder.feature_norms.${i}`, epsilon: 1e-6 };
        return new LayerNormalization(norm).apply(tensor) as SymbolicTensor;
      });
      const [deepest, ...finer] = normal.toReversed() as [SymbolicTensor, ...SymbolicTensor[]];
      const cells = sizes.map((size, i) => {
        const name = `decoder.psp.blocks.${i}`;
        const pool = new AdaptiveAveragePool({ name: `${name}.0`, size });
        const mean = unit(pool.apply(deepest) as SymbolicTensor, `${name}.1`, 1);
        return resize(mean, deepest, `${name}.resize`);
      });
      const joined = join([deepest, ...cells], 'decoder.psp.concat');
      const levels = [unit(joined, 'decoder.psp.out_conv', 3)];
      for (const [i, map] of finer.entries()) {
        const name = `decoder.fpn_lateral_blocks.${i}`;
        const lateral = unit(map, `${name}.conv_norm_relu`, 1);
        const coarse = resize(levels.at(-1)!, lateral, `${name}.resize`);
        const add = layers.add({ name: `${name}.add` });
        levels.push(add.apply([coarse, lateral]) as SymbolicTensor);
      }
      const refined = levels.map((level, i) =>
        i === 0 ? level : unit(level, `decoder.fpn_conv_blocks.${i - 1}`, 3),
      );
      const finest = refined.at(-1)!;
      const resized = refined
        .toReversed()
        .map((level, i) => (i === 0 ? level : resize(level, finest, `decoder.fusion.${i}.resize`)));
      const fused = unit(join(resized, 'decoder.fusion.concat'), 'decoder.fusion_block', 3);
      const scale = used[0]!.stride;
      return segmentationHead(fused, { classes, kernelSize: 1, scale, start: 'xavier', seed });
    },
  };
}

function resize(x: SymbolicTensor, like: SymbolicTensor, name: string): SymbolicTensor {
  return new ResizeToMatch({ name, halfPixelCenters: true }).apply([x, like]) as SymbolicTensor;
}

function join(maps: readonly SymbolicTensor[], name: string): SymbolicTensor {
  if (maps.length === 1) return maps[0]!;
  return layers.concatenate({ name }).apply([...maps]) as SymbolicTensor;
}
