import type { Case } from '@sts-net/datasets/any-runtime';
import {
  type ChosenNormalization,
  chooseNormalization,
  type IntensityFacts,
  intensityFacts,
  isVolume,
  type NormalizationRule,
  type PerChannel,
  type Preprocessing,
} from '@sts-net/inference';
import type { CaseReader } from '../cases/case-reader.ts';
import { evenly } from '../cases/evenly.ts';

/** The rules of a run, and why they are these. */
export type RunNormalization = ChosenNormalization<PerChannel<NormalizationRule>>;

/** Cases that are looked at where none says which rule fits. */
const mostLooks = 8;

/**
 * The rule by which a run brings intensities to network input, of named channels one for each: the
 * config's, else the one that the run began with, else what fits some of its training cases, evenly spaced.
 *
 * @throws Error naming the file, if an image cannot be read
 */
export async function runNormalization(
  { normalization, channels }: Pick<Preprocessing, 'normalization' | 'channels'>,
  before: PerChannel<NormalizationRule> | undefined,
  cases: readonly Case[],
  reader: CaseReader,
): Promise<RunNormalization> {
  if (normalization !== undefined) return { rule: normalization, reason: 'the config says so' };
  if (before !== undefined) return { rule: before, reason: 'the run began so' };
  const facts = new Map<string | undefined, IntensityFacts[]>();
  for (const name of channels ?? [undefined]) facts.set(name, []);
  for (const one of evenly(cases, mostLooks)) {
    for (const [name, found] of await factsOf(one, channels, reader)) facts.get(name)?.push(found);
  }
  if (channels === undefined) return chooseNormalization(facts.get(undefined)!);
  const chosen = channels.map((name) => [name, chooseNormalization(facts.get(name)!)] as const);
  const reasons = new Set(chosen.map(([, { reason }]) => reason));
  return {
    rule: Object.fromEntries(chosen.map(([name, { rule }]) => [name, rule])),
    reason:
      reasons.size === 1
        ? [...reasons][0]!
        : chosen.map(([name, { reason }]) => `${name}: ${reason}`).join('; '),
  };
}

/** What is known of each channel that the case has. */
async function factsOf(
  one: Case,
  channels: readonly string[] | undefined,
  reader: CaseReader,
): Promise<readonly (readonly [name: string | undefined, facts: IntensityFacts])[]> {
  const { modality } = one;
  const flat = reader.isFlat(one).image;
  // Others need no look at their voxels.
  const isOpen = !flat && (modality === undefined || modality === 'MR');
  if (!isOpen) {
    const facts = { flat, modality, zeroBackground: false };
    return (channels ?? [undefined]).map((name) => [name, facts]);
  }
  const image = await reader.image(one, channels);
  const volumes = isVolume(image) ? [[channels?.[0], image] as const] : Object.entries(image);
  return volumes.map(([name, volume]) => [name, intensityFacts(volume, flat, modality)]);
}
