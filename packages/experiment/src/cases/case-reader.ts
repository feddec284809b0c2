import type { Case } from '@sts-net/datasets/any-runtime';
import type { Channels } from '@sts-net/inference';
import type { LabelRule, LabelsOfOptions, Volume } from '@sts-net/volume-io';

/** What is said of a mask that holds no labels. */
type LabelWords = Pick<LabelsOfOptions, 'subject' | 'remedy' | 'onWarning'>;

/** Where the images and masks of cases come from. */
export interface CaseReader {
  /**
   * The image, or its named channels in their order.
   *
   * @param channels those that are needed, if not all; the first is read for its grid
   */
  image(one: Case, channels?: readonly string[]): Promise<Channels>;
  labels(one: Case, rule: LabelRule, words: LabelWords): Promise<Volume<Uint8Array>>;
  /** Whether image or mask is of two dimensions, whose slices are channels and which has no place. */
  isFlat(one: Case): { readonly image: boolean; readonly mask: boolean };
}
