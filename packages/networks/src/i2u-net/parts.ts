import {
  BatchNormalization,
  Conv2D,
  Conv2DTranspose,
  deriveSeed,
  Kaiming,
  ReLU,
} from '@sts-net/layers-core';
import { ESCA } from '@sts-net/layers-esca';
import { initializers, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** The two streams of I²U-Net: the map, and the state beside it. */
export interface Streams {
  readonly x: SymbolicTensor;
  readonly h: SymbolicTensor;
}

export function normalize(x: SymbolicTensor, name: string): SymbolicTensor {
  return new BatchNormalization({ name }).apply(x) as SymbolicTensor;
}

export function relu(x: SymbolicTensor, name: string): SymbolicTensor {
  return new ReLU({ name }).apply(x) as SymbolicTensor;
}

export function tanh(x: SymbolicTensor, name: string): SymbolicTensor {
  return layers.activation({ activation: 'tanh', name }).apply(x) as SymbolicTensor;
}

/** Efficient channel attention: one convolution of so many taps over the channels. */
export function eca(x: SymbolicTensor, name: string, kernelSize: number, seed: number) {
  const layer = new ESCA({ name, kernelSize, repeats: 1, seed: deriveSeed(seed, name) });
  return layer.apply(x) as SymbolicTensor;
}

/** Options of {@link encoderConvolution}. */
export interface EncoderConvolutionOptions {
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number;
  /** @default 1 */
  readonly strides?: number;
  /** The network's seed. */
  readonly seed: number;
}

/** A convolution without bias, from Kaiming's normal distribution over the fan out. */
export function encoderConvolution({ seed, ...options }: EncoderConvolutionOptions): Conv2D {
  const { name, kernelSize } = options;
  const kernelInitializer = new Kaiming({ mode: 'fanOut', seed: deriveSeed(seed, name) });
  return new Conv2D({ ...options, padding: Math.floor(kernelSize / 2), kernelInitializer });
}

/** Options of {@link enlarge}. */
export interface EnlargeOptions {
  readonly name: string;
  readonly filters: number;
  /** @default 3 */
  readonly kernelSize?: 3 | 4;
  /** The network's seed. */
  readonly seed: number;
}

/** To twice the size by a transposed convolution, which starts as PyTorch's do. */
export function enlarge(x: SymbolicTensor, options: EnlargeOptions): SymbolicTensor {
  const { name, filters, kernelSize = 3, seed } = options;
  const bound = 1 / Math.sqrt(filters * kernelSize ** 2);
  const bias = { minval: -bound, maxval: bound, seed: deriveSeed(seed, `${name}.bias`) };
  const kernel = { distribution: 'uniform' as const, gain: 1 / Math.sqrt(3) };
  return new Conv2DTranspose({
    ...{ name, filters, kernelSize, strides: 2, padding: 1, outputPadding: 4 - kernelSize },
    kernelInitializer: new Kaiming({ ...kernel, seed: deriveSeed(seed, name) }),
    biasInitializer: initializers.randomUniform(bias),
  }).apply(x) as SymbolicTensor;
}
