import { Conv2D, deriveSeed, Kaiming } from '@sts-net/layers-core';
import { initializers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link convolution}. */
export interface ConvolutionOptions {
  /** The layer's name. */
  readonly name: string;
  readonly filters: number;
  /** @default 3 */
  readonly kernelSize?: number | undefined;
  /** @default 1 */
  readonly dilation?: number | undefined;
  /** @default 1 */
  readonly groups?: number | undefined;
  /** @default false */
  readonly useBias?: boolean | undefined;
  /** The network's seed. */
  readonly seed: number;
}

/** A convolution that keeps the size and starts as PyTorch's do: kernel and bias uniform in ±1/√fanIn. */
export function convolution(x: SymbolicTensor, options: ConvolutionOptions): SymbolicTensor {
  return convolutionLayer(x.shape.at(-1)!, options).apply(x) as SymbolicTensor;
}

/** The layer of {@link convolution}, for inputs of so many channels. */
export function convolutionLayer(channels: number, options: ConvolutionOptions): Conv2D {
  const { name, filters, kernelSize = 3, dilation = 1, groups = 1, useBias = false } = options;
  const seedOf = (key: string) => deriveSeed(options.seed, key);
  const bound = 1 / Math.sqrt((channels / groups) * kernelSize ** 2);
  const uniform = { minval: -bound, maxval: bound, seed: seedOf(`${name}.bias`) };
  const kernel = { distribution: 'uniform' as const, gain: 1 / Math.sqrt(3), seed: seedOf(name) };
  return new Conv2D({
    ...{ name, filters, kernelSize, groups, useBias, dilations: dilation },
    padding: Math.floor(kernelSize / 2) * dilation,
    kernelInitializer: new Kaiming(kernel),
    ...(useBias && { biasInitializer: initializers.randomUniform(uniform) }),
  });
}
