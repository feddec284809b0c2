import type { Case } from '@sts-net/datasets';
import {
  type ChosenNormalization,
  chooseNormalization,
  type IntensityFacts,
  intensityFacts,
  type NormalizationRule,
  type PerChannel,
} from '@sts-net/inference';
import { type CaseReader, fileReader } from '../cases/case-reader.ts';

/** The rules of a run, and why they are these. */
export type RunNormalization = ChosenNormalization<PerChannel<NormalizationRule>>;

/** Cases that are looked at where none says which rule fits. */
const mostLooks = 8;

/**
 * The rule by which a run brings intensities to network input: the config's, else the one that the run
 * began with, else what fits some of its training cases, evenly spaced.
 *
 * @throws Error naming the file, if an image cannot be read
 */
export async function runNormalization(
  given: PerChannel<NormalizationRule> | undefined,
  before: PerChannel<NormalizationRule> | undefined,
  cases: readonly Case[],
  reader: CaseReader = fileReader,
): Promise<RunNormalization> {
  if (given !== undefined) return { rule: given, reason: 'the config says so' };
  if (before !== undefined) return { rule: before, reason: 'the run began so' };
  const count = Math.min(mostLooks, cases.length);
  const looks = Array.from(
    { length: count },
    (_, k) => cases[Math.floor(((k + 0.5) * cases.length) / count)]!,
  );
  const facts: IntensityFacts[] = [];
  for (const one of looks) facts.push(await factsOf(one, reader));
  return chooseNormalization(facts);
}

async function factsOf(one: Case, reader: CaseReader): Promise<IntensityFacts> {
  const { modality } = one;
  const flat = reader.isFlat(one).image;
  // Others need no look at their voxels.
  const isOpen = !flat && (modality === undefined || modality === 'MR');
  if (!isOpen) return { flat, modality, zeroBackground: false };
  return intensityFacts(await reader.image(one), flat, modality);
}
