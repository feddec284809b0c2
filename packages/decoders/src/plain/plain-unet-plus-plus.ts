import { doubleConvolution, ResizeBilinear } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec } from '../contract/decoder-spec.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';

/**
 * UNet++ as it was published, without deep supervision: block `x_i_j` stands at the resolution of
 * feature map `i`, has its channels, and joins that map, all blocks before it in its row, and the
 * bilinearly resized block `x_(i+1)_(j−1)`; two convolutions with biases each; 1×1 head. Where the
 * finest map is coarser than the image, the logits are resized too.
 *
 * Source: Zhou et al., DLMIA 2018.
 */
export function plainUNetPlusPlus(): DecoderSpec {
  return {
    outputStride: 32,
    build: (features, { classes, seed }) => {
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
      return segmentationHead(rows[0]!.at(-1)!, {
        classes,
        kernelSize: 1,
        scale: features[0]!.stride,
        start: 'torch',
        seed,
      });
    },
  };
}
