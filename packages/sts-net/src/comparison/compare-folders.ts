import type { EmptyRule } from '@sts-net/metrics';
import { checkSameGrid } from './check-same-grid.ts';
import { type ComparedCase, type ComparisonRow, compareCases } from './compare-cases.ts';
import { pairCases } from './pair-cases.ts';
import { readMask } from './read-mask.ts';
import { type ScoreName, scoreCase } from './scores.ts';

export interface CompareFoldersOptions {
  /** What the two methods are called. */
  readonly names: readonly [a: string, b: string];
  readonly scores: readonly ScoreName[];
  /** The label that is scored; every label above 0 without one. */
  readonly label?: number;
  /** Tells the patient by a case's name, see `patientOf`; each case its own without one. */
  readonly patient?: string;
  /** Of the surface Dice, mm. */
  readonly tolerance: number;
  /** What a score is where prediction and truth are both empty; a miss or a false alarm is worst. */
  readonly empty: EmptyRule;
  readonly seed: number;
  readonly resamples: number;
  /** Stops between cases: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called before each case. */
  readonly onProgress?: (id: string, index: number, total: number) => void;
}

/** Two methods on the same cases. */
export interface Comparison {
  readonly settings: Omit<CompareFoldersOptions, 'names' | 'signal' | 'onProgress'>;
  readonly names: readonly [a: string, b: string];
  readonly patients: number;
  readonly rows: readonly ComparisonRow[];
  /** Ordered by id. */
  readonly cases: readonly ComparedCase[];
}

/**
 * Compares the label volumes of two folders with those of a third, matched by name.
 *
 * @throws Error naming the case where a volume is missing, unreadable, of another shape or grid
 */
export async function compareFolders(
  folders: { readonly a: string; readonly b: string; readonly truth: string },
  { names, signal, onProgress, ...settings }: CompareFoldersOptions,
): Promise<Comparison> {
  const { label, tolerance, scores } = settings;
  const empty = { both: settings.empty, one: 'worst' } as const;
  const files = await pairCases(folders, settings.patient);
  const cases: ComparedCase[] = [];
  for (const [index, { id, patient, ...paths }] of files.entries()) {
    signal?.throwIfAborted();
    onProgress?.(id, index, files.length);
    const truth = await readMask(paths.truth, id, label);
    const scored = async (path: string) => {
      const prediction = await readMask(path, id, label);
      checkSameGrid(id, path, prediction, truth);
      const { spacing } = truth;
      return scoreCase(prediction.voxels, truth.voxels, scores, { id, spacing, tolerance, empty });
    };
    cases.push({ id, patient, a: await scored(paths.a), b: await scored(paths.b) });
  }
  const patients = new Set(cases.map(({ patient }) => patient)).size;
  return { settings, names, patients, rows: compareCases(cases, scores, settings), cases };
}
