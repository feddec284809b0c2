import { lesionStatistics } from '@sts-net/amplify';
import type { ReportSplit } from '../report/index.ts';
import type { DemoCase, DemoCases } from './read-cases.ts';

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
