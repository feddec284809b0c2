import { matchCases } from '../scoring/match-cases.ts';
import { type ReadCasesOptions, readCases } from '../scoring/read-cases.ts';
import type { EvaluatedFiles, EvaluateFilesOptions } from './evaluate-files.ts';
import { evaluateVolumes, type VolumePair } from './evaluate-volumes.ts';

export interface EvaluateFoldersOptions extends EvaluateFilesOptions, ReadCasesOptions {
  /** Tells the patient by a case's name, see `matchCases`. */
  readonly patient?: string | undefined;
}

/**
 * Scores the labels in a folder or manifest against those in another, matched by name.
 *
 * @throws Error naming the case where a mask is missing, unreadable, of another shape or grid
 */
export async function evaluateFolders(
  prediction: string,
  truth: string,
  { patient, signal, onProgress, onWarning, ...options }: EvaluateFoldersOptions,
): Promise<EvaluatedFiles> {
  const matched = await matchCases({ truth, predictions: [prediction] }, patient);
  const reading = readCases(matched, { ...options, signal, onProgress, onWarning });
  async function* pairs(): AsyncGenerator<VolumePair> {
    for await (const { id, patient: whose, masks } of reading.masks) {
      yield {
        id,
        patient: whose,
        truth: masks.truth,
        prediction: masks.predictions[0]!,
        ...(masks.ignored && { ignored: masks.ignored.mask }),
      };
    }
  }
  const evaluation = await evaluateVolumes(pairs(), 0, { ...options, labels: 'each' });
  return { evaluation, notes: { ...options, ...reading.read() } };
}
