import { Conv2D, deriveSeed, UpsampleNearest } from '@sts-net/layers-core';
import { initializers, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convBatchNormReLU } from '../conv-batch-norm-relu.ts';
import type { DecoderSpec } from '../decoder-spec.ts';

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
  return {
    outputStride: 32,
    build: (features, { classes, seed }) => {
      if (filters.length !== features.length) {
        throw new RangeError(
          `\`uNet\`: \`filters\` must have one number for each of the ${features.length} feature maps, got [${filters.join(', ')}].`,
        );
      }
      const [deepest, ...skips] = features.toReversed();
      let x = deepest!.tensor;
      let stride = deepest!.stride;
      for (const [i, channels] of filters.entries()) {
        const skip = skips[i];
        const target = skip?.stride ?? 1;
        x = block(x, { name: `decoder.blocks.${i}`, channels, scale: stride / target, skip, seed });
        stride = target;
      }
      const head = 'segmentation_head.0';
      return new Conv2D({
        name: head,
        filters: classes,
        kernelSize: 3,
        padding: 1,
        useBias: true,
        kernelInitializer: initializers.glorotUniform({ seed: deriveSeed(seed, head) }),
      }).apply(x) as SymbolicTensor;
    },
  };
}

interface Block {
  readonly name: string;
  readonly channels: number;
  /** How much finer the result is than the input. */
  readonly scale: number;
  readonly skip: { readonly tensor: SymbolicTensor } | undefined;
  readonly seed: number;
}

function block(x: SymbolicTensor, { name, channels, scale, skip, seed }: Block): SymbolicTensor {
  let y = x;
  if (scale !== 1) {
    y = new UpsampleNearest({ name: `${name}.upsample`, scale }).apply(y) as SymbolicTensor;
  }
  if (skip !== undefined) {
    const join = layers.concatenate({ name: `${name}.concat` });
    y = join.apply([y, skip.tensor]) as SymbolicTensor;
  }
  for (const part of ['conv1', 'conv2']) {
    y = convBatchNormReLU(y, {
      convolution: `${name}.${part}.0`,
      batchNormalization: `${name}.${part}.1`,
      relu: `${name}.${part}.2`,
      filters: channels,
      kernelSize: 3,
      gain: Math.SQRT2,
      seed,
    });
  }
  return y;
}
