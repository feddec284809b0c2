import type { CaseScore } from '../scoring/case-score.ts';
import { scoreNames } from '../scoring/scores.ts';
import { csvText } from '../tables/csv.ts';
import { markdownTable } from '../tables/markdown.ts';
import type { EvaluatedFiles } from './evaluate-files.ts';
import type { EvaluatedCase, LabelScores } from './evaluate-volumes.ts';
import { evaluationNotes, meanTable, sizeTable } from './evaluation-tables.ts';
import type { Parts } from './score-label.ts';

/** A line for each case; where several labels are scored, after that of their means one for each of them. */
export function evaluationCsv({ cases }: EvaluatedFiles['evaluation']): string {
  return csvText(
    cases.flatMap((one) => [
      lineOf(one, '', one),
      ...one.labels.map((label: LabelScores<CaseScore>) => lineOf(one, label.label, label)),
    ]),
  );
}

function lineOf(
  { id, patient }: Pick<EvaluatedCase, 'id' | 'patient'>,
  label: number | '',
  { scores, lesions, volumes }: Parts<CaseScore>,
) {
  const rules = scoreNames.map((name) => scores[name].byRule);
  const { found, missed, predicted } = lesions;
  return {
    case: id,
    patient,
    label,
    ...Object.fromEntries(
      scoreNames.map((name) => [name.replaceAll('-', '_'), scores[name].value]),
    ),
    true_volume: volumes.truth,
    predicted_volume: volumes.prediction,
    lesions: found + missed,
    lesions_found: found,
    lesions_predicted: predicted,
    // What was empty, so that the rule decided some of the scores.
    empty: rules.includes('one') ? 'one' : rules.includes('both') ? 'both' : '',
  };
}

/** The means with their intervals, the recall by size, and what must be known to read them. */
export function evaluationMarkdown({ evaluation, notes }: EvaluatedFiles): string {
  const sizes = sizeTable(evaluation, notes.inPixels, []);
  const said = evaluationNotes(evaluation, notes).map((note) => `- ${note}`);
  return `${[markdownTable(meanTable(evaluation, notes.inPixels)), markdownTable(sizes), said.join('\n')].join('\n\n')}\n`;
}
