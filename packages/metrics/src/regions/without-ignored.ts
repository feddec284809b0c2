import { checkOptions } from '../check-options.ts';
import type { LabelGrid } from '../grid.ts';
import { gridPair } from '../pair.ts';

export interface IgnoreOptions {
  /** Label of the truth, also a negative one, that marks pixels on which nothing counts. */
  readonly ignoreIndex: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/** A prediction and its truth in C order, with background where nothing counts. */
export interface WithoutIgnored {
  readonly prediction: LabelGrid;
  readonly truth: LabelGrid;
  /** Pixels that were taken out. */
  readonly ignored: number;
}

/**
 * Takes the pixels on which nothing counts out of a prediction and its truth: both become background
 * there, for scores of boundaries and lesions, which need neighbours. So nothing of the prediction is
 * right or false there: a predicted lesion that lies wholly on such pixels is none, of another what is
 * left is scored, and where prediction and truth both reach what is taken out, their boundaries agree.
 * Where background is scored too, as accuracy and specificity do, `confusion` with `ignoreIndex` does
 * not count these pixels at all.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @returns as given where there are no such pixels
 * @throws RangeError where shapes differ
 */
export function withoutIgnored(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: IgnoreOptions,
): WithoutIgnored {
  const where = checkOptions('withoutIgnored', options, 'ignoreIndex id');
  const { ignoreIndex } = options;
  const { prediction: p, truth: t, shape } = gridPair(prediction, truth, where);
  let ignored = 0;
  for (let i = 0; i < t.length; i++) if (t[i] === ignoreIndex) ignored++;
  if (ignored === 0) return { prediction, truth, ignored };
  const counting = (labels: ArrayLike<number>): LabelGrid => {
    const data = new (labels instanceof Uint8Array ? Uint8Array : Float64Array)(labels);
    for (let i = 0; i < data.length; i++) if (t[i] === ignoreIndex) data[i] = 0;
    return { data, shape };
  };
  return { prediction: counting(p), truth: counting(t), ignored };
}
