import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Pixels of the input per pixel of a network's deepest feature map, along each side. */
export type OutputStride = 8 | 16 | 32;

/**
 * Where the dilation of a stage that keeps its resolution begins. `smp`: in its first block, as in
 * segmentation_models.pytorch. `torchvision`: in its second; the first keeps the dilation before.
 */
export type DilationStyle = 'smp' | 'torchvision';

/**
 * Makes the layer that re-weighs a feature map. Called once for each, with its channel count and a
 * seed of its own; input and output of the layer have the same shape.
 */
export type AttentionFactory = (channels: number, seed: number) => layers.Layer;

/** What a stage of an encoder is built with. */
export interface StageContext {
  /** The full name of a layer: the PyTorch key of its parameters without the last part. */
  readonly name: (key: string) => string;
  /** The network's seed. */
  readonly seed: number;
  /** Stride of the stage's first block: 1 where the stage is dilated instead. */
  readonly strides: number;
  /** Dilation of the stage's convolutions. */
  readonly dilation: number;
  /** Dilation of its first block. */
  readonly firstDilation: number;
}

/** Part of an encoder that ends in a feature map. */
export interface EncoderStage {
  /** Pixels of the input per pixel of the feature map, where nothing is dilated. */
  readonly stride: number;
  /** From the feature map before (the image, for the first stage) to this one. */
  readonly build: (x: SymbolicTensor, context: StageContext) => SymbolicTensor;
  /**
   * What decoders get, from the map that attention and the next stage work on; of the same shape.
   * @default the map itself
   */
  readonly tap?: (x: SymbolicTensor, context: StageContext) => SymbolicTensor;
}

/** The place of a stage at whose stride an encoder has no map; the next stage goes on from the one before. */
export interface EmptyStage {
  readonly stride: number;
  readonly build?: undefined;
  readonly tap?: undefined;
}

/** An encoder: its stages, finest first, with strides 2, 4, 8, 16 and 32, or for the plain U-Nets 1, 2, 4, 8 and 16. */
export interface EncoderSpec {
  readonly stages: readonly (EncoderStage | EmptyStage)[];
  /**
   * Epsilon of all its batch normalisations, stated where weight files with the same keys exist for
   * another one: a file is for one epsilon, and with the other its results are worse without any
   * sign of it. @default not stated: keys tell the weights that fit
   */
  readonly epsilon?: number;
}

/** A feature map of an encoder. */
export interface Feature {
  /** Pixels of the input per pixel of this map, along each side. */
  readonly stride: number;
  /** 0 where the encoder has no map of this stride. */
  readonly channels: number;
  /** `[batch, height / stride, width / stride, channels]`; of no channels, it leads to no image. */
  readonly tensor: SymbolicTensor;
}

/** What an encoder gives to a decoder. */
export interface Encoder {
  /** Finest first. Where stages are dilated, several have the same stride. */
  readonly features: readonly Feature[];
}
