import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { resizeBilinear } from '../ops/resize-bilinear.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { mapSize, product, singleShape } from './shapes.ts';

export interface ResizeBilinearArgs extends LayerArgs {
  /** `[height, width]` of the output; either this or `scale`. */
  readonly size?: readonly [number, number];
  /** Factor for height and width, which stay whole numbers; either this or `size`. */
  readonly scale?: number;
  /** Corner pixels keep their values. Exactly one of this and `halfPixelCenters`. */
  readonly alignCorners?: boolean;
  /** Pixels are areas. Exactly one of this and `alignCorners`. */
  readonly halfPixelCenters?: boolean;
}

/**
 * Bilinear resizing by a factor or to a size, with the right gradient in both conventions.
 * Input `[batch, height, width, channels]`.
 *
 * @throws RangeError where not exactly one of `size` and `scale`, or of the conventions, is given.
 */
export class ResizeBilinear extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsResizeBilinear';
  readonly size: readonly [number, number] | undefined;
  readonly scale: number | undefined;
  readonly alignCorners: boolean;

  constructor(args: ResizeBilinearArgs) {
    super(args);
    if ((args.size == null) === (args.scale == null)) {
      throw new RangeError(`\`ResizeBilinear\` ${this.name}: give exactly one of size and scale.`);
    }
    if (Boolean(args.alignCorners) === Boolean(args.halfPixelCenters)) {
      throw new RangeError(
        `\`ResizeBilinear\` ${this.name}: choose exactly one of alignCorners and halfPixelCenters.`,
      );
    }
    this.size = args.size ?? undefined;
    this.scale = args.scale ?? undefined;
    this.alignCorners = args.alignCorners ?? false;
    checkSettings(this, args, ['size', 'scale', 'alignCorners', 'halfPixelCenters']);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const [, height, width] = this.computeOutputShape(x.shape) as number[];
      return resizeBilinear(
        x,
        [height!, width!],
        this.alignCorners ? { alignCorners: true } : { halfPixelCenters: true },
      );
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch = null, height, width, channels = null] = singleShape(inputShape);
    if (this.size !== undefined) return [batch, this.size[0], this.size[1], channels];
    const scaled = (size: number) => size * this.scale!;
    return [batch, mapSize(height, scaled), mapSize(width, scaled), channels];
  }

  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    return { other: 4 * product(output) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      ...(this.size === undefined ? { scale: this.scale! } : { size: [...this.size] }),
      ...(this.alignCorners ? { alignCorners: true } : { halfPixelCenters: true }),
    };
  }
}
tf.serialization.registerClass(ResizeBilinear);
