import * as tf from '@tensorflow/tfjs-core';
import { checkOptions } from '../check-options.ts';
import {
  defaultEmpty,
  type EmptyPolicy,
  type EmptyRule,
  emptyRule,
  emptyValue,
  share,
} from '../empty.ts';
import type { FBetaOptions } from '../overlap.ts';
import { tensorOptionNames } from './confusion-tensor.ts';
import {
  type Columns,
  type OverlapFormula,
  type OverlapName,
  overlapFormulas,
} from './overlap-formulas.ts';

/**
 * `average`, `background`, `empty` and, for `'fBeta'`, `beta` as for the scores of
 * `@sts-net/metrics`; `accuracy` and `mcc` are over all classes and average nothing.
 */
export interface OverlapTensorOptions extends FBetaOptions {
  /** The class to score alone. @default the average over the foreground classes */
  readonly label?: number;
}

/**
 * An overlap score of counts, on the device: what the score of the same name in `@sts-net/metrics`
 * gives for them, to float32.
 *
 * @param counts `[classes, 4]` as of `confusionTensor`, or the sum of several
 * @returns a scalar; `NaN` where the rule for empty masks leaves nothing, or the counts are `NaN`
 * @throws RangeError where the name, the shape or an option does not fit
 */
export function overlapTensor(
  name: OverlapName,
  counts: tf.Tensor,
  options: OverlapTensorOptions = {},
): tf.Scalar {
  checkOptions('overlapTensor', options, tensorOptionNames);
  const formula = checkedFormula(name, options);
  const { average = 'macro', background = false, label, beta = 1 } = options;
  const { empty = formula.empty ?? defaultEmpty } = options;
  const [classes = 0, columns] = counts.shape;
  if (counts.rank !== 2 || columns !== 4) {
    throw new RangeError(
      `\`overlapTensor\`: counts must be [classes, 4], got [${counts.shape}]; take the counts of one image, or add those of all up`,
    );
  }
  if (label !== undefined && !(Number.isInteger(label) && label >= 0 && label < classes)) {
    throw new RangeError(
      `\`overlapTensor\`: \`label\` must be a class from 0 to ${classes - 1}, got ${label}`,
    );
  }
  return tf.tidy(() => {
    const from = label ?? (background || formula.whole ? 0 : 1);
    const size = label === undefined ? classes - from : 1;
    const [tp, fp, fn, tn] = [0, 1, 2, 3].map((column) =>
      tf.slice(counts, [from, column], [size, 1]),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const chosen = { tp, fp, fn, tn };
    const scored = (of: Columns): Scored => score(of, formula, beta, empty);
    if (formula.whole) return mean(scored(label === undefined ? chosen : withRest(chosen)));
    if (average === 'macro') return mean(scored(chosen));
    const micro = mean(scored(summed(chosen)));
    if (average === 'micro') return micro;
    const { values, weights } = scored(chosen);
    const present = tf.mul(weights, tf.add(tp, fn));
    return tf.where(tf.greater(tf.sum(present), 0), mean({ values, weights: present }), micro);
  });
}

/**
 * The formula of a score.
 *
 * @throws RangeError where there is none of that name or an option of it does not fit
 */
export function checkedFormula(name: OverlapName, options: OverlapTensorOptions): OverlapFormula {
  if (!Object.hasOwn(overlapFormulas, name)) {
    throw new RangeError(
      `a score must be one of ${Object.keys(overlapFormulas).join(', ')}, got ${JSON.stringify(name)}`,
    );
  }
  const { average = 'macro', beta = 1 } = options;
  if (!['macro', 'micro', 'weighted'].includes(average)) {
    throw new RangeError(
      `\`average\` must be 'macro', 'micro' or 'weighted', got ${JSON.stringify(average)}`,
    );
  }
  if (!(beta > 0 && Number.isFinite(beta))) {
    throw new RangeError(`\`fBeta\`: \`beta\` must be above 0, got ${beta}`);
  }
  return overlapFormulas[name];
}

/** Values of classes and how much each weighs: 0 where it is left out. */
interface Scored {
  readonly values: tf.Tensor;
  readonly weights: tf.Tensor;
}

function score(counts: Columns, formula: OverlapFormula, beta: number, empty: EmptyPolicy): Scored {
  const { ends = share, ratio, whole = false } = formula;
  const [numerator, denominator] = ratio(counts, beta);
  const errors = tf.add(counts.fp, counts.fn);
  const agreeing = tf.equal(whole ? tf.sum(errors) : errors, 0);
  const isEmpty = tf.equal(denominator, 0);
  const ruled = (of: (rule: EmptyRule) => number): tf.Tensor => {
    const filled = (bothEmpty: boolean): tf.Tensor =>
      tf.fill(denominator.shape, of(emptyRule(empty, bothEmpty)));
    return tf.where(agreeing, filled(true), filled(false));
  };
  const one = tf.onesLike(denominator);
  return {
    values: tf.where(
      isEmpty,
      ruled((rule) => emptyValue(rule, ends)),
      tf.div(numerator, tf.where(isEmpty, one, denominator)),
    ),
    weights: tf.where(
      isEmpty,
      ruled((rule) => (rule === 'skip' ? 0 : 1)),
      one,
    ),
  };
}

/** The weighted mean of values; `NaN` where nothing weighs. */
function mean({ values, weights }: Scored): tf.Scalar {
  const total = tf.sum(weights);
  const parts = tf.where(tf.equal(weights, 0), tf.zerosLike(values), tf.mul(values, weights));
  const none = tf.equal(total, 0);
  const quotient = tf.div(tf.sum(parts), tf.where(none, tf.onesLike(total), total));
  return tf.where(none, tf.scalar(Number.NaN), quotient) as tf.Scalar;
}

function summed({ tp, fp, fn, tn }: Columns): Columns {
  const sum = (column: tf.Tensor): tf.Tensor => tf.sum(column, 0, true);
  return { tp: sum(tp), fp: sum(fp), fn: sum(fn), tn: sum(tn) };
}

/** A class and, as a second one, everything else. */
function withRest({ tp, fp, fn, tn }: Columns): Columns {
  const join = (one: tf.Tensor, rest: tf.Tensor): tf.Tensor => tf.concat([one, rest], 0);
  return { tp: join(tp, tn), fp: join(fp, fn), fn: join(fn, fp), tn: join(tn, tp) };
}
