import type { EdgeRule } from '@sts-net/volume-io';
import type { NormalizationRule } from './normalization-rule.ts';

/**
 * How an image becomes network input: plain JSON, saved with the weights, so that training,
 * validation and prediction do the same.
 */
export interface Preprocessing {
  /** Axis of `[slice, row, column]` that samples cut across. @default 0 */
  readonly axis?: 0 | 1 | 2;
  /**
   * Neighbour slices on each side that a sample holds as channels. A 2-D image has none: with the
   * default it gives its three colours, or three times its grey; with others, its grey. @default 1
   */
  readonly context?: number;
  /** What stands in for the neighbours that the first and last slices lack. @default 'triple' */
  readonly edge?: EdgeRule;
  /** Height and width that every slice is brought to, in pixels. @default the images' own */
  readonly size?: readonly [height: number, width: number] | undefined;
  /**
   * How intensities become network input. Say it for images that are to be treated alike: what is
   * trained with saves it with its weights.
   * @default what `chooseNormalization` chooses for each image
   */
  readonly normalization?: NormalizationRule | undefined;
}

/** The preprocessing with its defaults filled in, but for those that depend on the image. */
export type FullPreprocessing = Required<Omit<Preprocessing, 'size' | 'normalization'>> &
  Pick<Preprocessing, 'size' | 'normalization'>;

/** Fills in the defaults; further fields are left out. */
export function fullPreprocessing({
  axis = 0,
  context = 1,
  edge = 'triple',
  size,
  normalization,
}: Preprocessing): FullPreprocessing {
  return { axis, context, edge, size, normalization };
}

/** Channels of the samples. */
export function channelsOf({ context = 1 }: Preprocessing): number {
  return 2 * context + 1;
}
