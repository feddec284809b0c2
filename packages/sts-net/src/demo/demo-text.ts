import { scoredColumns } from '../report/summary.ts';
import { formatTable, scoreText } from '../tables/format-table.ts';
import type { DemoResult } from './run-demo.ts';

/** What the demo found and where its files are, for people. */
export function demoText({ reportPath, predictionPaths, report }: DemoResult): string {
  const rows = scoredColumns([...report.runs, ...report.baselines]).map(({ name, scores }) => {
    const { slices, lesions } = scores;
    return [
      name,
      scoreText(slices.pooled.dice),
      scoreText(slices.paper.mDice),
      `${lesions.found} of ${lesions.found + lesions.missed}`,
      String(lesions.falsePositives),
    ];
  });
  const header = ['', 'foreground Dice', 'mDice of the paper', 'lesions found', 'false alarms'];
  return `On ${report.cases.map(({ id }) => id).join(', ')}, which no network was trained on or chosen by:

${formatTable([header, ...rows])}

report      ${reportPath}
${predictionPaths.map((path) => `prediction  ${path}`).join('\n')}`;
}
