import type { DecoderSpec, Feature } from '../contract/decoder-spec.ts';
import { decoderWithMaps } from '../contract/decoder-with-maps.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';
import { unetBlock } from './unet-block.ts';

/** Options of {@link uNet}. */
export interface UNetOptions {
  /** Channels of each block, deepest first; one block for each feature map. @default [256, 128, 64, 32, 16] */
  readonly filters?: readonly number[];
}

/**
 * U-Net: from the deepest map up, nearest-neighbour upsampling to the next finer map, concatenation
 * with it, and two 3×3 convolutions; a last block to the image's size without such a map; a 3×3
 * head. Layers are named as in segmentation_models.pytorch, and start as there: Kaiming-uniform, the
 * head Xavier-uniform.
 *
 * Source: Ronneberger et al., MICCAI 2015.
 *
 * @throws RangeError when built, unless there are as many `filters` as feature maps
 */
export function uNet({ filters = [256, 128, 64, 32, 16] }: UNetOptions = {}): DecoderSpec {
  return decoderWithMaps({
    outputStride: 32,
    decode: (features, { classes, seed }) => {
      if (filters.length !== features.length) {
        throw new RangeError(
          `\`uNet\`: \`filters\` must have one number for each of the ${features.length} feature maps, got [${filters.join(', ')}].`,
        );
      }
      const [deepest, ...skips] = features.toReversed();
      let x = deepest!.tensor;
      let stride = deepest!.stride;
      const maps: Feature[] = [];
      for (const [i, channels] of filters.entries()) {
        const skip = skips[i];
        const target = skip?.stride ?? 1;
        x = unetBlock(x, {
          name: `decoder.blocks.${i}`,
          filters: channels,
          scale: stride / target,
          skips: skip === undefined || skip.channels === 0 ? [] : [skip.tensor],
          seed,
        });
        stride = target;
        maps.unshift({ tensor: x, channels, stride });
      }
      const logits = segmentationHead(x, { classes, kernelSize: 3, start: 'xavier', seed });
      return { logits, maps: maps.slice(1) };
    },
  });
}
