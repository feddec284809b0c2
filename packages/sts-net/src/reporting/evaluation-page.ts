import type { EvaluatedFiles, FilePair } from '../evaluation/evaluate-files.ts';
import { evaluationNotes, meanTable, sizeTable } from '../evaluation/evaluation-tables.ts';
import type { PredictedPair } from '../evaluation/predict-pairs.ts';
import { probabilityTable } from '../evaluation/probability-tables.ts';
import { type Html, html, htmlPage, htmlTable } from '../report/html.ts';
import {
  type SortableCell,
  sortableScript,
  sortableStyle,
  sortableTable,
} from '../report/sortable-table.ts';
import type { CaseScores } from '../scoring/case-score.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';
import { scoreTitle, scoreValue } from '../scoring/scoring-text.ts';
import { evaluationCharts } from './evaluation-charts.ts';
import { probabilityCharts } from './probability-charts.ts';
import { fileCase, predictedCase } from './report-case.ts';
import { WorstCases, worstStyle } from './worst-cases.ts';

/**
 * One page that loads nothing: means with intervals, charts, what must be known to read them, the worst cases in
 * pictures, and every case.
 *
 * @param worst the section of the worst cases @default none
 */
export function evaluationPage(
  { evaluation, notes }: EvaluatedFiles,
  worst: Html = html``,
): string {
  const { inPixels } = notes;
  const { probabilities, cases } = evaluation;
  const body = html`<h1>Evaluation</h1>
${htmlTable(meanTable(evaluation, inPixels))}
<ul class="notes">${evaluationNotes(evaluation, notes).map((note) => html`<li>${note}</li>`)}</ul>
<h2>Cases, volumes and sizes</h2>
${evaluationCharts(evaluation, inPixels)}
${htmlTable(sizeTable(evaluation, inPixels, []))}
${
  probabilities
    ? html`<h2>Probabilities</h2>
${probabilityCharts(probabilities)}
${htmlTable(probabilityTable(probabilities, cases))}`
    : ''
}
${worst}
<h2>Every case</h2>
<p>A click on a title sorts by it. In brackets is what the rule for empty masks decided.</p>
${caseTable(evaluation, inPixels)}
${sortableScript}`;
  return htmlPage('Evaluation', body, `${ownStyle}${sortableStyle}${worstStyle}`);
}

/** Draws the worst of the cases that an evaluation comes by. */
export function worstCases() {
  const worst = new WorstCases();
  return {
    ofFile: (pair: FilePair, scores: CaseScores) => worst.add(scores, () => fileCase(pair)),
    ofRun: (pair: PredictedPair, scores: CaseScores) =>
      worst.add(scores, () => predictedCase(pair)),
    section: () => worst.section(),
  };
}

const ownStyle =
  '.sortable { font-size: .8rem; } .sortable td, .sortable tbody th { white-space: nowrap; }';

/** A row for each case, or for each label of each where there are several, and their mean. */
function caseTable({ cases, labels }: EvaluatedFiles['evaluation'], inPixels: boolean) {
  const several = labels.length > 0;
  const titles = [
    ...['case', 'patient', ...(several ? ['label'] : [])],
    ...scoreNames.map((name) => scoreTitle(name, inPixels)),
    ...['lesions', 'found'],
  ];
  const rows = cases.flatMap(({ id, patient, labels: own, ...mean }) =>
    [{ ...mean, label: Number.NaN }, ...own].map(({ label, scores, lesions }): SortableCell[] => {
      const { found, missed } = lesions;
      const score = (name: ScoreName): SortableCell => {
        const { value, byRule } = scores[name];
        const text = scoreValue(name, value);
        return { text: byRule ? `(${text})` : text, value };
      };
      return [
        ...[id, patient].map((text) => ({ text, value: text })),
        ...(several ? [{ text: Number.isNaN(label) ? 'mean' : String(label), value: label }] : []),
        ...scoreNames.map(score),
        ...[found + missed, found].map((value) => ({ text: String(value), value })),
      ];
    }),
  );
  return sortableTable(titles, rows);
}
