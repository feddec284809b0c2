import { matchCases } from '../scoring/match-cases.ts';
import { readCases } from '../scoring/read-cases.ts';
import type { MaskOptions } from '../scoring/read-masks.ts';
import type { ScoreName } from '../scoring/scores.ts';
import { defaultTolerance, emptyMasks, type ScoringOptions } from '../scoring/scoring-options.ts';
import type { ScoringNotes } from '../scoring/scoring-text.ts';
import { type ComparedCase, type ComparisonRow, compareCases } from './compare-cases.ts';
import { compareLabels, scoreMethods } from './score-methods.ts';

export interface CompareFoldersOptions extends MaskOptions, ScoringOptions {
  /** What the two methods are called. */
  readonly names: readonly [a: string, b: string];
  readonly scores: readonly ScoreName[];
  /** Tells the patient by a case's name, see `matchCases`. */
  readonly patient?: string;
  readonly seed: number;
  readonly resamples: number;
  /** Stops between cases: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called before each case. */
  readonly onProgress?: (id: string, index: number, total: number) => void;
  /** Called with a sentence about what is odd about masks but no error. */
  readonly onWarning?: (text: string) => void;
}

/** Two methods on the same cases. */
export interface Comparison {
  readonly settings: Omit<CompareFoldersOptions, 'names' | 'signal' | 'onProgress' | 'onWarning'>;
  readonly names: readonly [a: string, b: string];
  readonly patients: number;
  /** The labels that are scored, each by itself; none where several are one target. */
  readonly labels: readonly number[];
  readonly rows: readonly ComparisonRow[];
  /** Ordered by id. */
  readonly cases: readonly ComparedCase[];
  /** What must be known to read the scores. */
  readonly notes: ScoringNotes;
}

/**
 * Compares the masks of two folders or manifests with those of a third, matched by name.
 *
 * @throws Error naming the case where a mask is missing, unreadable, of another shape or grid
 */
export async function compareFolders(
  folders: { readonly a: string; readonly b: string; readonly truth: string },
  { names, signal, onProgress, onWarning, ...settings }: CompareFoldersOptions,
): Promise<Comparison> {
  const { scores, patient: pattern, seed, resamples, ...given } = settings;
  const { tolerance = defaultTolerance } = given;
  const rule = emptyMasks(given);
  const { a, b, truth } = folders;
  const matched = await matchCases({ truth, predictions: [a, b] }, pattern);
  const reading = readCases(matched, { ...given, signal, onProgress, onWarning });
  const scored: Parameters<typeof compareLabels>[0][number][] = [];
  for await (const { id, patient, masks } of reading.masks) {
    scored.push({
      id,
      patient,
      scored: scoreMethods(masks, { id, names: scores, tolerance, rule }),
    });
  }
  const { ignored, inPixels } = reading.read();
  const { labels, cases } = compareLabels(scored, scores);
  return {
    settings,
    names,
    patients: new Set(cases.map(({ patient }) => patient)).size,
    labels,
    rows: compareCases(cases, scores, { seed, resamples, inPixels }),
    cases,
    notes: { ...given, names: scores, inPixels, ignored },
  };
}
