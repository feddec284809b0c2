import { existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Case, filesOf, type SplitName } from '@sts-net/datasets';
import { fileError } from '@sts-net/datasets/files';
import type { CaseCacheConfig } from '../cases/case-cache.ts';
import { DataChangedError, dataChanges } from './data-changes.ts';
import { readDataRecord, recordData, recordedCache, recordedCases } from './data-record.ts';
import { runFolder } from './run-folder.ts';

/** The cases of a split, and where they are kept as preprocessing leaves them. */
export interface SplitCases {
  readonly cases: readonly Case[];
  readonly cache: CaseCacheConfig | undefined;
}

/**
 * The cases of a split as the run's data record has them.
 *
 * @param file of weights in the run's folder
 * @throws Error if there is no such file; RangeError if its folder does not tell its cases; DataChangedError if a file holds something else by now, unless that is accepted
 */
export async function casesOfRun(
  file: string,
  split: SplitName,
  acceptData: boolean,
): Promise<SplitCases> {
  await access(file).catch((cause) => {
    throw fileError(file, 'read', cause);
  });
  const run = runFolder(dirname(resolve(file)));
  const record = await readDataRecord(run.data);
  if (record === undefined) {
    throw new RangeError(
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
