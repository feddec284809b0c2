import type { CaseScore } from '../scoring/case-score.ts';
import { scoreNames } from '../scoring/scores.ts';
import { csvText } from '../tables/csv.ts';
import { markdownTable } from '../tables/markdown.ts';
import type { EvaluatedFiles } from './evaluate-files.ts';
import type { EvaluatedCase, LabelScores } from './evaluate-volumes.ts';
import { evaluationNotes, meanTable, sizeTable } from './evaluation-tables.ts';
import { probabilityTable } from './probability-tables.ts';
import type { Parts } from './score-label.ts';

/** A line for each case; where several labels are scored, after that of their means one for each of them. */
export function evaluationCsv({ cases, probabilities }: EvaluatedFiles['evaluation']): string {
  const hasProbabilities = probabilities !== undefined;
  return csvText(
    cases.flatMap((one) => [
      { ...lineOf(one, '', one), ...probabilityCells(one, hasProbabilities) },
      ...one.labels.map((label: LabelScores<CaseScore>) => ({
        ...lineOf(one, label.label, label),
        ...probabilityCells(label, hasProbabilities),
      })),
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

function probabilityCells(
  { probabilities }: Pick<EvaluatedCase, 'probabilities'>,
  wanted: boolean,
): Readonly<Record<string, number>> {
  if (!wanted) return {};
  const { averagePrecision, calibrationError, brierScore } = probabilities!;
  return {
    average_precision: averagePrecision,
    calibration_error: calibrationError,
    brier_score: brierScore,
  };
}

/** The means with their intervals, the recall by size, and what must be known to read them. */
export function evaluationMarkdown({ evaluation, notes }: EvaluatedFiles): string {
  const { probabilities, cases } = evaluation;
  const tables = [
    meanTable(evaluation, notes.inPixels),
    sizeTable(evaluation, notes.inPixels, []),
    ...(probabilities ? [probabilityTable(probabilities, cases)] : []),
  ];
  const said = evaluationNotes(evaluation, notes).map((note) => `- ${note}`);
  return `${[...tables.map(markdownTable), said.join('\n')].join('\n\n')}\n`;
}
