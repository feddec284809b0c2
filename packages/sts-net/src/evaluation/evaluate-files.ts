import { basename } from 'node:path';
import { findProbabilitiesOf } from '../scoring/find-probabilities.ts';
import type { IntervalOptions } from '../scoring/mean-interval.ts';
import { type MaskOptions, readMasks } from '../scoring/read-masks.ts';
import { readProbabilities } from '../scoring/read-probabilities.ts';
import type { DetectionOptions, ScoringOptions } from '../scoring/scoring-options.ts';
import {
  type EvaluateVolumesOptions,
  type Evaluation,
  evaluateVolumes,
} from './evaluate-volumes.ts';
import type { EvaluationNotes } from './evaluation-tables.ts';
import type { VolumePair } from './measured-case.ts';

export interface EvaluateFilesOptions
  extends MaskOptions,
    ScoringOptions,
    DetectionOptions,
    IntervalOptions {
  /** Between which lesions are counted, mm³; see `EvaluateVolumesOptions`. */
  readonly sizes?: readonly number[] | undefined;
  /**
   * The probabilities that the prediction was made of: their file, or where `findProbabilities` finds them.
   * @default none are scored
   */
  readonly probabilities?: string | undefined;
  /** Called, and waited for, with each case and its scores. */
  readonly onCase?: EvaluateVolumesOptions<FilePair>['onCase'];
  /** Called with a sentence about what is odd about a mask but no error. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** A pair from files. */
export interface FilePair extends VolumePair {
  /** The image, or the folder of its series, that the masks are shown on, if it is known. */
  readonly picture?: string | undefined;
  /** Whether the masks are pictures. */
  readonly flat: boolean;
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
  { onWarning, probabilities, ...options }: EvaluateFilesOptions,
): Promise<EvaluatedFiles> {
  const warnings = { ...(onWarning && { onWarning, onSeveral: onWarning }) };
  const masks = await readMasks({ truth, predictions: [prediction] }, { ...options, ...warnings });
  const { ignored, inPixels } = masks;
  const files =
    probabilities === undefined ? undefined : await findProbabilitiesOf(prediction, probabilities);
  const pair: FilePair = {
    id: basename(truth),
    picture: options.image,
    flat: inPixels,
    truth: masks.truth,
    prediction: masks.predictions[0]!,
    probabilities:
      files === undefined ? undefined : await readProbabilities(files, masks, options.label),
    ...(ignored && { ignored: ignored.mask }),
  };
  const evaluation = await evaluateVolumes([pair], 0, { ...options, labels: 'each' });
  return { evaluation, notes: { ...options, inPixels, ignored } };
}
