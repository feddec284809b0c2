import type { RuleCounts } from '@sts-net/metrics';
import type { IgnoredVoxels } from './label-masks.ts';
import { type ScoreName, scores } from './scores.ts';
import { defaultTolerance, type ScoringOptions } from './scoring-options.ts';

/** Decimals that are shown; a voxel of 1 mm³ is 0.001 ml. */
const digits = { '': 4, mm: 2, ml: 4, lesions: 2 } as const;

/** A score of one case or a mean; a dash where there is none. */
export function scoreValue(name: ScoreName, value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(digits[scores[name].unit]);
}

/** A score's name; pixels of pictures have no size in mm, and a thousand of 1 mm³ would be 1 ml. */
export function scoreTitle(name: ScoreName, inPixels: boolean): string {
  const { title } = scores[name];
  return inPixels ? title.replace('(mm)', '(pixels)').replace('(ml)', '(1000 pixels)') : title;
}

/** What must be known to read scores, a sentence each. */
export interface ScoringNotes extends ScoringOptions {
  readonly names: readonly ScoreName[];
  /** Whether the masks have pixels without a size. */
  readonly inPixels: boolean;
  /** Voxels that were left out; undefined where none were asked to be. */
  readonly ignored: Omit<IgnoredVoxels, 'mask'> | undefined;
}

export function scoringNotes({ names, inPixels, ignored, ...rule }: ScoringNotes): string[] {
  const { empty = 'best', penalty, tolerance = defaultTolerance } = rule;
  const unit = inPixels ? 'px' : 'mm';
  const hasDistance = names.some((name) => scores[name].unit === 'mm');
  const worst = penalty === undefined ? 'the image’s diagonal' : `${penalty} ${unit}`;
  return [
    ...(inPixels && (hasDistance || names.includes('nsd'))
      ? ['The masks are pictures, whose pixels have no size: distances are in pixels, not in mm.']
      : []),
    ...(names.includes('nsd')
      ? [`Surface Dice: share of both surfaces within ${tolerance} ${unit} of each other.`]
      : []),
    `Truth and prediction both empty: ${empty}. A miss or a false alarm: worst${hasDistance ? `, of distances ${worst}` : ''}.`,
    ...(ignored === undefined
      ? []
      : [
          `Voxels left out, which the truth ignores: ${ignored.count}.${ignored.alone > 0 ? ` ${ignored.alone} that a prediction alone ignores are background in it.` : ''}`,
        ]),
  ];
}

/** Which scores the rule for empty masks decided how often, or nothing if it decided none. */
export function decidedNote(decided: readonly (readonly [title: string, RuleCounts])[]): string[] {
  const some = decided.filter(([, { both, one }]) => both + one > 0);
  if (some.length === 0) return [];
  const list = some.map(([title, { both, one }]) => `${title} ${both} + ${one}`).join(', ');
  return [`Cases that this rule decided (both empty + a miss or false alarm): ${list}.`];
}
