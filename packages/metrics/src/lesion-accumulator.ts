import { type Accumulator, accumulator, type CaseRecord } from './accumulator.ts';
import { checkOptions } from './check-options.ts';
import { defaultEmpty, share } from './empty.ts';
import type { LabelGrid } from './grid.ts';
import {
  countLesions,
  type Lesion,
  type LesionCounts,
  type LesionScores,
  lesionScores,
  scoreLesions,
} from './lesion-wise.ts';
import { type LesionWiseOptions, lesionSettingNames } from './lesion-wise-options.ts';
import { type PanopticCounts, sumPanoptic } from './panoptic.ts';
import { type ScoreSummary, summarise } from './summary.ts';

/** The lesions of one case. */
export interface LesionCase extends CaseRecord {
  readonly lesions: readonly Lesion[];
  readonly predictions: readonly Lesion[];
  readonly panoptic: PanopticCounts;
}

/** What differs between the cases of an accumulator of grids. */
export interface AboutGrid {
  /** Size of a pixel along each axis in mm, in the order of the shape. @default 1 each */
  readonly spacing?: readonly number[];
}

export interface LesionAccumulatorResult {
  /** Over cases. */
  readonly perCase: Readonly<Record<keyof LesionScores, ScoreSummary>>;
  /** Of the lesions of all cases together. */
  readonly pooled: LesionCounts & LesionScores;
  /** Ordered by id; `cases.flatMap((one) => one.lesions)` for `recallBySize` of `/lesions`. */
  readonly cases: readonly LesionCase[];
}

/**
 * Lesion-wise scores over cases, per case and pooled.
 *
 * @throws RangeError, in `add`, as `lesionWise`
 */
export function lesionAccumulator(
  options: Omit<LesionWiseOptions, 'id' | 'spacing'> = {},
): Accumulator<LesionCase, LesionAccumulatorResult, LabelGrid, AboutGrid> {
  checkOptions('lesionAccumulator', options, lesionSettingNames);
  const { empty = defaultEmpty, ...settings } = options;
  return accumulator<LesionCase, LesionAccumulatorResult, LabelGrid, AboutGrid>({
    kind: 'lesionAccumulator',
    settings: Object.fromEntries(Object.entries(settings).sort()),
    measure: (prediction, truth, where, about) => {
      const { lesions, predictions, panoptic } = scoreLesions(
        prediction,
        truth,
        { ...settings, ...about },
        where,
      );
      return { lesions, predictions, panoptic };
    },
    isCase: ({ lesions, predictions, panoptic }) =>
      [lesions, predictions].every((list) => Array.isArray(list) && list.every(isLesion)) &&
      Object.values(panoptic ?? [Number.NaN]).every((count) => count >= 0),
    summarise: (cases) => {
      const counts = cases.map((one) => countLesions(one.lesions, one.predictions, one.panoptic));
      const all = countLesions(
        cases.flatMap((one) => one.lesions),
        cases.flatMap((one) => one.predictions),
        sumPanoptic(cases.map(({ panoptic }) => panoptic)),
      );
      const pooled = lesionScores(all, cases.length === 0 ? 'nan' : empty);
      const names = Object.keys(pooled) as (keyof LesionScores)[];
      return {
        perCase: Object.fromEntries(
          names.map((name) => [name, summarise(counts.map(caseScore(name)), empty)]),
        ) as Record<keyof LesionScores, ScoreSummary>,
        pooled: { ...all, ...pooled },
        cases,
      };
    },
  });
}

function caseScore(name: keyof LesionScores) {
  return (counts: LesionCounts) => ({
    value: lesionScores(counts, 'nan')[name],
    bothEmpty: counts.found + counts.missed + counts.falsePositives === 0,
    ...share,
  });
}

function isLesion({ size, volume, matches, dice, iou }: Lesion): boolean {
  const numbers = [size, volume, dice, iou].every((value) => Number.isFinite(value) && value >= 0);
  return numbers && Array.isArray(matches);
}
