import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** A feature map of an encoder. */
export interface Feature {
  /** Pixels of the image per pixel of this map, along each side. */
  readonly stride: number;
  /** 0 where the encoder has no map of this stride. */
  readonly channels: number;
  /** `[batch, height / stride, width / stride, channels]`; of no channels, it leads to no image. */
  readonly tensor: SymbolicTensor;
}

/** What a decoder is built with. */
export interface DecoderContext {
  /** Number of classes, the channels of the logits. */
  readonly classes: number;
  /** Dropout rate; undefined stands for the decoder's own default. */
  readonly dropout: number | undefined;
  /** The network's seed. */
  readonly seed: number;
}

/** A decoder's logits, and the maps on the way to them. */
export interface Decoded {
  readonly logits: SymbolicTensor;
  /** What deep supervision puts heads on, from the map nearest to the logits on; may be none. */
  readonly maps: readonly Feature[];
}

/** A decoder: from feature maps, finest first, to logits at the size of the image. */
export interface DecoderSpec {
  /** The encoder's output stride that this decoder is made for. */
  readonly outputStride: 8 | 16 | 32;
  /**
   * How many of an encoder's feature maps it uses, from the finest on. The stages beyond are not
   * built, and weights for them belong to no layer. @default all
   */
  readonly depth?: number;
  /** Whether it can do without none of them; others leave a map of no channels out. @default false */
  readonly needsEveryMap?: boolean;
  /** Least height and width of the deepest feature map, in its own pixels. @default 1 */
  readonly minimumMapSize?: number;
  /**
   * From feature maps, finest first, to logits `[batch, height, width, classes]`, with `height` and
   * `width` those of the image; the last layer with weights is linear.
   */
  readonly build: (features: readonly Feature[], context: DecoderContext) => SymbolicTensor;
  /** As `build`, with the maps on the way; decoders that have no such maps do without. */
  readonly decode?: (features: readonly Feature[], context: DecoderContext) => Decoded;
}
