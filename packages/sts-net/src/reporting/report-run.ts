import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { BackendInfo } from '@sts-net/backend';
import type { SplitName } from '@sts-net/datasets';
import { writeFileAtomic } from '@sts-net/datasets/files';
import { buildModel, partNames } from '@sts-net/experiment';
import { channelsOf } from '@sts-net/inference';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { loadConfig } from '../config/validate-config.ts';
import { readLog, type TrainEvent } from '../loggers/run-log.ts';
import type { Report, ReportRun, ReportSplit } from '../report/index.ts';
import { type DataRecord, readDataRecord } from '../runs/data-record.ts';
import { type LoadedModel, loadModel } from '../runs/load-model.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import { casesOfRun } from '../runs/run-cases.ts';
import { type RunFolder, runFolder } from '../runs/run-folder.ts';
import type { RunUseOptions } from '../runs/run-use.ts';
import { runFacts, timeOf } from './run-facts.ts';
import { scoreCases } from './score-cases.ts';

export interface ReportRunOptions extends RunUseOptions {
  /** The cases that are scored. @default those of the test split, without any those of the validation */
  readonly split?: SplitName;
  /** The page. @default `report.html` in the run's folder */
  readonly output?: string;
}

/** Where the page is, and what it says. */
export interface ReportedRun {
  readonly path: string;
  readonly report: Report;
}

/**
 * Writes the page of a run at any moment, also while it is trained: what was trained on what, loss and
 * validation over the steps and, once weights are saved, scores of the best and pictures of the
 * lesions found and missed.
 *
 * @param folder the run's
 * @throws RangeError if the folder holds no run, or if the split has no case;
 * DataChangedError if a file of a case holds something else by now.
 */
export async function reportRun(
  folder: string,
  options: ReportRunOptions = {},
): Promise<ReportedRun> {
  const run = runFolder(resolve(folder));
  const events = await readLog(run.log);
  const record = await readDataRecord(run.data);
  if (events.length === 0 || record === undefined || !existsSync(run.config)) {
    throw new RangeError(
      `'${run.folder}' must hold a run (\`config.json\`, \`data.json\` and \`log.jsonl\`), but does not; name the folder that a training wrote into`,
    );
  }
  const config = await loadConfig(run.config);
  const engine = await prepareEngine(options.backend ?? 'auto');
  options.onEngine?.(engine);
  const page = options.output ?? join(run.folder, 'report.html');
  const report = await describe(run, { events, record, config, engine }, options);
  const { renderReport } = await import('../report/render-report.ts');
  await writeFileAtomic(page, renderReport(report));
  return { path: resolve(page), report };
}

/** What a run has left so far. */
interface RunState {
  readonly events: readonly TrainEvent[];
  readonly record: DataRecord;
  readonly config: ExperimentConfig;
  readonly engine: BackendInfo;
}

async function describe(
  run: RunFolder,
  { events, record, config, engine }: RunState,
  options: ReportRunOptions,
): Promise<Report> {
  const split = options.split ?? (record.test.length > 0 ? 'test' : 'validation');
  const loaded = existsSync(run.best) ? await loadModel(run.folder) : undefined;
  const model = loaded?.model ?? buildModel(config);
  try {
    const scored = loaded === undefined ? undefined : await scoreSplit(run, split, loaded, options);
    const facts = runFacts(events, model, sizeOf(config, scored?.size));
    const main: ReportRun = {
      ...facts,
      name: basename(run.folder),
      explanation: explanationOf(config, facts.bestStep),
      ...(scored && { scores: scored.scores }),
    };
    return {
      title: `Run ${basename(run.folder)}`,
      date: new Date(timeOf(events.at(-1)!)).toISOString(),
      engine,
      data: {
        description: `Slices with ${channelsOf(config.preprocessing)} channels, ${config.model.classes} classes.`,
        splits: splitsOf(record),
      },
      runs: [main],
      baselines: [],
      classes: scored?.classes ?? [],
      scored: { split, ids: record[split].map(({ id }) => id) },
      cases: scored?.cases ?? [],
      config,
    };
  } finally {
    model.dispose();
  }
}

async function scoreSplit(
  run: RunFolder,
  split: SplitName,
  loaded: LoadedModel,
  options: ReportRunOptions,
) {
  const { cases, cache } = await casesOfRun(run.best, split, options.acceptData ?? false);
  // A run without any but training cases has a page all the same.
  if (cases.length === 0 && options.split === undefined) return undefined;
  if (cases.length === 0) {
    throw new RangeError(
      `the ${split} split of '${run.folder}' is empty; choose another \`split\``,
    );
  }
  return scoreCases(loaded, cases, { ...options, cache });
}

function explanationOf({ model }: ExperimentConfig, step: number): string {
  return `${partNames(model).join(' + ')}, with its weights of step ${step}.`;
}

/** Rows and columns of one training input: a patch, or a slice where that is known. */
function sizeOf(
  { training }: ExperimentConfig,
  slice: readonly [number, number] = [256, 256],
): readonly [number, number] {
  const size = training.patch?.size ?? slice;
  return typeof size === 'number' ? [size, size] : size;
}

function splitsOf(record: DataRecord): readonly ReportSplit[] {
  const row = (name: string, cases: DataRecord['training']): ReportSplit => ({
    name,
    cases: cases.length,
    groups: [...new Set(cases.map(({ group }) => group))],
  });
  return [
    row('Training', record.training),
    row('Validation (chooses the weights)', record.validation),
    row('Test', record.test),
  ].filter(({ groups }) => groups.length > 0);
}
