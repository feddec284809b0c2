import { createEncoder, type DenseNetOptions, denseNet } from '@sts-net/backbones';
import {
  BatchNormalization,
  Conv2D,
  Dropout,
  deriveSeed,
  Kaiming,
  ReLU,
  ResizeBilinear,
} from '@sts-net/layers-core';
import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { NetworkOptions } from './network-options.ts';
import { withinPadding } from './within-padding.ts';

/** Which DenseASPP: its DenseNet, and how wide its pyramid is. */
export interface DenseASPPVariant extends Omit<DenseNetOptions, 'lastTransition'> {
  /** Channels that a block of the pyramid narrows its input to. */
  readonly narrow: number;
  /** Channels that it adds. */
  readonly added: number;
}

/** What any DenseASPP can be told, as data. */
export interface DenseASPPSettings {
  /** Stride of the encoder's deepest map. @default 8 */
  readonly outputStride?: 8 | 16 | undefined;
  /**
   * Whether the last resizing keeps corner pixels, as PyTorch did when the published weights were trained; today's
   * default takes pixels for areas. @default false
   */
  readonly alignCorners?: boolean | undefined;
  /** Rate of the channel dropout, at least 0 and less than 1. @default 0.1 */
  readonly dropout?: number | undefined;
  /**
   * How much of each batch the running statistics of the blocks' normalisations take, more than 0 and at most 1. The
   * published share needs thousands of steps, before which a network predicts by statistics that it never had: give
   * shorter trainings 0.1. @default 0.0003
   */
  readonly momentum?: number | undefined;
}

/** What {@link denseASPP} takes. */
export interface DenseASPPOptions extends DenseASPPVariant, DenseASPPSettings, NetworkOptions {}

const rates = [3, 6, 12, 18, 24];

/**
 * DenseASPP: a DenseNet whose last blocks are dilated, and a pyramid of dilated convolutions that each get the
 * maps of all before.
 *
 * Source: Yang et al., CVPR 2018. The paper of STS-Net prints 46.15 million parameters for it, which none of the
 * published variants has.
 */
export function denseASPP(options: DenseASPPOptions): LayersModel {
  const { outputStride = 8, seed = 0, growth, stem, layers: counts } = options;
  const spec = denseNet({
    ...(growth !== undefined && { growth }),
    ...(stem !== undefined && { stem }),
    layers: counts,
    lastTransition: true,
  });
  return withinPadding('denseaspp', options, outputStride, (image) => {
    const { features } = createEncoder(spec, { input: image, outputStride, seed, name: '' });
    const { tensor } = features.at(-1)!;
    if (outputStride === 8) return pyramid(tensor, 8, options);
    return pyramid(resize(tensor, 'features.up', 2, options.alignCorners), 8, options);
  });
}

/**
 * DenseASPP's pyramid on a dilated ResNet101: of all designs published under that name the nearest to the 46.15
 * million parameters that the paper of STS-Net prints, 46.05 million, and not verified; it has 0.89 times the FLOPs
 * that are printed. Layers of the encoder are named as in torchvision, after `encoder.`.
 *
 * Sources: Yang et al., CVPR 2018; He et al., CVPR 2016.
 */
export function denseASPPResNet101(options: DenseASPPSettings & NetworkOptions): LayersModel {
  const { outputStride = 16, seed = 0 } = options;
  return withinPadding('denseaspp-resnet101', options, outputStride, (image) => {
    const { features } = createEncoder('resnet101', { input: image, outputStride, seed });
    return pyramid(features.at(-1)!.tensor, outputStride, { ...options, narrow: 256, added: 64 });
  });
}

type PyramidOptions = Pick<DenseASPPVariant, 'narrow' | 'added'> &
  DenseASPPSettings &
  Omit<NetworkOptions, 'inputShape'>;

/** The blocks one after the other, the head, and the way to an image as many times larger. */
function pyramid(input: SymbolicTensor, stride: number, options: PyramidOptions): SymbolicTensor {
  const { narrow, added, alignCorners, dropout = 0.1, classes = 2, seed = 0 } = options;
  const block = { narrow, added, dropout, momentum: options.momentum ?? 0.0003, seed };
  // The first block's ReLU works in place there, so that what all blocks get has gone through it.
  let x = new ReLU({ name: 'ASPP_3.relu.1' }).apply(input) as SymbolicTensor;
  for (const rate of rates) x = atrousBlock(x, { rate, ...block });
  const drop = { name: 'classification.0', rate: dropout, unit: 'channel' as const };
  const dropped = new Dropout({ ...drop, seed: deriveSeed(seed, drop.name) }).apply(x);
  const head = convolution('classification.1', { filters: classes, size: 1, seed });
  return resize(head.apply(dropped) as SymbolicTensor, 'upsample', stride, alignCorners);
}

function resize(x: SymbolicTensor, name: string, scale: number, alignCorners = false) {
  const convention = alignCorners ? { alignCorners } : { halfPixelCenters: true };
  return new ResizeBilinear({ name, scale, ...convention }).apply(x) as SymbolicTensor;
}

interface AtrousBlock {
  readonly rate: number;
  readonly narrow: number;
  readonly added: number;
  readonly dropout: number;
  readonly momentum: number;
  readonly seed: number;
}

function atrousBlock(
  x: SymbolicTensor,
  { rate, narrow, added, dropout, momentum, seed }: AtrousBlock,
): SymbolicTensor {
  const key = `ASPP_${rate}`;
  const normalize = (input: SymbolicTensor, part: 1 | 2) =>
    new BatchNormalization({ name: `${key}.norm.${part}`, momentum }).apply(input);
  let y = x;
  if (rate !== rates[0]) {
    const normal = normalize(x, 1);
    y = new ReLU({ name: `${key}.relu.1` }).apply(normal) as SymbolicTensor;
  }
  y = convolution(`${key}.conv.1`, { filters: narrow, size: 1, seed }).apply(y) as SymbolicTensor;
  const ready = new ReLU({ name: `${key}.relu.2` }).apply(normalize(y, 2));
  const dilated = { filters: added, size: 3, dilation: rate, seed };
  const fresh = convolution(`${key}.conv.2`, dilated).apply(ready);
  const drop = { name: `${key}.drop`, rate: dropout, unit: 'channel' as const };
  const dropped = new Dropout({ ...drop, seed: deriveSeed(seed, drop.name) }).apply(fresh);
  const join = layers.concatenate({ name: `${key}.concat` });
  return join.apply([dropped as SymbolicTensor, x]) as SymbolicTensor;
}

interface ConvolutionOptions {
  readonly filters: number;
  readonly size: number;
  readonly dilation?: number;
  readonly seed: number;
}

/** With a bias, from Kaiming's uniform distribution over the fan in. */
function convolution(name: string, { filters, size, dilation = 1, seed }: ConvolutionOptions) {
  const kernel = { distribution: 'uniform' as const, seed: deriveSeed(seed, name) };
  return new Conv2D({
    ...{ name, filters, kernelSize: size, dilations: dilation, useBias: true },
    padding: Math.floor(size / 2) * dilation,
    kernelInitializer: new Kaiming(kernel),
  });
}
