import { Conv2D, Dropout, deriveSeed, Kaiming, UpsampleNearest } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec } from '../contract/decoder-spec.ts';
import { requireFeatures } from '../contract/require-features.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';
import { segmentationBlock } from './segmentation-block.ts';

/** Options of {@link fpn}. */
export interface FPNOptions {
  /** Channels of the pyramid. @default 256 */
  readonly filters?: number;
  /** Channels of each level's way to the finest one, in groups of `groups`. @default 128 */
  readonly segmentationFilters?: number;
  /** Groups of the group normalisation. @default 32 */
  readonly groups?: number;
  /** Rate at which whole channels are dropped where none is asked for. @default 0.2 */
  readonly dropout?: number;
}

/**
 * Feature pyramid network: every map but the finest becomes a level of a pyramid, from the deepest
 * up by nearest-neighbour upsampling and addition; 3×3 convolutions bring each level to the second
 * finest map's size, where they are added; 1×1 head and bilinear resizing with aligned corners.
 * Layers are named as in segmentation_models.pytorch, and start as there.
 *
 * Sources: Kirillov et al., CVPR 2019; Lin et al., CVPR 2017.
 *
 * @throws RangeError when built on fewer than two feature maps
 */
export function fpn({
  filters = 256,
  segmentationFilters = 128,
  groups = 32,
  dropout: usualDropout = 0.2,
}: FPNOptions = {}): DecoderSpec {
  return {
    outputStride: 32,
    build: (features, { classes, dropout = usualDropout, seed }) => {
      requireFeatures('fpn', features, 2);
      const maps = features.slice(1).toReversed();
      const finest = maps.at(-1)!.stride;
      const lateral = (x: SymbolicTensor, name: string) =>
        new Conv2D({
          name,
          filters,
          kernelSize: 1,
          useBias: true,
          kernelInitializer: new Kaiming({
            distribution: 'uniform',
            seed: deriveSeed(seed, name),
          }),
        }).apply(x) as SymbolicTensor;

      let level = lateral(maps[0]!.tensor, `decoder.p${maps.length + 1}`);
      const levels = [level];
      for (const [i, { tensor, stride }] of maps.slice(1).entries()) {
        const name = `decoder.p${maps.length - i}`;
        const scale = maps[i]!.stride / stride;
        const up = new UpsampleNearest({ name: `${name}.upsample`, scale });
        const coarse = scale === 1 ? level : (up.apply(level) as SymbolicTensor);
        const fine = lateral(tensor, `${name}.skip_conv`);
        level = layers.add({ name: `${name}.add` }).apply([coarse, fine]) as SymbolicTensor;
        levels.push(level);
      }
      const refined = levels.map((x, i) =>
        segmentationBlock(x, {
          name: `decoder.seg_blocks.${i}`,
          filters: segmentationFilters,
          groups,
          doublings: Math.log2(maps[i]!.stride / finest),
          seed,
        }),
      );
      const merge = layers.add({ name: 'decoder.merge' });
      const sum = refined.length === 1 ? refined[0]! : (merge.apply(refined) as SymbolicTensor);
      const name = 'decoder.dropout';
      const dropped = new Dropout({
        name,
        rate: dropout,
        unit: 'channel',
        seed: deriveSeed(seed, name),
      }).apply(sum) as SymbolicTensor;
      const head = { classes, kernelSize: 1, scale: finest, start: 'xavier', seed } as const;
      return segmentationHead(dropped, head);
    },
  };
}
