import { plural } from '../report/format.ts';
import { formatTable, scoreText } from '../tables/format-table.ts';
import type { ReportedRun } from './report-run.ts';

/** What a report says in a few lines, and where it is. */
export function reportText({ path, report }: ReportedRun): string {
  const [run] = report.runs;
  const step = run.losses.at(-1)?.step ?? 0;
  const rows = [
    ['', run.name],
    ['steps', `${step} of ${run.steps}`],
  ];
  if (run.scores !== undefined) {
    const { slices, lesions } = run.scores;
    rows.push(
      ['weights of step', String(run.bestStep)],
      ['scored', `${report.scored.split} split, ${plural(report.scored.ids.length, 'case')}`],
      ['foreground Dice', scoreText(slices.pooled.dice)],
      ['lesions found', `${lesions.found} of ${lesions.found + lesions.missed}`],
      ['false alarms', String(lesions.falsePositives)],
    );
  }
  return `${formatTable(rows)}\n\nreport  ${path}`;
}
