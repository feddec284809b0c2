import type { Connectivity } from './connected-components.ts';
import type { EmptyPolicy } from './empty.ts';
import type { LesionMatching } from './lesion-matching.ts';

export interface LesionWiseOptions {
  /** What makes pixels one lesion. @default 8 in 2-D, 26 in 3-D */
  readonly connectivity?: Connectivity;
  /** When a true and a predicted lesion match. @default 'any-overlap' */
  readonly matching?: LesionMatching;
  /** Least IoU of a match, 0 … 1; only for `'iou'` and `'one-to-one'`. @default 0.5 */
  readonly iouThreshold?: number;
  /** Lesions of fewer pixels are taken out of both masks beforehand. @default 1 */
  readonly minimumSize?: number;
  /**
   * Pixels by which the truth is grown to tell its lesions apart and find what overlaps them, as in
   * the BraTS challenges: fragments that come to touch are one lesion, and a near miss is a match.
   * Sizes and overlaps are of the true mask itself. @default 0
   */
  readonly dilation?: number;
  /** Size of a pixel along each axis in mm, in the order of the shape. @default 1 each */
  readonly spacing?: readonly number[];
  /** The label whose pixels are lesions. @default every label above 0 */
  readonly label?: number;
  /** What a score is where it is 0/0. @default { both: 'skip', one: 'worst' } */
  readonly empty?: EmptyPolicy;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}
