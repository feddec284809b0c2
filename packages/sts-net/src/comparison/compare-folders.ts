import { readLabels } from '@sts-net/datasets';
import type { EmptyRule } from '@sts-net/metrics';
import { ontoGridOf, type Volume } from '@sts-net/volume-io';
import { type ComparedCase, type ComparisonRow, compareCases } from './compare-cases.ts';
import { pairCases } from './pair-cases.ts';
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
      const prediction = ontoGridOf(await readMask(path, id, label), truth, {
        subject: `case '${id}': '${path}'`,
        reference: 'the truth',
      });
      const { spacing } = truth;
      return scoreCase(prediction.voxels, truth.voxels, scores, { id, spacing, tolerance, empty });
    };
    cases.push({ id, patient, a: await scored(paths.a), b: await scored(paths.b) });
  }
  const patients = new Set(cases.map(({ patient }) => patient)).size;
  return { settings, names, patients, rows: compareCases(cases, scores, settings), cases };
}

/** A label volume as a mask of 0 and 1: of one label, or of every label above 0. */
async function readMask(
  path: string,
  id: string,
  label: number | undefined,
): Promise<Volume<Uint8Array>> {
  const rule = label === undefined ? 'nonzero' : { labels: [label] };
  const subject = `case '${id}': '${path}'`;
  const remedy = 'threshold or renumber it first';
  try {
    return await readLabels(path, rule, { subject, remedy });
  } catch (cause) {
    const { message } = cause as Error;
    if (message.startsWith(subject)) throw cause;
    throw new Error(`case '${id}': ${message}`, { cause });
  }
}
