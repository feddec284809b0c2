import { Conv2D, deriveSeed, Kaiming, PositionAttention } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link positionAttention}. */
export interface PositionAttentionOptions {
  /** Channels that positions are compared by. */
  readonly filters: number;
  /** The network's seed. */
  readonly seed: number;
}

/** Adds to a map what each position gathers from all others, and convolves the sum. */
export function positionAttention(
  x: SymbolicTensor,
  { filters, seed }: PositionAttentionOptions,
): SymbolicTensor {
  const convolution = (input: SymbolicTensor, key: string, count: number, kernelSize: number) => {
    const name = `decoder.center.${key}`;
    const kernelInitializer = new Kaiming({
      distribution: 'uniform',
      seed: deriveSeed(seed, name),
    });
    const padding = Math.floor(kernelSize / 2);
    return new Conv2D({
      name,
      filters: count,
      kernelSize,
      padding,
      useBias: true,
      kernelInitializer,
    }).apply(input) as SymbolicTensor;
  };
  const channels = x.shape.at(-1)!;
  const query = convolution(x, 'center_conv', filters, 1);
  const key = convolution(x, 'top_conv', filters, 1);
  const value = convolution(x, 'bottom_conv', channels, 3);
  const attention = new PositionAttention({ name: 'decoder.center.attention' });
  const gathered = attention.apply([query, key, value]) as SymbolicTensor;
  const sum = layers.add({ name: 'decoder.center.add' }).apply([x, gathered]) as SymbolicTensor;
  return convolution(sum, 'out_conv', channels, 3);
}
