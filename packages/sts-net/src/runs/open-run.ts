import { access, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@sts-net/datasets/files';
import { ConfigError } from '@sts-net/datasets/validation';
import { firstDifference, lastingPart } from '@sts-net/experiment';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { DataChangedError, dataChanges } from './data-changes.ts';
import {
  contentOf,
  type DataRecord,
  readDataRecord,
  recordData,
  writeDataRecord,
} from './data-record.ts';
import type { RunFolder } from './run-folder.ts';
import type { FoundData } from './training-data.ts';

/** How a run is opened. */
export interface OpenRunOptions {
  /** Goes on where the run stopped. */
  readonly resume: boolean;
  /** Goes on with other data than the run began with. */
  readonly acceptData: boolean;
  /** Told what the run goes on in spite of. */
  readonly onWarning: (message: string) => void;
}

/** What a run begins or goes on with. */
export interface OpenedRun {
  /** Undefined for a run that begins. */
  readonly checkpoint: Checkpoint | undefined;
  readonly record: DataRecord;
}

/**
 * Finds out whether a run may begin or go on in its folder, and reads the checkpoint and the files'
 * digests. Nothing is written.
 *
 * @throws ConfigError if the folder holds a run and `resume` is false, or a run of another config;
 * DataChangedError for a run of other data.
 */
export async function openRun(
  run: RunFolder,
  config: ExperimentConfig,
  { split, reader }: FoundData,
  { resume, acceptData, onWarning }: OpenRunOptions,
): Promise<OpenedRun> {
  const begun = (await exists(run.last)) || (await exists(run.previous)) || (await exists(run.log));
  if (!resume && begun) {
    throw new ConfigError(
      `'${run.folder}' holds a run already; go on with it (\`resume\`) or choose another \`output\``,
    );
  }
  const record = await recordData(split, run.folder, reader);
  let checkpoint = resume ? await readCheckpoint(run, onWarning) : undefined;
  if (checkpoint !== undefined) {
    checkConfig(run, checkpoint.config, config);
    checkpoint = await checkData(run, checkpoint, record, { acceptData, onWarning });
  }
  return { checkpoint, record };
}

/** Writes config and data record; what a run that was killed while it wrote has left is removed. */
export async function writeIdentity(
  run: RunFolder,
  config: ExperimentConfig,
  record: DataRecord,
): Promise<void> {
  await removeLeftovers(run.folder);
  await writeFileAtomic(run.config, `${JSON.stringify(config, null, 2)}\n`);
  await writeDataRecord(run.data, record);
}

function checkConfig(run: RunFolder, before: ExperimentConfig, now: ExperimentConfig): void {
  // Where the config leaves a rule open, it is the one that the run began with.
  const { normalization = before.preprocessing.normalization } = now.preprocessing;
  const preprocessing = { ...now.preprocessing, normalization };
  const path = firstDifference(comparable(before), comparable({ ...now, preprocessing }));
  if (path === undefined) return;
  throw new ConfigError(
    `cannot resume '${run.folder}': \`${path}\` differs from the run's config ('${run.config}'); restore it there or choose another \`output\``,
  );
}

/**
 * What may not change between a run and its continuation; it may where it computes, where it is kept and
 * watched, and how its cases are found.
 */
function comparable({ backend, output, loggers, data, ...config }: ExperimentConfig): unknown {
  const { cache, cacheGigabytes, cases, ...sameData } = data;
  return lastingPart({ ...config, data: sameData });
}

/** The checkpoint, whose best score is forgotten where it is one of other validation cases. */
async function checkData(
  run: RunFolder,
  checkpoint: Checkpoint,
  record: DataRecord,
  { acceptData, onWarning }: Pick<OpenRunOptions, 'acceptData' | 'onWarning'>,
): Promise<Checkpoint> {
  const before = await readDataRecord(run.data);
  const changes =
    before === undefined
      ? [`'${run.data}', which says what they were, is missing`]
      : dataChanges(before, record);
  if (changes.length === 0) return checkpoint;
  const subject = `cannot resume '${run.folder}'`;
  if (!acceptData) {
    throw new DataChangedError(
      subject,
      changes,
      'restore them, choose another `output`, or accept them as they are (`acceptData`)',
    );
  }
  onWarning(`the run goes on with other data: ${changes.join('; ')}`);
  const sameValidation =
    before !== undefined && contents(before.validation) === contents(record.validation);
  if (sameValidation) return checkpoint;
  return { ...checkpoint, progress: { ...checkpoint.progress, best: [], sinceBest: 0 } };
}

function contents(cases: DataRecord['validation']): string {
  return JSON.stringify(cases.map(({ id, image, mask }) => [id, contentOf(image), mask.sha256]));
}

async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.filter((entry) => /^\..+\.[0-9a-f-]{36}\.tmp$/.test(entry))) {
    await rm(join(folder, name), { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
