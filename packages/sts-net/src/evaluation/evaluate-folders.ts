import { findProbabilities } from '../scoring/find-probabilities.ts';
import { matchCases } from '../scoring/match-cases.ts';
import { type ReadCasesOptions, readCases } from '../scoring/read-cases.ts';
import type { CaseMasks } from '../scoring/read-masks.ts';
import { readProbabilities } from '../scoring/read-probabilities.ts';
import type { EvaluatedFiles, EvaluateFilesOptions, FilePair } from './evaluate-files.ts';
import { evaluateVolumes } from './evaluate-volumes.ts';

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
  { patient, probabilities, signal, onProgress, onWarning, ...options }: EvaluateFoldersOptions,
): Promise<EvaluatedFiles> {
  const matched = await matchCases({ truth, predictions: [prediction] }, patient);
  const ids = matched.map(({ id }) => id);
  const found =
    probabilities === undefined ? undefined : await findProbabilities(probabilities, ids);
  const reading = readCases(matched, { ...options, signal, onProgress, onWarning });
  const probabilitiesOf = async (id: string, masks: CaseMasks) =>
    found && readProbabilities(found.get(id)!, masks, options.label, `case '${id}': `);
  async function* pairs(): AsyncGenerator<FilePair> {
    for await (const { id, patient: whose, picture, masks } of reading.masks) {
      yield {
        ...{ id, picture, flat: masks.inPixels },
        patient: whose,
        truth: masks.truth,
        prediction: masks.predictions[0]!,
        probabilities: await probabilitiesOf(id, masks),
        ...(masks.ignored && { ignored: masks.ignored.mask }),
      };
    }
  }
  const evaluation = await evaluateVolumes(pairs(), 0, { ...options, signal, labels: 'each' });
  return { evaluation, notes: { ...options, ...reading.read() } };
}
