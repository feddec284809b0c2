import { colors } from './colors.ts';
import { type Html, html, htmlPage } from './html.ts';
import { lesionPictures } from './lesion-pictures.ts';
import { overviewPictures } from './overview-pictures.ts';
import type { Report, ReportColumn } from './report.ts';
import { scoreTable } from './score-table.ts';
import { facts, scoredColumns, verdict } from './summary.ts';
import { trainingCharts } from './training-charts.ts';

/**
 * Writes a report as one HTML page that holds its pictures and curves and loads nothing.
 *
 * It shows what was trained on what, training loss and validation Dice over the steps, all scores of
 * all networks and baselines side by side with what the rule for empty masks touched, and each lesion
 * found or missed beside the truth.
 *
 * @returns the text of a `.html` file
 */
export function renderReport(report: Report): string {
  const { title, date, runs, baselines, classes = [], cases, config, data } = report;
  const columns = scoredColumns([...runs, ...baselines, ...classes]);
  const body = html`<header>
<h1>${title}</h1>
<p class="meta"><time datetime="${date}">${dateText(date)}</time></p>
${verdict(report)}
</header>
<main>
<h2>What was trained on what</h2>
${facts(report)}
<h2>Training</h2>
${trainingCharts(runs)}
${columns.length === 0 ? '' : scores(report, columns)}
${cases.length === 0 ? '' : pictures(report)}
<h2>Configuration</h2>
<details><summary>The settings that reproduce ${runs[0].name}</summary>
<pre>${JSON.stringify(config, null, 2)}</pre></details>
</main>
<footer>
${data.attribution === undefined ? '' : html`<p>${data.attribution}</p>`}
<p>For research; not a medical device.</p>
</footer>`;
  return htmlPage(title, body);
}

function scores({ scored }: Report, columns: readonly ReportColumn[]): Html {
  return html`<h2>Scores on the ${scored.split} split</h2>
${scoreTable(columns, `From 0 to 1 unless they are counts; ${columns.length > 1 ? 'bold marks the highest of a row, ' : ''}a dash a score without value.`)}`;
}

function pictures({ scored, cases, runs }: Report): Html {
  const others = scored.ids.length - cases.length;
  const turned = cases.every(({ flat }) => flat) ? '' : "; the patient's right side is on the left";
  return html`<h2>Lesions of the ${scored.split} split</h2>
<p>Each strip shows the same part of a slice three times: the image, the image with the
${outlineName('truth')} and the image with the ${outlineName('prediction')} of ${runs[0].name}. The lesion is in
the middle, in the slice that holds most of it${turned}.${others > 0 ? ` Shown are the first ${cases.length} of ${scored.ids.length} images.` : ''}</p>
${lesionPictures(cases)}
<h2>Whole slices</h2>
<p>Both outlines on one image: the ${outlineName('truth')} and, dashed, the ${outlineName('prediction')}.</p>
${overviewPictures(cases)}`;
}

function outlineName(outline: 'truth' | 'prediction'): Html {
  return html`<span class="legend"><i style="border-color:${colors[outline]}"></i></span>${outline}'s outline`;
}

function dateText(date: string): string {
  return `${date.slice(0, 10)} ${date.slice(11, 16)} UTC`;
}
