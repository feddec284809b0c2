import {
  BatchNormalization,
  Conv2DTranspose,
  deriveSeed,
  Kaiming,
  ReLU,
} from '@sts-net/layers-core';
import { initializers, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec, Feature } from '../contract/decoder-spec.ts';
import { decoderWithMaps } from '../contract/decoder-with-maps.ts';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';

/** Options of {@link linkNet}. */
export interface LinkNetOptions {
  /** Channels of the last block. @default 32 */
  readonly filters?: number;
}

/**
 * LinkNet: from the deepest map up, a bottleneck with a transposed convolution doubles the size, and
 * the next finer map is added; from stride 2 a last block to the image's size; 1×1 head. Layers are named as in
 * segmentation_models.pytorch, and start as there.
 *
 * Source: Chaurasia & Culurciello, VCIP 2017.
 *
 * @throws RangeError when built on feature maps whose strides are not 2, 4, 8, … or 1, 2, 4, …
 */
export function linkNet({ filters = 32 }: LinkNetOptions = {}): DecoderSpec {
  return decoderWithMaps({
    outputStride: 32,
    needsEveryMap: true,
    decode: (features, { classes, seed }) => {
      const strides = features.map(({ stride }) => stride);
      if (strides[0]! > 2 || strides.some((stride, i) => stride !== strides[0]! * 2 ** i)) {
        throw new RangeError(
          `\`linkNet\`: feature maps must have the strides 2, 4, 8, … or 1, 2, 4, …, since each block doubles the size, got ${strides.join(', ')}; use output stride 32.`,
        );
      }
      const [deepest, ...finer] = features.toReversed();
      let x = deepest!.tensor;
      const skips = strides[0] === 1 ? finer : [...finer, undefined];
      const maps: Feature[] = [];
      for (const [i, skip] of skips.entries()) {
        const name = `decoder.blocks.${i}`;
        x = block(x, { name: `${name}.block`, filters: skip?.channels ?? filters, seed });
        if (skip !== undefined) {
          const add = layers.add({ name: `${name}.add` });
          x = add.apply([x, skip.tensor]) as SymbolicTensor;
        }
        maps.unshift({ tensor: x, channels: x.shape.at(-1)!, stride: skip?.stride ?? 1 });
      }
      const logits = segmentationHead(x, { classes, kernelSize: 1, start: 'xavier', seed });
      return { logits, maps: maps.slice(1) };
    },
  });
}

interface Block {
  readonly name: string;
  readonly filters: number;
  readonly seed: number;
}

function block(x: SymbolicTensor, { name, filters, seed }: Block): SymbolicTensor {
  const narrow = Math.max(1, Math.floor(x.shape.at(-1)! / 4));
  const unit = (input: SymbolicTensor, key: string, count: number) =>
    convBatchNormReLU(input, {
      convolution: `${key}.0`,
      batchNormalization: `${key}.1`,
      relu: `${key}.2`,
      filters: count,
      kernelSize: 1,
      gain: Math.SQRT2,
      seed,
    });
  const transposed = `${name}.1.0`;
  const bound = 1 / Math.sqrt(narrow * 4 ** 2);
  let y = unit(x, `${name}.0`, narrow);
  y = new Conv2DTranspose({
    name: transposed,
    filters: narrow,
    kernelSize: 4,
    strides: 2,
    padding: 1,
    kernelInitializer: new Kaiming({
      distribution: 'uniform',
      gain: 1 / Math.sqrt(3),
      seed: deriveSeed(seed, transposed),
    }),
    biasInitializer: initializers.randomUniform({
      minval: -bound,
      maxval: bound,
      seed: deriveSeed(seed, `${transposed}.bias`),
    }),
  }).apply(y) as SymbolicTensor;
  y = new BatchNormalization({ name: `${name}.1.1` }).apply(y) as SymbolicTensor;
  y = new ReLU({ name: `${name}.1.2` }).apply(y) as SymbolicTensor;
  return unit(y, `${name}.2`, filters);
}
