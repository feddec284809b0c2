import { type ExperimentConfig, experimentSchema } from './experiment-config.ts';
import { validateWith } from './validate-with.ts';

/**
 * The config with its defaults filled in.
 *
 * @param source what the error calls it, for example the file's path
 * @throws TypeError with one line for each wrong field: its path, what is expected, what it holds.
 */
export function validateConfig(value: unknown, source = 'config'): ExperimentConfig {
  return validateWith(experimentSchema, value, source);
}
