import { dirname, resolve } from 'node:path';
import type { BackendChoice, BackendInfo } from '@sts-net/backend';
import type { Case, SplitName } from '@sts-net/datasets';
import { calibrated, type Predictor } from '@sts-net/inference';
import { predictorOf } from '@sts-net/model';
import { cacheOfConfig } from '../cases/case-cache.ts';
import { findSplit } from '../cases/find-split.ts';
import { loadConfig } from '../config/validate-config.ts';
import { operatingPointOf } from '../prediction/operating-point-of.ts';
import { loadModel, modelFileOf } from '../runs/load-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { casesOfRun, type SplitCases } from '../runs/run-cases.ts';
import { decisionOf, type OperatingPoints } from '../tuning/operating-points-file.ts';
import { type EvaluateModelOptions, evaluateModel } from './evaluate-model.ts';
import type { Evaluation } from './evaluate-volumes.ts';
import type { ModelInput, PredictPairsOptions } from './predict-pairs.ts';

export interface OpenRunOptions {
  /** Config file with the cases. @default the cases that the run has kept */
  readonly config?: string;
  /** Takes the run's cases though their files have changed. @default false */
  readonly acceptData?: boolean;
  /** Takes the most likely class, whatever operating point the run was tuned to. @default false */
  readonly mostLikely?: boolean | undefined;
  /** @default 'auto' */
  readonly backend?: 'auto' | BackendChoice;
  /** Told which engine computes. */
  readonly onEngine?: (engine: BackendInfo) => void;
  /** Told the operating point that the run was tuned to, if it is taken there. */
  readonly onOperatingPoint?: (points: OperatingPoints) => void;
}

export interface EvaluateRunOptions
  extends OpenRunOptions,
    Omit<EvaluateModelOptions, 'decision'> {}

/** A run that is ready to predict the cases of a split. */
export interface OpenRun extends ModelInput, Pick<PredictPairsOptions, 'decision' | 'cache'> {
  readonly predictor: Predictor;
  readonly cases: readonly Case[];
  dispose(): void;
}

/**
 * Scores the weights of a run on one of its splits: the cases that training kept apart, whatever has
 * come to their folder since; at its operating point, if it was tuned.
 *
 * @param path a run's folder, or a file of weights in it
 * @throws RangeError if the split is empty; DataChangedError if a file holds something else by now
 */
export async function evaluateRun(
  path: string,
  split: SplitName,
  options: EvaluateRunOptions = {},
): Promise<Evaluation> {
  const { predictor, cases, preprocessing, classes, decision, cache, dispose } = await openRun(
    path,
    split,
    options,
  );
  try {
    return await evaluateModel(predictor, { preprocessing, classes }, cases, {
      ...{ cache, ...options, decision },
    });
  } finally {
    dispose();
  }
}

/** Opens a run for a split; see `evaluateRun`. */
export async function openRun(
  path: string,
  split: SplitName,
  { config, acceptData = false, mostLikely = false, backend = 'auto', ...told }: OpenRunOptions,
): Promise<OpenRun> {
  const file = modelFileOf(path);
  const { cases, cache } =
    config === undefined
      ? await casesOfRun(file, split, acceptData)
      : await casesOfConfig(config, split);
  if (cases.length === 0) {
    throw new RangeError(
      `data.split: the ${split} split must hold a case, but is empty; name groups in \`data.split.${split}\`, or choose another \`split\``,
    );
  }
  const points = mostLikely ? undefined : await operatingPointOf([path]);
  if (points !== undefined) told.onOperatingPoint?.(points);
  told.onEngine?.(await prepareEngine(backend));
  const { model, network, preprocessing } = await loadModel(file);
  const own = predictorOf(model);
  return {
    predictor: points === undefined ? own : calibrated(own, points.temperature),
    decision: points && decisionOf(points),
    ...{ classes: network.classes, preprocessing, cases, cache },
    dispose: () => void model.dispose(),
  };
}

async function casesOfConfig(path: string, split: SplitName): Promise<SplitCases> {
  const { data, seed } = await loadConfig(path);
  const folder = dirname(resolve(path));
  const cases = (await findSplit({ seed, data }, folder))[split];
  return { cases, cache: cacheOfConfig(data, folder) };
}
