import { countText, durationText, largeText, plural, scoreText } from './format.ts';
import { type Html, html } from './html.ts';
import type { Report, ReportColumn } from './report.ts';

/** The result in a few sentences: the network, the baselines, the lesions found. */
export function verdict({ runs, baselines, cases }: Report): Html {
  const [main, ...others] = runs;
  const {
    slices: { pooled },
    lesions,
  } = main.scores;
  const dice = ({ name, scores }: ReportColumn): string =>
    `${name} ${scoreText(scores.slices.pooled.dice)}`;
  const compared = [...others, ...baselines].map(dice).join(', ');
  return html`<p class="verdict">On ${list(cases.map(({ id }) => id))}, which no network was trained on or chosen by,
<b>${main.name} reaches a foreground Dice of ${scoreText(pooled.dice)}</b>${compared === '' ? '' : ` (${compared})`}.
It finds ${lesions.found} of ${plural(lesions.found + lesions.missed, 'lesion')} and raises ${plural(lesions.falsePositives, 'false alarm')}.</p>`;
}

/** What was trained on what. */
export function facts({ engine, runs, data }: Report): Html {
  const threads = engine.threads > 1 ? `, ${engine.threads} threads` : ', 1 thread';
  return html`<p>${data.description}</p>
<div class="scroll"><table>
<caption>Patients of each split. No patient is in two.</caption>
<thead><tr><th scope="col">Split</th><th scope="col">Patients</th><th scope="col">Slices</th><th scope="col">with a lesion</th><th scope="col">Lesion pixels</th></tr></thead>
<tbody>${data.splits.map(
    ({ name, groups, slices, slicesWithLesion, lesionPixels }) =>
      html`<tr><th scope="row">${name}</th><td>${groups.join(', ')}</td><td>${countText(slices)}</td><td>${countText(slicesWithLesion)}</td><td>${countText(lesionPixels)}</td></tr>`,
  )}</tbody></table></div>
<div class="scroll"><table>
<caption>Networks, computed with ${engine.name} (${engine.device}${threads}).</caption>
<thead><tr><th scope="col">Network</th><th scope="col">Parameters</th><th scope="col">Multiply-adds</th><th scope="col">Amplified copies</th><th scope="col">Steps</th><th scope="col">Best step</th><th scope="col">Training time</th></tr></thead>
<tbody>${runs.map(
    (run) =>
      html`<tr><th scope="row">${run.name}</th><td>${countText(run.parameters)}</td><td>${largeText(run.multiplyAdds)}</td><td>${countText(run.amplifiedSamples)}</td><td>${countText(run.losses.at(-1)?.step ?? 0)}</td><td>${countText(run.bestStep)}</td><td>${durationText(run.trainingSeconds)}</td></tr>`,
  )}</tbody></table></div>`;
}

function list(items: readonly string[]): string {
  return items.length < 2
    ? (items[0] ?? 'the test images')
    : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
