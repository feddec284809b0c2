import { type Html, html, htmlPage, htmlTable } from '../report/html.ts';
import {
  type SortableCell,
  sortableScript,
  sortableStyle,
  sortableTable,
} from '../report/sortable-table.ts';
import type { CaseScore } from '../scoring/case-score.ts';
import { scoreValue } from '../scoring/scoring-text.ts';
import type { Comparison } from './comparison.ts';
import { comparisonNotes, comparisonTable, pooledTable, titleOf } from './comparison-table.ts';

/** One page that loads nothing: the table, what must be known to read it, and every case. */
export function comparisonHtml(comparison: Comparison): string {
  const title = comparison.names.join(' and ');
  const body = html`<h1>${title}</h1>
${htmlTable(comparisonTable(comparison))}
${htmlTable(pooledTable(comparison))}
<ul class="notes">${comparisonNotes(comparison).map((note) => html`<li>${note}</li>`)}</ul>
<h2>Every case</h2>
<p>The score of ${comparison.names[0]}, then of ${comparison.names[1]}; in brackets where the rule for empty masks decided it. A click on a title sorts by the difference of the two.</p>
${caseTable(comparison)}
${sortableScript}`;
  return htmlPage(title, body, `${ownStyle}${sortableStyle}`);
}

const ownStyle = 'table { font-size: .8rem; } td, tbody th { white-space: nowrap; }';

function caseTable({ rows, cases }: Comparison): Html {
  const name = (text: string): SortableCell => ({ text, value: text });
  return sortableTable(
    ['case', 'patient', ...rows.map(titleOf)],
    cases.map(({ id, patient, labels, ...means }) => [
      ...[id, patient].map(name),
      ...rows.map(({ score, label }): SortableCell => {
        const { a, b } = labels.find((one) => one.label === label) ?? means;
        const text = ({ value, byRule }: CaseScore): string =>
          byRule ? `(${scoreValue(score, value)})` : scoreValue(score, value);
        const [one, other] = [a[score]!, b[score]!];
        return { text: `${text(one)} ${text(other)}`, value: other.value - one.value };
      }),
    ]),
  );
}
