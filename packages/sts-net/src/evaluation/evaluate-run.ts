import { dirname, resolve } from 'node:path';
import type { BackendInfo, BackendName } from '@sts-net/backend';
import { findCases, type SplitName, splitCases } from '@sts-net/datasets';
import { predictorOf } from '@sts-net/model';
import { loadConfig } from '../config/validate-config.ts';
import { loadModel } from '../runs/load-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { type EvaluateModelOptions, evaluateModel } from './evaluate-model.ts';
import type { Evaluation } from './evaluate-volumes.ts';

export interface EvaluateRunOptions extends EvaluateModelOptions {
  /** Config file with the cases. @default the run's own */
  readonly config?: string;
  /** @default 'auto' */
  readonly backend?: 'auto' | BackendName;
  /** Told which engine computes. */
  readonly onEngine?: (engine: BackendInfo) => void;
}

/**
 * Scores the weights of a run on one of its splits.
 *
 * @param path a run's folder, or a checkpoint file
 * @throws RangeError if the split is empty
 */
export async function evaluateRun(
  path: string,
  split: SplitName,
  { config: configPath, backend = 'auto', onEngine, ...options }: EvaluateRunOptions = {},
): Promise<Evaluation> {
  const other = configPath === undefined ? undefined : await loadConfig(configPath);
  const engine = await prepareEngine(backend);
  onEngine?.(engine);
  const { model, config, baseFolder } = loadModel(path);
  try {
    const { data, seed } = other ?? config;
    const folder = configPath === undefined ? baseFolder : dirname(resolve(configPath));
    const cases = splitCases(await findCases(data.cases, folder), data.split, seed)[split];
    if (cases.length === 0) {
      throw new RangeError(
        `data.split: the ${split} split must hold a case, but is empty; name groups in \`data.split.${split}\`, or choose another --split`,
      );
    }
    return await evaluateModel(predictorOf(model), config, cases, options);
  } finally {
    model.dispose();
  }
}
