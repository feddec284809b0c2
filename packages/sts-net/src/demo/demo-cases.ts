import { lesionStatistics } from '@sts-net/amplify';
import type { Case, SplitName } from '@sts-net/datasets';
import { CaseStore, type LoadedCase } from '../cases/case-store.ts';
import { findSplit } from '../cases/find-split.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import type { ReportSplit } from '../report/index.ts';

/** A case in memory, with its name. */
export type DemoCase = LoadedCase & Pick<Case, 'id' | 'group'>;

/** The cases of each split. */
export type DemoCases = Readonly<Record<SplitName, readonly DemoCase[]>>;

/** Reads all cases that a config names. */
export async function readCases({
  data,
  preprocessing,
  model,
  seed,
}: ExperimentConfig): Promise<DemoCases> {
  const split = await findSplit({ seed, data }, '/');
  const store = new CaseStore({ preprocessing, classes: model.classes });
  const read = (cases: readonly Case[]): Promise<DemoCase[]> =>
    Promise.all(
      cases.map(async (one) => ({ id: one.id, group: one.group, ...(await store.load(one)) })),
    );
  return {
    training: await read(split.training),
    validation: await read(split.validation),
    test: await read(split.test),
  };
}

/** The report's table of splits. */
export function splitRows(cases: DemoCases): readonly ReportSplit[] {
  return [
    row('Training', cases.training),
    row('Validation (chooses the weights)', cases.validation),
    row('Test', cases.test),
  ];
}

function row(name: string, cases: readonly DemoCase[]): ReportSplit {
  const masks = cases.flatMap(({ samples }) => samples.map(({ mask }) => mask));
  const { slicesWithLesion, totalArea } = lesionStatistics(masks);
  return {
    name,
    groups: [...new Set(cases.map(({ group }) => group))],
    slices: masks.length,
    slicesWithLesion,
    lesionPixels: totalArea,
  };
}
