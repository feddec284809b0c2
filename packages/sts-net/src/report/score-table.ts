import { type Html, html } from './html.ts';
import type { ReportColumn } from './report.ts';
import { type ScoreGroup, type ScoreRow, scoreGroups } from './score-rows.ts';

/** All scores of `columns` side by side; the highest of each row is bold. */
export function scoreTable(columns: readonly ReportColumn[], caption: string): Html {
  return html`<div class="scroll"><table class="scores">
<caption>${caption}</caption>
<thead><tr><th scope="col">Score</th>${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
${scoreGroups.map((group) => groupRows(group, columns))}
</table></div>
<ul class="notes">${columns.map(
    ({ name, explanation }) => html`<li><b>${name}</b>: ${explanation}</li>`,
  )}</ul>`;
}

function groupRows({ name, meaning, rows }: ScoreGroup, columns: readonly ReportColumn[]): Html {
  return html`<tbody>
<tr class="group"><th scope="rowgroup" colspan="${columns.length + 1}">${name} <small>${meaning}</small></th></tr>
${rows.map((row) => scoreRow(row, columns))}
</tbody>`;
}

function scoreRow(
  { name, meaning, text, value }: ScoreRow,
  columns: readonly ReportColumn[],
): Html {
  const values = columns.map(({ scores }) => value?.(scores) ?? Number.NaN);
  const highest = Math.max(...values.filter((one) => one > 0));
  return html`<tr><th scope="row">${name} <small>${meaning}</small></th>${columns.map(
    ({ scores }, i) =>
      values[i] === highest
        ? html`<td><b>${text(scores)}</b></td>`
        : html`<td>${text(scores)}</td>`,
  )}</tr>`;
}
