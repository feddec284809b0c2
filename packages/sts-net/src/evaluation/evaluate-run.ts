import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { BackendChoice, BackendInfo } from '@sts-net/backend';
import { type Case, filesOf, type SplitName } from '@sts-net/datasets';
import { predictorOf } from '@sts-net/model';
import { type CaseCacheConfig, cacheOfConfig } from '../cases/case-cache.ts';
import { findSplit } from '../cases/find-split.ts';
import { loadConfig } from '../config/validate-config.ts';
import { DataChangedError, dataChanges } from '../runs/data-changes.ts';
import { readDataRecord, recordData, recordedCache, recordedCases } from '../runs/data-record.ts';
import { loadModel, modelFileOf } from '../runs/load-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { runFolder } from '../runs/run-folder.ts';
import { type EvaluateModelOptions, evaluateModel } from './evaluate-model.ts';
import type { Evaluation } from './evaluate-volumes.ts';

export interface EvaluateRunOptions extends EvaluateModelOptions {
  /** Config file with the cases. @default the cases that the run has kept */
  readonly config?: string;
  /** Evaluates the run's cases though their files have changed. @default false */
  readonly acceptData?: boolean;
  /** @default 'auto' */
  readonly backend?: 'auto' | BackendChoice;
  /** Told which engine computes. */
  readonly onEngine?: (engine: BackendInfo) => void;
}

/**
 * Scores the weights of a run on one of its splits: the cases that training kept apart, whatever has
 * come to their folder since.
 *
 * @param path a run's folder, or a file of weights in it
 * @throws RangeError if the split is empty; DataChangedError if a file holds something else by now
 */
export async function evaluateRun(
  path: string,
  split: SplitName,
  { config, acceptData = false, backend = 'auto', onEngine, ...options }: EvaluateRunOptions = {},
): Promise<Evaluation> {
  const file = modelFileOf(path);
  const { cases, ...kept } =
    config === undefined
      ? await casesOfRun(file, split, acceptData)
      : await casesOfConfig(config, split);
  if (cases.length === 0) {
    throw new RangeError(
      `data.split: the ${split} split must hold a case, but is empty; name groups in \`data.split.${split}\`, or choose another \`split\``,
    );
  }
  onEngine?.(await prepareEngine(backend));
  const { model, network, preprocessing } = await loadModel(file);
  try {
    const { classes } = network;
    return await evaluateModel(predictorOf(model), { preprocessing, classes }, cases, {
      ...kept,
      ...options,
    });
  } finally {
    model.dispose();
  }
}

/** The cases of a split, and where they are kept as preprocessing leaves them. */
interface SplitCases {
  readonly cases: readonly Case[];
  readonly cache: CaseCacheConfig | undefined;
}

async function casesOfConfig(path: string, split: SplitName): Promise<SplitCases> {
  const { data, seed } = await loadConfig(path);
  const folder = dirname(resolve(path));
  const cases = (await findSplit({ seed, data }, folder))[split];
  return { cases, cache: cacheOfConfig(data, folder) };
}

/** The cases of a split as the run's data record has them. */
export async function casesOfRun(
  file: string,
  split: SplitName,
  acceptData: boolean,
): Promise<SplitCases> {
  const run = runFolder(dirname(resolve(file)));
  const record = await readDataRecord(run.data);
  if (record === undefined) {
    throw new Error(
      `'${run.data}' must say which cases the run has, but does not exist; evaluate the run in its folder, or give a \`config\` with the cases`,
    );
  }
  const cases = recordedCases(record, split, run.folder);
  const none = { training: [], validation: [], test: [] };
  const there = cases.filter(({ image, mask }) => [...filesOf(image), mask].every(existsSync));
  const now = await recordData({ ...none, [split]: there }, run.folder);
  const changes = dataChanges({ ...record, ...none, [split]: record[split] }, now);
  if (changes.length > 0 && !acceptData) {
    const remedy = 'restore them, or accept them as they are (`acceptData`)';
    throw new DataChangedError(`cannot evaluate '${run.folder}'`, changes, remedy);
  }
  return { cases: there, cache: recordedCache(record, run.folder) };
}
