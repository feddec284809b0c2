import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec } from '../contract/decoder-spec.ts';
import { decoderWithMaps } from '../contract/decoder-with-maps.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';
import { unetBlock } from './unet-block.ts';

/** Options of {@link uNetPlusPlus}. */
export interface UNetPlusPlusOptions {
  /** Channels of the outermost blocks, deepest first; one for each feature map. @default [256, 128, 64, 32, 16] */
  readonly filters?: readonly number[];
}

/**
 * UNet++: between the encoder and the outermost row of blocks lies a triangle of more blocks. Block
 * `x_d_l` upsamples its left neighbour `x_d_(l−1)` (a feature map, at the edge) and joins all blocks
 * of its own resolution and the feature map there; the last block has no such maps. Its maps are the
 * blocks beside the outermost at the finest resolution that has several, each of a shallower U-Net.
 * Layers are named as in segmentation_models.pytorch, and start as there.
 *
 * Source: Zhou et al., DLMIA 2018.
 *
 * @throws RangeError when built, unless there are as many `filters` as feature maps
 */
export function uNetPlusPlus({
  filters = [256, 128, 64, 32, 16],
}: UNetPlusPlusOptions = {}): DecoderSpec {
  return decoderWithMaps({
    outputStride: 32,
    needsEveryMap: true,
    decode: (features, { classes, seed }) => {
      if (filters.length !== features.length) {
        throw new RangeError(
          `\`uNetPlusPlus\`: \`filters\` must have one number for each of the ${features.length} feature maps, got [${filters.join(', ')}].`,
        );
      }
      const maps = features.toReversed();
      const last = maps.length - 1;
      const blocks = new Map<string, SymbolicTensor>();
      // Column l has the resolution of map l + 1.
      for (let column = 0; column < last; column++) {
        const { tensor, channels, stride } = maps[column + 1]!;
        for (let row = column; row >= 0; row--) {
          const left = row === column ? maps[column]!.tensor : blocks.get(`${row}_${column - 1}`)!;
          const below = Array.from(
            { length: column - row },
            (_, i) => blocks.get(`${row + 1 + i}_${column}`)!,
          );
          const block = unetBlock(left, {
            name: `decoder.blocks.x_${row}_${column}`,
            filters: row === 0 ? filters[column]! : channels,
            scale: maps[column]!.stride / stride,
            skips: [...below, tensor],
            seed,
          });
          blocks.set(`${row}_${column}`, block);
        }
      }
      const whole = unetBlock(blocks.get(`0_${last - 1}`) ?? maps[0]!.tensor, {
        name: `decoder.blocks.x_0_${last}`,
        filters: filters[last]!,
        scale: maps[last]!.stride,
        skips: [],
        seed,
      });
      const { channels, stride } = maps[last]!;
      const shallower = maps.slice(2).map((_, i) => blocks.get(`${i + 1}_${last - 1}`)!);
      return {
        logits: segmentationHead(whole, { classes, kernelSize: 3, start: 'xavier', seed }),
        maps: shallower.map((tensor) => ({ tensor, channels, stride })),
      };
    },
  });
}
