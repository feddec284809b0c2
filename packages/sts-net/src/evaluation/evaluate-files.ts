import { basename } from 'node:path';
import type { IntervalOptions } from '../scoring/mean-interval.ts';
import { type MaskOptions, readMasks } from '../scoring/read-masks.ts';
import type { ScoringOptions } from '../scoring/scoring-options.ts';
import { type Evaluation, evaluateVolumes } from './evaluate-volumes.ts';
import type { EvaluationNotes } from './evaluation-tables.ts';

export interface EvaluateFilesOptions extends MaskOptions, ScoringOptions, IntervalOptions {
  /** Between which lesions are counted, mm³; see `EvaluateVolumesOptions`. */
  readonly sizes?: readonly number[] | undefined;
  /** Called with a sentence about what is odd about a mask but no error. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** Scores, and what must be known to read them. */
export interface EvaluatedFiles {
  readonly evaluation: Evaluation;
  readonly notes: EvaluationNotes;
}

/** Scores the labels in a file against those in another. */
export async function evaluateFiles(
  prediction: string,
  truth: string,
  { onWarning, ...options }: EvaluateFilesOptions,
): Promise<EvaluatedFiles> {
  const warnings = { ...(onWarning && { onWarning, onSeveral: onWarning }) };
  const masks = await readMasks({ truth, predictions: [prediction] }, { ...options, ...warnings });
  const { labels, ignored, inPixels } = masks;
  const pair = {
    id: basename(truth),
    truth: masks.truth,
    prediction: masks.predictions[0]!,
    ...(ignored && { ignored: ignored.mask }),
  };
  const evaluation = await evaluateVolumes([pair], 0, { ...options, labels });
  return { evaluation, notes: { ...options, inPixels, ignored } };
}
