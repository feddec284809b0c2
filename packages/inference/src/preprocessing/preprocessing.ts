import type { EdgeRule, Volume } from '@sts-net/volume-io';
import type { ClipRule, NormalizationRule } from './normalization-rule.ts';

/** The images of a case: one volume, or one for each channel by its name, such as `flair` and `t1`. */
export type Channels = Volume | Readonly<Record<string, Volume>>;

/** One rule for all channels, or one for each by its name. */
export type PerChannel<Rule> = Rule | Readonly<Record<string, Rule>>;

/** Distances of neighbouring voxels, mm, in the slices that samples are and across them. */
export interface TargetSpacing {
  /** Between rows and between columns of a slice. @default the images' own */
  readonly inPlane?: readonly [row: number, column: number] | undefined;
  /** Between slices. @default the images' own */
  readonly throughPlane?: number | undefined;
}

/**
 * How an image becomes network input: plain JSON, saved with the weights, so that training,
 * validation and prediction do the same. An image is turned, resampled, cut into slices, each of which
 * is resized; its intensities are measured then, clipped and normalised.
 */
export interface Preprocessing {
  /**
   * Names of the channels, in the order in which the network gets them. Channels of samples are ordered
   * slice by slice, the named ones within each. @default those of the image, in its order
   */
  readonly channels?: readonly string[] | undefined;
  /**
   * What becomes of an image that lacks a named channel: an `error`, or `zero` in its place, as the
   * network sees it, which is the mean where the normalization makes the mean 0. @default 'error'
   */
  readonly missing?: 'error' | 'zero';
  /**
   * Where the axes lead that the image is turned to: for column, row and slice the end of the body
   * (L/R, P/A, I/S) towards which they count up, such as `RAS`. @default the images' own
   */
  readonly orientation?: string | undefined;
  /** Distances that the image is resampled to, once it is turned. @default the images' own */
  readonly spacing?: TargetSpacing | undefined;
  /** Axis of `[slice, row, column]`, once the image is turned, that samples cut across. @default 0 */
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
  /** Limits that intensities are brought to before they are normalised; channels not named have none. @default none */
  readonly clip?: PerChannel<ClipRule> | undefined;
  /**
   * How intensities become network input. Say it for images that are to be treated alike: what is
   * trained with saves it with its weights.
   * @default what `chooseNormalization` chooses for each image
   */
  readonly normalization?: PerChannel<NormalizationRule> | undefined;
}

/** What has no default, or one that depends on the image. */
type Open = 'channels' | 'orientation' | 'spacing' | 'size' | 'clip' | 'normalization';

/** The preprocessing with its defaults filled in, but for those that depend on the image. */
export type FullPreprocessing = Required<Omit<Preprocessing, Open>> & Pick<Preprocessing, Open>;

/** Fills in the defaults; further fields are left out. */
export function fullPreprocessing({
  channels,
  missing = 'error',
  orientation,
  spacing,
  axis = 0,
  context = 1,
  edge = 'triple',
  size,
  clip,
  normalization,
}: Preprocessing): FullPreprocessing {
  return {
    ...{ channels, missing, orientation, spacing, axis },
    ...{ context, edge, size, clip, normalization },
  };
}

/** Channels of the samples: all slices of a window, each with the named channels. */
export function channelsOf({ context = 1, channels }: Preprocessing): number {
  return (2 * context + 1) * (channels?.length ?? 1);
}

/**
 * The rule for a channel; undefined where there is none.
 *
 * @param channel its name; undefined for that of an image without names
 */
export function ruleFor<Rule extends { readonly name: string }>(
  rules: PerChannel<Rule> | undefined,
  channel: string | undefined,
): Rule | undefined {
  if (rules === undefined || isRule(rules)) return rules;
  return channel !== undefined && Object.hasOwn(rules, channel) ? rules[channel] : undefined;
}

/** Whether it is one rule for all channels. */
export function isRule<Rule extends { readonly name: string }>(
  rules: PerChannel<Rule>,
): rules is Rule {
  // A channel may be called `name`.
  return typeof rules.name === 'string';
}
