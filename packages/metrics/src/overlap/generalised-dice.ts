import { checkOneOf, checkOptions } from '../check-options.ts';
import type { Confusion } from '../confusion.ts';
import { defaultEmpty, emptyRule, emptyValue, share } from '../empty.ts';
import type { EmptyOptions } from '../score.ts';

export interface GeneralisedDiceOptions extends EmptyOptions {
  /**
   * What a class weighs: 1 / (its pixels in the truth)², 1 / these, or all the same.
   * @default 'square'
   */
  readonly weighting?: 'square' | 'simple' | 'uniform';
  /** Whether the background, class 0, is one of the classes. @default false */
  readonly background?: boolean;
}

/**
 * Generalised Dice, 0 … 1: 2·Σ w·tp / Σ w·(2·tp + fp + fn) over classes, whose weights make small classes
 * count as much as large ones (Crum et al. 2006; Sudre et al. 2017). A class that the truth does not
 * hold weighs as much as the heaviest that it does, as in MONAI. Undefined where prediction and truth hold
 * none of the classes; 0 where the truth alone holds none.
 *
 * @throws TypeError where the counts are no `Confusion`
 */
export function generalisedDice(counts: Confusion, options: GeneralisedDiceOptions = {}): number {
  const where = checkOptions('generalisedDice', options, 'weighting background empty');
  const { weighting = 'square', background = false, empty = defaultEmpty } = options;
  if (!Array.isArray(counts?.classes)) {
    throw new TypeError(
      `${where}: the counts must be what \`confusion\` gives, got ${String(counts)}`,
    );
  }
  checkOneOf(weighting, 'weighting', ['square', 'simple', 'uniform'], where);
  const classes = background ? counts.classes : counts.classes.slice(1);
  const power = { square: 2, simple: 1, uniform: 0 }[weighting];
  const own = classes.map(({ tp, fn }) => (tp + fn > 0 ? (tp + fn) ** -power : 0));
  const heaviest = Math.max(...own);
  let [both, sizes, pixels] = [0, 0, 0];
  for (const [k, { tp, fp, fn }] of classes.entries()) {
    const weight = tp + fn > 0 ? own[k]! : heaviest;
    both += 2 * weight * tp;
    sizes += weight * (2 * tp + fp + fn);
    pixels += tp + fp + fn;
  }
  if (sizes > 0) return both / sizes;
  return emptyValue(emptyRule(empty, pixels === 0), share);
}
