import {
  ChannelSlice,
  Conv2D,
  Conv2DTranspose,
  deriveSeed,
  Kaiming,
  MaxPool2D,
  ReLU,
  ResizeToMatch,
} from '@sts-net/layers-core';
import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { NetworkOptions } from './network-options.ts';
import { withinPadding } from './within-padding.ts';

const filters = [64, 128, 256, 512, 1024];
/** Two vectors a pixel, rows before columns. */
const vectorChannels = 4;

/**
 * CentroidNetV2: a U-Net of five levels without normalisation. Its outputs are logits, the prediction, and
 * `[batch, height, width, 4]`: of each pixel the vector to the centroid of the object that it belongs to and the
 * vector to that object's nearest border pixel, `(rows, columns)` each, divided by the greatest distance; the loss
 * `centroidnet` of `@sts-net/training` trains both, `decodeCentroids` of `@sts-net/metrics/centroids` finds objects by
 * them. Maps whose sizes do not halve are resized on the way up, so that images are padded to 16 pixels at least and no
 * more.
 *
 * Source: Dijkstra et al., Neurocomputing 423 (2021) 490–505.
 */
export function centroidNetV2({ classes = 2, inputShape, seed = 0 }: NetworkOptions): LayersModel {
  const sizes = { multiple: 1, minimum: 16 };
  return withinPadding('centroidnetv2', { inputShape }, sizes, (image) => {
    const skips: SymbolicTensor[] = [];
    let x = image;
    for (const [i, count] of filters.entries()) {
      const key = `backbone.down_convs.${i}`;
      if (i > 0) {
        const pool = new MaxPool2D({ name: `${key}.pool`, poolSize: 2, strides: 2 });
        x = pool.apply(x) as SymbolicTensor;
      }
      x = twice(x, key, count, seed);
      skips.push(x);
    }
    for (const [j, count] of filters.slice(0, -1).reverse().entries()) {
      const key = `backbone.up_convs.${j}`;
      const skip = skips[filters.length - 2 - j]!;
      const kernel = { distribution: 'uniform', gain: 1 / Math.sqrt(3) } as const;
      const up = new Conv2DTranspose({
        ...{ name: `${key}.upconv`, filters: count, kernelSize: 2, strides: 2 },
        kernelInitializer: new Kaiming({ ...kernel, seed: deriveSeed(seed, `${key}.upconv`) }),
      }).apply(x) as SymbolicTensor;
      const resize = new ResizeToMatch({ name: `${key}.resize`, halfPixelCenters: true });
      const fitted = resize.apply([up, skip]) as SymbolicTensor;
      const join = layers.concatenate({ name: `${key}.concat` });
      x = twice(join.apply([fitted, skip]) as SymbolicTensor, key, count, seed);
    }
    const last = convolution(x, 'backbone.conv_final', {
      count: vectorChannels + classes,
      side: 1,
      seed,
    });
    const part = (name: string, begin: number, size: number) =>
      new ChannelSlice({ name, begin, size }).apply(last) as SymbolicTensor;
    return [part('logits', vectorChannels, classes), part('vectors', 0, vectorChannels)];
  });
}

/** Two 3×3 convolutions with ReLUs. */
function twice(x: SymbolicTensor, key: string, count: number, seed: number): SymbolicTensor {
  return ['conv1', 'conv2'].reduce((input, part) => {
    const y = convolution(input, `${key}.${part}`, { count, side: 3, seed });
    return new ReLU({ name: `${key}.${part}.relu` }).apply(y) as SymbolicTensor;
  }, x);
}

/** With a bias, from Xavier's normal distribution. */
function convolution(
  x: SymbolicTensor,
  name: string,
  { count, side, seed }: { readonly count: number; readonly side: number; readonly seed: number },
): SymbolicTensor {
  const channels = x.shape.at(-1)!;
  const gain = Math.sqrt((2 * channels) / (channels + count));
  const layer = new Conv2D({
    ...{ name, filters: count, kernelSize: side, padding: (side - 1) / 2, useBias: true },
    kernelInitializer: new Kaiming({ gain, seed: deriveSeed(seed, name) }),
  });
  return layer.apply(x) as SymbolicTensor;
}
