import { dirname, resolve } from 'node:path';
import { readDataRecord } from '../runs/data-record.ts';
import { modelFileOf } from '../runs/load-model.ts';
import { casesOfRun, type SplitCases } from '../runs/run-cases.ts';
import { runFolder } from '../runs/run-folder.ts';

/** The cases that validate a run. */
export interface TuningCases extends SplitCases {
  /** Its weights. */
  readonly file: string;
}

/**
 * The validation cases of runs.
 *
 * @param paths folders of runs, or files of weights in them
 * @throws RangeError if a run has none, or if one is a test case of any of the runs, or is there twice;
 *   DataChangedError if a file holds something else by now, unless that is accepted
 */
export async function tuningCases(
  paths: readonly string[],
  acceptData: boolean,
): Promise<readonly TuningCases[]> {
  const runs: TuningCases[] = [];
  const tested = new Map<string, string>();
  const validated = new Map<string, string>();
  for (const path of paths) {
    const file = modelFileOf(path);
    const folder = dirname(resolve(file));
    const found = await casesOfRun(file, 'validation', acceptData);
    if (found.cases.length === 0) {
      throw new RangeError(
        `the validation split of '${folder}' must hold a case to tune on, but is empty; train with one (\`data.split.validation\`)`,
      );
    }
    for (const { id } of (await readDataRecord(runFolder(folder).data))!.test) {
      tested.set(id, folder);
    }
    for (const { id } of found.cases) {
      const other = validated.get(id);
      if (other !== undefined) {
        throw new RangeError(
          `case '${id}' must validate one run only, but validates '${other}' and '${folder}'; tune the folds of one cross-validation together, other runs each by itself`,
        );
      }
      validated.set(id, folder);
    }
    runs.push({ ...found, file });
  }
  for (const [id, folder] of validated) {
    const other = tested.get(id);
    if (other === undefined) continue;
    throw new RangeError(
      `case '${id}' validates '${folder}', but is a test case of '${other}', on which nothing is tuned; leave one of them out`,
    );
  }
  return runs;
}
