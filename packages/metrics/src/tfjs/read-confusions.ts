import type * as tf from '@tensorflow/tfjs-core';
import type { Confusion } from '../confusion.ts';

/**
 * Reads counts back, for every score of `@sts-net/metrics`: four numbers a class, not the masks.
 *
 * @param counts `[classes, 4]` or `[batch, classes, 4]` as of `confusionTensor`, or sums of them
 * @returns one entry an image, or one in all; `ignored` is 0, since counts do not know
 * @throws RangeError where counts are not whole: a label was no class, or a logit `NaN`
 */
export async function readConfusions(counts: tf.Tensor): Promise<Confusion[]> {
  const [classes = 0, columns] = counts.shape.slice(-2);
  if ((counts.rank !== 2 && counts.rank !== 3) || columns !== 4) {
    throw new RangeError(
      `\`readConfusions\`: counts must be [classes, 4] or [batch, classes, 4], got [${counts.shape}]`,
    );
  }
  const values = await counts.data<'float32'>();
  const entries = Array.from({ length: values.length / 4 }, (_, i) => {
    const [tp, fp, fn, tn] = values.subarray(4 * i) as Iterable<number> as number[];
    return { tp: tp!, fp: fp!, fn: fn!, tn: tn! };
  });
  return Array.from({ length: entries.length / classes }, (_, image) => {
    const own = entries.slice(image * classes, (image + 1) * classes);
    const { tp, fp, fn, tn } = own[0]!;
    const total = tp + fp + fn + tn;
    if (!Number.isSafeInteger(total)) {
      throw new RangeError(
        `\`readConfusions\`: counts must be whole, got ${total} pixels in image ${image}; a label is no class (pass \`ignoreIndex\` if it marks pixels to leave out), or the network gave NaN`,
      );
    }
    return { classes: own, total, ignored: 0 };
  });
}
