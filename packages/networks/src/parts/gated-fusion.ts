import {
  BatchNormalization,
  Conv2D,
  deriveSeed,
  GlobalAveragePool,
  Kaiming,
  MaxPool2D,
  ReLU,
} from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { ChannelMeanAndMax } from '../layers/channel-mean-and-max.ts';
import { GatedSum } from '../layers/gated-sum.ts';
import { GlobalMaxPool } from '../layers/global-max-pool.ts';

/** Options of {@link gatedFusion}. */
export interface GatedFusionOptions {
  /** Prefix of all layer names. */
  readonly key: string;
  /** Share of the easy map, from 0 to 1. */
  readonly alpha: number;
  /** The network's seed. */
  readonly seed: number;
}

/**
 * Joins the maps of two streams, both `[batch, height, width, channels]`: positions are weighed in each map,
 * channels between them by a gate, and channels once more; then a convolution. The fused map before, twice as
 * large, is brought here, seen by the gate and added.
 *
 * Source: Qu et al., Information Fusion 109, 2024.
 */
export function gatedFusion(
  easy: SymbolicTensor,
  hard: SymbolicTensor,
  before: SymbolicTensor | undefined,
  { key, alpha, seed }: GatedFusionOptions,
): SymbolicTensor {
  const channels = easy.shape.at(-1)!;
  const convolve = (name: string, filters: number, kernelSize: number, useBias = false) => {
    const kernelInitializer = new Kaiming({ seed: deriveSeed(seed, `${key}.${name}`) });
    const args = { name: `${key}.${name}`, filters, kernelSize, useBias, kernelInitializer };
    return new Conv2D({ ...args, padding: Math.floor(kernelSize / 2) });
  };
  const apply = (layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]) =>
    layer.apply(x) as SymbolicTensor;
  const sigmoid = (x: SymbolicTensor, name: string) =>
    apply(layers.activation({ name: `${key}.${name}`, activation: 'sigmoid' }), x);
  const unit = (x: SymbolicTensor, name: string) => {
    const y = apply(convolve(`${name}.conv`, channels, 3), x);
    const normal = apply(new BatchNormalization({ name: `${key}.${name}.bn` }), y);
    return apply(new ReLU({ name: `${key}.${name}.relu` }), normal);
  };
  const positions = (x: SymbolicTensor, name: string) => {
    const seen = apply(new ChannelMeanAndMax({ name: `${key}.${name}.squeeze` }), x);
    return sigmoid(apply(convolve(`${name}.conv`, 1, 7), seen), `${name}.sigmoid`);
  };

  const pool = new MaxPool2D({ name: `${key}.pool`, poolSize: 2 });
  const previous = before && apply(pool, unit(before, 'fuse_conv'));
  const all = apply(
    layers.concatenate({ name: `${key}.gate.concat` }),
    previous === undefined ? [hard, easy] : [hard, easy, previous],
  );
  const mean = apply(new GlobalAveragePool({ name: `${key}.gate.mean` }), all);
  const gated = apply(convolve('gate.gate_network.0', channels, 1, true), mean);
  const gate = sigmoid(gated, 'gate.sigmoid');
  const weights = [positions(easy, 'sa1'), positions(hard, 'sa2')];
  const mixed = apply(new GatedSum({ name: `${key}.sum`, alpha }), [easy, hard, ...weights, gate]);

  const narrow = convolve('ca.sharedMLP.0', Math.max(1, Math.floor(channels / 16)), 1);
  const wide = convolve('ca.sharedMLP.2', channels, 1);
  const perceptron = (x: SymbolicTensor, name: string) =>
    apply(wide, apply(new ReLU({ name: `${key}.ca.relu.${name}` }), apply(narrow, x)));
  const seen = [
    perceptron(apply(new GlobalAveragePool({ name: `${key}.ca.mean` }), mixed), 'mean'),
    perceptron(apply(new GlobalMaxPool({ name: `${key}.ca.max` }), mixed), 'max'),
  ];
  const sum = apply(layers.add({ name: `${key}.ca.add` }), seen);
  const channelWeights = sigmoid(sum, 'ca.sigmoid');
  const multiply = layers.multiply({ name: `${key}.ca.multiply` });
  const fused = unit(apply(multiply, [mixed, channelWeights]), 'out_conv');
  if (previous === undefined) return fused;
  return apply(layers.add({ name: `${key}.add` }), [fused, previous]);
}
