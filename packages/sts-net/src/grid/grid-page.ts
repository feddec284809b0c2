import * as Plot from '@observablehq/plot';
import { lines } from '../report/colors.ts';
import { type Html, html, htmlPage, htmlTable } from '../report/html.ts';
import { plot } from '../report/plot.ts';
import {
  costsTable,
  differencesTable,
  gridNotes,
  paperTable,
  scoresTable,
  sizesTable,
} from './grid-tables.ts';
import type { MergedGrid } from './merge-grid.ts';

/** One page that loads nothing: the rows' scores with intervals, tests, recall by size, costs. */
export function gridPage(merged: MergedGrid): string {
  const { grid } = merged;
  const paper = paperTable(merged);
  const body = html`<h1>${grid.title}</h1>
<ul class="notes">${gridNotes(merged).map((note) => html`<li>${note}</li>`)}</ul>
<div class="charts">${intervals(merged, 'dice', 'Dice')}${intervals(merged, 'lesion-f1', 'lesion F1')}</div>
<h2>Scores</h2>
${htmlTable(scoresTable(merged))}
<h2>Differences</h2>
${htmlTable(differencesTable(merged))}
<h2>Recall by size of lesion</h2>
${htmlTable(sizesTable(merged))}
${
  paper === undefined
    ? ''
    : html`<h2>Beside the paper</h2>
<p>Its own protocol, per cent. Its data are not these: compare how rows differ, not their numbers.</p>
${htmlTable(paper)}`
}
<h2>Costs</h2>
${htmlTable(costsTable(merged))}`;
  return htmlPage(grid.title, body, ownStyle);
}

const ownStyle = `
.charts { display: flex; flex-wrap: wrap; gap: 1rem; }
td, tbody th { white-space: nowrap; }`;

/** A dot for each row with its interval. */
function intervals({ rows, grid }: MergedGrid, name: 'dice' | 'lesion-f1', title: string): Html {
  const data = rows
    .map(({ name: row, scores }, r) => ({ row, reference: r === grid.reference, ...scores[name] }))
    .filter(({ estimate }) => !Number.isNaN(estimate));
  const spread = data.filter(({ low, high }) => high > low);
  // One point alone would stand on an axis without length.
  const ends = data.flatMap(({ estimate, low, high }) => [estimate, low || 0, high || 0, 0]);
  const color = lines[0].color;
  const chart = plot(
    {
      width: 480,
      height: 60 + 22 * rows.length,
      marginLeft: Math.min(240, 20 + 7 * Math.max(4, ...rows.map(({ name: row }) => row.length))),
      x: {
        label: title,
        grid: true,
        domain: [Math.min(...ends), Math.max(...ends, 0.01)],
        nice: true,
      },
      y: { label: null, domain: rows.map(({ name: row }) => row) },
      marks: [
        Plot.ruleY(spread, { y: 'row', x1: 'low', x2: 'high', stroke: color, strokeWidth: 2 }),
        Plot.dot(data, {
          y: 'row',
          x: 'estimate',
          r: 4,
          fill: (one) => (one.reference ? '#fff' : color),
          stroke: color,
        }),
      ],
    },
    `${title} of each row with its 95 % interval`,
  );
  return html`<figure>${chart}<figcaption>${title}, mean over cases with its 95 % interval; the open dot is the reference.</figcaption></figure>`;
}
