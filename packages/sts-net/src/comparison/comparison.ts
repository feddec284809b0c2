import type { CasesRead } from '../scoring/read-cases.ts';
import type { MaskOptions } from '../scoring/read-masks.ts';
import type { ScoreName } from '../scoring/scores.ts';
import type { DetectionOptions, ScoringOptions } from '../scoring/scoring-options.ts';
import { defaultTolerance, emptyMasks } from '../scoring/scoring-options.ts';
import type { ScoringNotes } from '../scoring/scoring-text.ts';
import { type ComparedCase, type ComparisonRow, compareCases } from './compare-cases.ts';
import { type PooledRow, pooledRows } from './pooled-rows.ts';
import {
  type ComparedMasks,
  compareLabels,
  type MethodScores,
  scoreMethods,
} from './score-methods.ts';

/** How two methods are compared. */
export interface ComparisonOptions extends ScoringOptions, DetectionOptions {
  /** What the two methods are called. */
  readonly names: readonly [a: string, b: string];
  readonly scores: readonly ScoreName[];
  /** Labels that are one target, or all above 0. @default each by itself */
  readonly label?: MaskOptions['label'];
  /** Between which lesions are counted, mm³. @default the quartiles of the true ones */
  readonly sizes?: readonly number[] | undefined;
  readonly seed: number;
  readonly resamples: number;
}

/** Stops between cases, and between scores: the call then throws the signal's reason. */
interface Stoppable {
  readonly signal?: AbortSignal | undefined;
}

/** Two methods on the same cases. */
export interface Comparison {
  readonly settings: Omit<ComparisonOptions, 'names'>;
  readonly names: readonly [a: string, b: string];
  readonly patients: number;
  /** The labels that are scored, each by itself; none where several are one target. */
  readonly labels: readonly number[];
  readonly rows: readonly ComparisonRow[];
  /** Of all cases together: lesions by size, and probabilities where both have them. */
  readonly pooled: readonly PooledRow[];
  /** Ordered by id. */
  readonly cases: readonly ComparedCase[];
  /** What must be known to read the scores. */
  readonly notes: ScoringNotes & DetectionOptions;
}

/** A case with what both methods made of it. */
export interface CaseToCompare {
  readonly id: string;
  readonly patient: string;
  readonly masks: ComparedMasks;
}

/**
 * Compares two methods on cases that are read one after the other.
 *
 * @param read what is known when all are
 */
export async function comparisonOf(
  cases: AsyncIterable<CaseToCompare>,
  read: () => CasesRead,
  { names, signal, ...settings }: ComparisonOptions & Stoppable,
): Promise<Comparison> {
  const { scores, seed, resamples, sizes, tolerance = defaultTolerance } = settings;
  const { candidateThreshold, candidateOverlap } = settings;
  const how = { names: scores, tolerance, rule: emptyMasks(settings) };
  const scored: (Pick<ComparedCase, 'id' | 'patient'> & { readonly scored: MethodScores })[] = [];
  for await (const { id, patient, masks } of cases) {
    const options = { ...how, id, candidateThreshold, candidateOverlap };
    scored.push({ id, patient, scored: scoreMethods(masks, options) });
  }
  const { ignored, inPixels } = read();
  const { labels, cases: compared, pooled } = compareLabels(scored, scores);
  const patients = compared.map(({ patient }) => patient);
  return {
    settings,
    names,
    patients: new Set(patients).size,
    labels,
    rows: await compareCases(compared, scores, { seed, resamples, inPixels, signal }),
    pooled: pooledRows(pooled, patients, { sizes, seed, resamples, inPixels }),
    cases: compared,
    notes: { ...settings, names: scores, inPixels, ignored },
  };
}
