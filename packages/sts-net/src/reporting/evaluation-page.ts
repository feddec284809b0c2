import type { EvaluatedFiles } from '../evaluation/evaluate-files.ts';
import { evaluationNotes, meanTable, sizeTable } from '../evaluation/evaluation-tables.ts';
import { probabilityTable } from '../evaluation/probability-tables.ts';
import { html, htmlPage, htmlTable } from '../report/html.ts';
import {
  type SortableCell,
  sortableScript,
  sortableStyle,
  sortableTable,
} from '../report/sortable-table.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';
import { scoreTitle, scoreValue } from '../scoring/scoring-text.ts';
import { evaluationCharts } from './evaluation-charts.ts';
import { probabilityCharts } from './probability-charts.ts';

/** One page that loads nothing: means with intervals, charts, what must be known to read them, and every case. */
export function evaluationPage({ evaluation, notes }: EvaluatedFiles): string {
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
<h2>Every case</h2>
<p>A click on a title sorts by it. In brackets is what the rule for empty masks decided.</p>
${caseTable(evaluation, inPixels)}
${sortableScript}`;
  return htmlPage('Evaluation', body, `${ownStyle}${sortableStyle}`);
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
