/** The label of voxels that belong to no class and that nothing is to be counted on. */
export const IGNORED = 255;

/**
 * What a label is.
 * - `'whole'`: whole numbers from 0 to 255, as they are.
 * - `'nonzero'`: whole numbers from 0; each but 0 is the target. Gives 0 and 1, also for masks of 0
 *   and 255.
 * - `{ classes, map, ignore }`: the whole numbers from 0 to `classes` − 1 that voxels are after `map`
 *   (from stored number to class; what it does not name stays). Voxels that hold `ignore`, before
 *   `map`, become `IGNORED`. `classes` is from 2 to 255, the background among them.
 * - `{ labels, ignore }`: whole numbers from 0; those listed, or with `'nonzero'` all but 0, are the target.
 *   Voxels that hold `ignore` become `IGNORED`. Gives 0 and 1 elsewhere.
 * - `{ threshold }`: any values, such as probabilities; 1 from `threshold` on, else 0, also where
 *   there is no number (NaN).
 */
export type LabelRule =
  | 'whole'
  | 'nonzero'
  | {
      readonly classes: number;
      readonly map?: Readonly<Record<number, number>>;
      readonly ignore?: number;
    }
  | { readonly labels: readonly number[] | 'nonzero'; readonly ignore?: number }
  | { readonly threshold: number };

/** A checked rule for whole numbers. */
export interface LabelReader {
  /** What errors say must be held. */
  readonly requirement: string;
  /** The label that a whole number stands for, `undefined` if it stands for none. */
  readonly labelOf: (whole: number) => number | undefined;
  /** What to do about a number from 0 that stands for none. */
  readonly cure?: string;
}

/** The threshold of a rule that is one. @throws {RangeError} if it is no number */
export function thresholdOf(rule: LabelRule): number | undefined {
  if (typeof rule !== 'object' || rule === null || !('threshold' in rule)) return undefined;
  checkIsOneRule(rule);
  if (Number.isFinite(rule.threshold)) return rule.threshold;
  throw new RangeError(
    `\`labelsOf\`: \`threshold\` must be a finite number, got ${rule.threshold}`,
  );
}

/** @throws {RangeError} if a rule for whole numbers is none or contradicts itself */
export function labelReader(rule: LabelRule): LabelReader {
  if (rule === 'whole') {
    return {
      requirement: 'whole numbers from 0 to 255',
      labelOf: (whole) => (whole >= 0 && whole <= 255 ? whole : undefined),
      cure: 'renumber them by the rule `{ classes, map }`',
    };
  }
  if (rule === 'nonzero') return targetReader({ labels: 'nonzero' });
  checkIsOneRule(rule);
  if ('classes' in rule) return classReader(rule);
  return targetReader(rule as Extract<LabelRule, { labels: unknown }>);
}

/** The keys of each rule, that by which it is told first. */
const ruleKeys = [['classes', 'map', 'ignore'], ['labels', 'ignore'], ['threshold']];

/** @throws {RangeError} unless the rule has the keys of one rule and no other */
function checkIsOneRule(rule: Exclude<LabelRule, string>): void {
  const keys = typeof rule === 'object' && rule !== null ? Object.keys(rule) : [];
  const own = ruleKeys.find(([first]) => keys.includes(first!));
  if (own !== undefined && keys.every((key) => own.includes(key))) return;
  throw new RangeError(
    `\`labelsOf\`: the rule must be 'whole', 'nonzero', { classes, map, ignore }, { labels, ignore } or { threshold }, got ${JSON.stringify(rule)}`,
  );
}

function targetReader({ labels, ignore }: Extract<LabelRule, { labels: unknown }>): LabelReader {
  checkIgnored(ignore);
  const listed = labels === 'nonzero' ? undefined : new Set(checkedLabels(labels));
  const isTarget = (whole: number) => (listed === undefined ? whole !== 0 : listed.has(whole));
  return {
    requirement: `whole numbers from 0${orIgnored(ignore)}`,
    labelOf(whole) {
      if (whole === ignore) return IGNORED;
      return whole >= 0 ? Number(isTarget(whole)) : undefined;
    },
  };
}

function checkIgnored(ignore: number | undefined): void {
  if (ignore === undefined || Number.isInteger(ignore)) return;
  throw new RangeError(`\`labelsOf\`: \`ignore\` must be a whole number, got ${ignore}`);
}

function orIgnored(ignore: number | undefined): string {
  return ignore === undefined ? '' : `, or ${ignore} where nothing counts`;
}

function classReader(rule: Extract<LabelRule, { classes: number }>): LabelReader {
  const { classes, map = {}, ignore } = rule;
  const isClass = (label: number) => Number.isInteger(label) && label >= 0 && label < classes;
  if (!(Number.isInteger(classes) && classes >= 2 && classes <= IGNORED)) {
    throw new RangeError(
      `\`labelsOf\`: \`classes\` must be a whole number from 2 to ${IGNORED}, the background among them, got ${classes}`,
    );
  }
  checkIgnored(ignore);
  const classOf = new Map(Object.entries(map).map(([from, to]) => [Number(from), to]));
  for (const [from, to] of classOf) {
    if (Number.isInteger(from) && isClass(to)) continue;
    throw new RangeError(
      `\`labelsOf\`: \`map\` must lead from whole numbers to classes from 0 to ${classes - 1}, got ${from}: ${to}; raise \`classes\` or renumber`,
    );
  }
  const mapped = classOf.size > 0 ? ', once `map` is applied' : '';
  return {
    requirement: `whole numbers from 0 to ${classes - 1}${mapped}${orIgnored(ignore)}`,
    labelOf(whole) {
      if (whole === ignore) return IGNORED;
      const label = classOf.get(whole) ?? whole;
      return isClass(label) ? label : undefined;
    },
    cure: 'raise `classes`, or renumber them by `map`',
  };
}

function checkedLabels(labels: readonly number[]): readonly number[] {
  const isLabel = (label: unknown) => Number.isInteger(label) && (label as number) >= 0;
  if (Array.isArray(labels) && labels.length > 0 && labels.every(isLabel)) return labels;
  throw new RangeError(
    `\`labelsOf\`: \`labels\` must be 'nonzero' or list at least one whole number from 0, and nothing else, got ${JSON.stringify(labels)}`,
  );
}
