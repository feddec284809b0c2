import { type Html, html } from '../report/html.ts';
import { style } from '../report/style.ts';
import type { Comparison } from './compare-folders.ts';
import { comparisonNotes, comparisonTable, valueText } from './comparison-table.ts';
import type { CaseScore } from './scores.ts';

/** One page that loads nothing: the table, what must be known to read it, and every case. */
export function comparisonHtml(comparison: Comparison): string {
  const title = comparison.names.join(' and ');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}
table { font-size: .8rem; }
td, tbody th { white-space: nowrap; }</style>
</head>
<body>
<h1>${title}</h1>
${table(comparisonTable(comparison))}
<ul class="notes">${comparisonNotes(comparison).map((note) => html`<li>${note}</li>`)}</ul>
<h2>Every case</h2>
<p>The score of ${comparison.names[0]}, then of ${comparison.names[1]}; in brackets where the rule for empty masks decided it.</p>
${table(caseTable(comparison))}
</body>
</html>
`;
  return page.toString();
}

function table([header, ...rows]: readonly (readonly string[])[]): Html {
  return html`<div class="scroll"><table>
<thead><tr>${header!.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([first, ...cells]) =>
    html`<tr><th scope="row">${first!}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
)}
</tbody>
</table></div>`;
}

function caseTable({ rows, cases }: Comparison): string[][] {
  return [
    ['case', 'patient', ...rows.map(({ title }) => title)],
    ...cases.map(({ id, patient, a, b }) => [
      id,
      patient,
      ...rows.map((row) => {
        const text = ({ value, byRule }: CaseScore): string =>
          byRule ? `(${valueText(row, value)})` : valueText(row, value);
        return `${text(a[row.score]!)} ${text(b[row.score]!)}`;
      }),
    ]),
  ];
}
