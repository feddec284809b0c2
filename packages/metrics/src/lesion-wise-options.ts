import type { Connectivity } from './connected-components.ts';
import type { EmptyPolicy } from './empty.ts';
import type { LesionMatcher, LesionMatching } from './lesion-matching.ts';

export interface LesionWiseOptions {
  /** What makes pixels one lesion. @default 8 in 2-D, 26 in 3-D */
  readonly connectivity?: Connectivity;
  /** When a true and a predicted lesion match. @default 'any-overlap' */
  readonly matching?: LesionMatching | LesionMatcher;
  /** Least IoU of a match, 0 … 1; only for `'iou'` and `'one-to-one'`. @default 0.5 */
  readonly iouThreshold?: number;
  /**
   * True lesions of fewer pixels are not scored, as in the BraTS challenges: they are neither found nor
   * missed, and a predicted lesion that overlaps only such is neither right nor false. Predicted lesions
   * count whatever their size. @default 1
   */
  readonly minimumSize?: number;
  /**
   * Pixels by which masks are grown to tell lesions apart: fragments that come to touch are one
   * lesion, of which sizes and overlaps are those of the mask itself. The truth is grown, as in the
   * BraTS challenges, and with `'any-overlap'` what its grown lesions overlap matches, so that a near
   * miss counts. With `'iou'` and `'one-to-one'`, and for the panoptic quality, fragments of the
   * prediction are joined likewise, as whole lesions are compared there. @default 0
   */
  readonly dilation?: number;
  /** Size of a pixel along each axis in mm, in the order of the shape. @default 1 each */
  readonly spacing?: readonly number[];
  /** The label whose pixels are lesions. @default every label above 0 */
  readonly label?: number;
  /** What a score is where it is 0/0. @default { both: 'best', one: 'worst' } */
  readonly empty?: EmptyPolicy;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

export const lesionSettingNames =
  'connectivity matching iouThreshold minimumSize dilation label empty';
export const lesionWiseOptionNames: string = `${lesionSettingNames} spacing id`;
