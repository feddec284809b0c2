import { ChannelSlice, Conv2D, deriveSeed } from '@sts-net/layers-core';
import { initializers, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { encoder, stateChannels } from './i2u-net/encoder.ts';
import { eca, enlarge, normalize, relu, type Streams, tanh } from './i2u-net/parts.ts';
import { DropBlock } from './layers/drop-block.ts';
import { MemoryAttention } from './layers/memory-attention.ts';
import type { NetworkOptions } from './network-options.ts';
import { convolution } from './parts/convolution.ts';
import { join, sum } from './parts/merge.ts';
import { withinPadding } from './within-padding.ts';

/** What I²U-Net can be told beside what all networks can. */
export interface I2UNetSettings {
  /** Share of the bottleneck's pixels that drop-block zeroes in training. @default 0.2 */
  readonly dropout?: number;
}

/** Options of {@link i2uNetM}. */
export type I2UNetOptions = NetworkOptions & I2UNetSettings;

/** Decoder blocks, the coarsest first. */
const blocks = [
  { filters: 256, taps: 7 },
  { filters: 128, taps: 5 },
  { filters: 64, taps: 5 },
  { filters: 64, taps: 5 },
] as const;

/**
 * I²U-Net in its variant M: a U-Net on a ResNet34 of two streams, a map and a state that inform one another in
 * every block, and a bottleneck that reads what it has seen at several scales. Its logits are what the authors put
 * through a sigmoid for each class. The encoder's unused classifier is kept for the weight files.
 *
 * Source: Dai et al., Medical Image Analysis 97 (2024) 103241.
 */
export function i2uNetM(options: I2UNetOptions): LayersModel {
  const { classes = 2, inputShape, seed = 0, dropout = 0.2 } = options;
  return withinPadding('i2u-net-m', { inputShape }, { multiple: 32, minimum: 128 }, (image) => {
    const [e1, e2, e3, e4] = encoder(image, seed) as [Streams, Streams, Streams, Streams];
    const skips = [e3, e2, e1];
    let streams = bottleneck(e4, seed, dropout);
    for (const [i, { filters, taps }] of blocks.entries()) {
      const key = `decoder${4 - i}`;
      const { x, h } = decode(streams, { key, filters, taps, seed });
      const skip = skips[i];
      streams =
        skip === undefined
          ? { x, h }
          : { x: sum(`${key}.skip.x`, x, skip.x), h: sum(`${key}.skip.h`, h, skip.h) };
    }
    const both = join('final.concat', streams.x, streams.h);
    const last = { name: 'finaldeconv1', filters: 32, kernelSize: 4, seed } as const;
    const wide = relu(enlarge(both, last), 'final.relu');
    return convolution(wide, { name: 'finalconv3', filters: classes, useBias: true, seed });
  });
}

/** Attention to a memory of the deepest map and state; adds nothing at the start, when its last kernel is zero. */
function bottleneck({ x, h }: Streams, seed: number, rate: number): Streams {
  const key = 'flat_layer.NSIB';
  const all = join('flat_layer.concat', x, h);
  const channels = all.shape.at(-1)!;
  const half = channels / 2;
  const projected = (name: string) => {
    const conv = { name: `${key}.${name}.0`, filters: half, kernelSize: 1, useBias: true, seed };
    return relu(normalize(convolution(all, conv), `${key}.${name}.1.0`), `${key}.${name}.1.1`);
  };
  const [value, query] = [projected('f_value'), projected('f_query')];
  const refined = [0, 1, 2, 3].map((dilation) => {
    const name = `${key}.spp_inception_v.dilate${dilation + 1}`;
    const sizes = dilation === 0 ? { kernelSize: 1 } : { kernelSize: 3, dilation };
    const y = convolution(value, { name, filters: half, ...sizes, useBias: true, seed });
    return relu(y, `${name}.relu`);
  });
  const attention = new MemoryAttention({ name: `${key}.attention` });
  const read = attention.apply([query, value, sum(`${key}.spp.add`, ...refined)]);
  const kernelInitializer = initializers.zeros();
  const back = { name: `${key}.W`, filters: channels, kernelSize: 1, useBias: true };
  const attended = new Conv2D({ ...back, kernelInitializer }).apply(read) as SymbolicTensor;
  const name = 'flat_layer.drop';
  const drop = new DropBlock({ name, rate, block: 2, seed: deriveSeed(seed, name) });
  const y = drop.apply(sum('flat_layer.add', all, attended)) as SymbolicTensor;
  const part = (stream: string, begin: number, size: number) =>
    new ChannelSlice({ name: `flat_layer.${stream}`, begin, size }).apply(y) as SymbolicTensor;
  const own = channels - stateChannels;
  return { x: part('x', 0, own), h: part('h', own, stateChannels) };
}

interface Decode {
  readonly key: string;
  readonly filters: number;
  /** Of the channel attention. */
  readonly taps: number;
  readonly seed: number;
}

/** Both streams to twice the size. */
function decode({ x, h }: Streams, { key, filters, taps, seed }: Decode): Streams {
  const narrow = x.shape.at(-1)! / 4;
  const pointwise = (input: SymbolicTensor, name: string, count: number, useBias = true) =>
    convolution(input, { name: `${key}.${name}`, filters: count, kernelSize: 1, useBias, seed });
  const larger = (input: SymbolicTensor, name: string, count: number) =>
    enlarge(input, { name: `${key}.${name}`, filters: count, seed });
  const unit = (y: SymbolicTensor, index: number) =>
    relu(normalize(y, `${key}.norm${index}`), `${key}.relu${index}`);
  const first = unit(pointwise(join(`${key}.concat`, x, h), 'conv1', narrow), 1);
  const second = unit(larger(first, 'deconv2', narrow), 2);
  const third = normalize(pointwise(second, 'conv3', filters), `${key}.norm3`);
  const weighed = eca(third, `${key}.eca`, taps, seed);
  const next = relu(sum(`${key}.add`, weighed, larger(x, 'deconv_x', filters)), `${key}.relu`);
  // As in the encoder, the result informs the state, shortcut and all.
  const informed = pointwise(next, 'conv_out', stateChannels, false);
  const updated = sum(`${key}.state.add`, larger(h, 'deconv_h', stateChannels), informed);
  return { x: next, h: tanh(normalize(updated, `${key}.norm4`), `${key}.state`) };
}
