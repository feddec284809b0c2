import { doubleConvolution, ResizeBilinear } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec } from '../contract/decoder-spec.ts';
import { decoderWithMaps } from '../contract/decoder-with-maps.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';

/**
 * UNet++ as it was published: block `x_i_j` stands at the resolution of
 * feature map `i`, has its channels, and joins that map, all blocks before it in its row, and the
 * bilinearly resized block `x_(i+1)_(j−1)`; two convolutions with biases each; 1×1 head. Where the
 * finest map is coarser than the image, the logits are resized too. Deep supervision has heads on the
 * other blocks of the first row, `x_0_1`, `x_0_2`, ….
 *
 * Source: Zhou et al., DLMIA 2018.
 */
export function plainUNetPlusPlus(): DecoderSpec {
  return decoderWithMaps({
    outputStride: 32,
    decode: (all, { classes, seed }) => {
      const features = all.filter(({ channels }) => channels > 0);
      const rows = features.map(({ tensor }) => [tensor]);
      for (let column = 1; column < features.length; column++) {
        for (const [i, { channels, stride }] of features.slice(0, -column).entries()) {
          const name = `decoder.blocks.x_${i}_${column}`;
          const below = rows[i + 1]![column - 1]!;
          const scale = features[i + 1]!.stride / stride;
          const resize = new ResizeBilinear({ name: `${name}.up`, scale, alignCorners: true });
          const up = scale === 1 ? below : (resize.apply(below) as SymbolicTensor);
          const join = layers.concatenate({ name: `${name}.concat` });
          const joined = join.apply([...rows[i]!, up]) as SymbolicTensor;
          rows[i]!.push(
            doubleConvolution(joined, { name, filters: channels, useBias: true, seed }),
          );
        }
      }
      const { channels, stride } = features[0]!;
      const [last, ...shallower] = rows[0]!.toReversed();
      return {
        logits: segmentationHead(last!, {
          classes,
          kernelSize: 1,
          scale: stride,
          start: 'torch',
          seed,
        }),
        maps: shallower.slice(0, -1).map((tensor) => ({ tensor, channels, stride })),
      };
    },
  });
}
