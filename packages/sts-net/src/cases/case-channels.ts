import type { Case } from '@sts-net/datasets';
import { channelsOfCases } from '@sts-net/experiment/batches';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';

/**
 * The config with the names of the channels that its cases have, where it leaves them open.
 *
 * @throws RangeError naming two cases that differ in them; ValidationError if the rules of its
 * preprocessing do not go with the names
 */
export function withChannels(config: ExperimentConfig, cases: readonly Case[]): ExperimentConfig {
  const { preprocessing } = config;
  const channels = preprocessing.channels ?? channelsOfCases(cases, preprocessing.missing);
  if (channels === preprocessing.channels) return config;
  return validateConfig({ ...config, preprocessing: { ...preprocessing, channels } });
}
