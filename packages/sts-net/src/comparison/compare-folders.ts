import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import {
  findProbabilities,
  findProbabilitiesOf,
  type ProbabilityFiles,
} from '../scoring/find-probabilities.ts';
import { holdsCases, type MatchedCase, matchCases } from '../scoring/match-cases.ts';
import { readCases } from '../scoring/read-cases.ts';
import type { CaseMasks, MaskOptions } from '../scoring/read-masks.ts';
import { readProbabilities } from '../scoring/read-probabilities.ts';
import {
  type CaseToCompare,
  type Comparison,
  type ComparisonOptions,
  comparisonOf,
} from './comparison.ts';

export interface CompareFoldersOptions extends MaskOptions, ComparisonOptions {
  /** Tells the patient by a case's name, see `matchCases`. */
  readonly patient?: string;
  /** What the predictions of both methods were made of. @default none are scored */
  readonly probabilities?: readonly [a: string, b: string] | undefined;
  /** Stops between cases: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called before each case. */
  readonly onProgress?: (id: string, index: number, total: number) => void;
  /** Called with a sentence about what is odd about masks but no error. */
  readonly onWarning?: (text: string) => void;
}

/**
 * Compares the masks of two folders or manifests with those of a third, matched by name; or two files with one.
 *
 * @throws Error naming the case where a mask is missing, unreadable, of another shape or grid; RangeError where
 *   some are files and some hold many
 */
export async function compareFolders(
  files: { readonly a: string; readonly b: string; readonly truth: string },
  options: CompareFoldersOptions,
): Promise<Comparison> {
  const { patient, probabilities, signal, onProgress, onWarning, ...settings } = options;
  const matched = await matchAll(files, options);
  const found = probabilities && (await findAll(files, matched, probabilities));
  // A pair has its image by itself.
  const { image, ...masks } = settings;
  const reading = readCases(matched, {
    ...{ ...masks, signal, onProgress, onWarning },
    ...(matched[0]?.image === undefined && { image }),
  });
  const read = async (id: string, masks: CaseMasks): Promise<CaseToCompare['masks']> => {
    const soft = [undefined, undefined].map((_, i) => {
      const own = found?.[i]?.get(id);
      return own === undefined
        ? undefined
        : readProbabilities(own, masks, options.label, `case '${id}': `);
    });
    return { ...masks, ignored: masks.ignored?.mask, probabilities: await Promise.all(soft) };
  };
  async function* cases(): AsyncGenerator<CaseToCompare> {
    for await (const { id, patient: whose, masks: own } of reading.masks) {
      yield { id, patient: whose, masks: await read(id, own) };
    }
  }
  return comparisonOf(cases(), reading.read, { ...settings, signal });
}

/** The cases of folders or manifests, or the only one of three files. */
async function matchAll(
  { a, b, truth }: Parameters<typeof compareFolders>[0],
  { patient, image }: CompareFoldersOptions,
): Promise<readonly MatchedCase[]> {
  const many = await Promise.all([truth, a, b].map(holdsCases));
  if (many.every(Boolean)) return matchCases({ truth, predictions: [a, b] }, patient);
  // What is missing is told where it is read.
  if (many.some(Boolean) && ![truth, a, b].every(existsSync)) {
    return matchCases({ truth, predictions: [a, b] }, patient);
  }
  if (many.some(Boolean)) {
    throw new RangeError(
      `what is compared, and the truth, must be three files, or three folders or manifests, got '${a}', '${b}' and '${truth}'`,
    );
  }
  if (patient !== undefined) throw new RangeError('`patient` is for folders; files are one case');
  const id = basename(truth);
  return [{ id, patient: id, truth, predictions: [a, b], image }];
}

async function findAll(
  { a, b, truth }: Parameters<typeof compareFolders>[0],
  matched: readonly MatchedCase[],
  probabilities: readonly [a: string, b: string],
): Promise<readonly ReadonlyMap<string, ProbabilityFiles>[]> {
  const ids = matched.map(({ id }) => id);
  const one = async (prediction: string, source: string) =>
    (await holdsCases(truth))
      ? findProbabilities(source, ids)
      : new Map([[ids[0]!, await findProbabilitiesOf(prediction, source)]]);
  return Promise.all([one(a, probabilities[0]), one(b, probabilities[1])]);
}
