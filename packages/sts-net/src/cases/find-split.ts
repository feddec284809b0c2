import { type Case, findCases, type Split, splitCases } from '@sts-net/datasets';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { withChannels } from './case-channels.ts';

/** A config whose cases are found. */
export interface FoundExperiment {
  /** With the names of the cases' channels, where it left them open. */
  readonly config: ExperimentConfig;
  readonly split: Split;
}

/** Finds the cases of a config, and what they say of its preprocessing; see `findSplit`. */
export async function findExperiment(
  config: ExperimentConfig,
  baseFolder: string,
): Promise<FoundExperiment> {
  const split = await findSplit(config, baseFolder);
  return { config: withChannels(config, Object.values(split).flat()), split };
}

/**
 * Finds and splits the cases of a config.
 *
 * @param baseFolder the folder that relative paths start from
 * @throws RangeError if the config leaves the cases to the code that trains
 */
export async function findSplit(
  { seed, data }: Pick<ExperimentConfig, 'seed' | 'data'>,
  baseFolder: string,
): Promise<Split> {
  if (data.cases === 'source') {
    throw new RangeError(
      'data.cases: says that the cases are given in code, and none are; name a folder, a manifest or the cases themselves',
    );
  }
  const cases = await findCases(data.cases, baseFolder);
  return splitCases(withLabels(cases, data.labels), data.split, seed);
}

/** Cases whose masks are read as a config says, before what a manifest says of them. */
export function withLabels(
  cases: readonly Case[],
  labels: ExperimentConfig['data']['labels'],
): readonly Case[] {
  if (labels === undefined) return cases;
  return cases.map((one) => ({ ...one, labels: { ...one.labels, ...labels } }));
}
