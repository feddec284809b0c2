import {
  Conv2D,
  deriveSeed,
  GlobalAveragePool,
  Kaiming,
  ReLU,
  UpsampleNearest,
} from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';
import { unetBlock } from '../unet/unet-block.ts';

/** Options of {@link multiScaleFusion}. */
export interface MultiScaleFusionOptions {
  /** Prefix of all layer names. */
  readonly name: string;
  readonly filters: number;
  /** How many times fewer channels than `fine` the weights of channels are made from. */
  readonly reduction: number;
  /** How much finer `fine` is than `coarse`. */
  readonly scale: number;
  /** The network's seed. */
  readonly seed: number;
}

/** Joins a coarse and a fine map, the coarse one's channels weighed by the means of both. */
export function multiScaleFusion(
  coarse: SymbolicTensor,
  fine: SymbolicTensor,
  { name, filters, reduction, scale, seed }: MultiScaleFusionOptions,
): SymbolicTensor {
  const channels = fine.shape.at(-1)!;
  const unit = (x: SymbolicTensor, key: string, count: number, kernelSize: number) =>
    convBatchNormReLU(x, {
      convolution: `${name}.${key}.0`,
      batchNormalization: `${name}.${key}.1`,
      relu: `${name}.${key}.2`,
      filters: count,
      kernelSize,
      gain: Math.SQRT2,
      seed,
    });
  const gate = (x: SymbolicTensor, key: string) =>
    channelWeights(x, `${name}.${key}`, Math.max(1, Math.floor(channels / reduction)), seed);

  let x = unit(coarse, 'hl_conv.0', coarse.shape.at(-1)!, 3);
  x = unit(x, 'hl_conv.1', channels, 1);
  if (scale !== 1) {
    x = new UpsampleNearest({ name: `${name}.upsample`, scale }).apply(x) as SymbolicTensor;
  }
  const sum = layers.add({ name: `${name}.add` });
  const weights = sum.apply([gate(x, 'SE_hl'), gate(fine, 'SE_ll')]) as SymbolicTensor;
  const weighted = layers.multiply({ name: `${name}.multiply` }).apply([x, weights]);
  const skips = [fine];
  return unetBlock(weighted as SymbolicTensor, { name, filters, scale: 1, skips, seed });
}

/** Weights in (0, 1) of the channels of `x` from their means: `[batch, 1, 1, channels]`. */
function channelWeights(
  x: SymbolicTensor,
  name: string,
  reduced: number,
  seed: number,
): SymbolicTensor {
  const convolution = (key: string, filters: number) =>
    new Conv2D({
      name: `${name}.${key}`,
      filters,
      kernelSize: 1,
      useBias: true,
      kernelInitializer: new Kaiming({
        distribution: 'uniform',
        seed: deriveSeed(seed, `${name}.${key}`),
      }),
    });
  const mean = new GlobalAveragePool({ name: `${name}.0` }).apply(x);
  const few = new ReLU({ name: `${name}.2` }).apply(convolution('1', reduced).apply(mean));
  const many = convolution('3', x.shape.at(-1)!).apply(few);
  const sigmoid = layers.activation({ name: `${name}.4`, activation: 'sigmoid' });
  return sigmoid.apply(many) as SymbolicTensor;
}
