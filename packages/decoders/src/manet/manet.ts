import type { DecoderSpec, Feature } from '../contract/decoder-spec.ts';
import { decoderWithMaps } from '../contract/decoder-with-maps.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';
import { unetBlock } from '../unet/unet-block.ts';
import { multiScaleFusion } from './multi-scale-fusion.ts';
import { positionAttention } from './position-attention.ts';

/** Options of {@link maNet}. */
export interface MANetOptions {
  /** Channels of each block, deepest first; one block for each feature map. @default [256, 128, 64, 32, 16] */
  readonly filters?: readonly number[];
  /** Channels that positions are compared by. @default 64 */
  readonly positionFilters?: number;
  /** How many times fewer channels than the finer map the weights of channels are made from. @default 16 */
  readonly reduction?: number;
}

/**
 * MA-Net: a U-Net whose deepest map gathers from all its positions, and whose blocks weigh channels
 * by the means of the coarse and of the fine map. Layers are named as in
 * segmentation_models.pytorch, and start as there.
 *
 * Source: Fan et al., IEEE Access 2020.
 *
 * @throws RangeError when built, unless there are as many `filters` as feature maps
 */
export function maNet({
  filters = [256, 128, 64, 32, 16],
  positionFilters = 64,
  reduction = 16,
}: MANetOptions = {}): DecoderSpec {
  return decoderWithMaps({
    outputStride: 32,
    decode: (features, { classes, seed }) => {
      if (filters.length !== features.length) {
        throw new RangeError(
          `\`maNet\`: \`filters\` must have one number for each of the ${features.length} feature maps, got [${filters.join(', ')}].`,
        );
      }
      const [deepest, ...skips] = features.toReversed();
      let x = positionAttention(deepest!.tensor, { filters: positionFilters, seed });
      let stride = deepest!.stride;
      const maps: Feature[] = [];
      for (const [i, skip] of skips.entries()) {
        const block = {
          name: `decoder.blocks.${i}`,
          filters: filters[i]!,
          scale: stride / skip.stride,
          seed,
        };
        x =
          skip.channels === 0
            ? unetBlock(x, { ...block, skips: [] })
            : multiScaleFusion(x, skip.tensor, { ...block, reduction });
        stride = skip.stride;
        maps.unshift({ tensor: x, channels: filters[i]!, stride });
      }
      const name = `decoder.blocks.${skips.length}`;
      x = unetBlock(x, { name, filters: filters.at(-1)!, scale: stride, skips: [], seed });
      const logits = segmentationHead(x, { classes, kernelSize: 3, start: 'xavier', seed });
      return { logits, maps };
    },
  });
}
