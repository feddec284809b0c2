import { countText, durationText, largeText, plural, scoreText } from './format.ts';
import { type Html, html } from './html.ts';
import type { Report, ReportColumn, ReportRun } from './report.ts';

/** The result in a few sentences: the network, the baselines, the lesions found. */
export function verdict({ runs, baselines, scored }: Report): Html {
  const [main, ...others] = runs;
  if (main.scores === undefined) {
    return html`<p class="verdict">${progress(main)} No weights are saved yet, so there is nothing to score.</p>`;
  }
  const {
    slices: { pooled },
    lesions,
  } = main.scores;
  const compared = scoredColumns([...others, ...baselines])
    .map(({ name, scores }) => `${name} ${scoreText(scores.slices.pooled.dice)}`)
    .join(', ');
  const isEnded = stepOf(main) >= main.steps;
  return html`<p class="verdict">${isEnded ? '' : html`${progress(main)} `}On ${list(scored.ids)}, ${roles[scored.split]},
<b>${main.name} reaches a foreground Dice of ${scoreText(pooled.dice)}</b>${compared === '' ? '' : ` (${compared})`}.
It finds ${lesions.found} of ${plural(lesions.found + lesions.missed, 'lesion')} and raises ${plural(lesions.falsePositives, 'false alarm')}.</p>`;
}

const roles = {
  test: 'which no network was trained on or chosen by',
  validation: 'by which the weights were chosen, so that scores are better than on unseen images',
  training: 'which it was trained on, so that scores say little about unseen images',
} as const;

/** Those that have scores. */
export function scoredColumns(
  columns: readonly (ReportColumn | ReportRun)[],
): readonly ReportColumn[] {
  return columns.filter((one): one is ReportColumn => one.scores !== undefined);
}

function stepOf({ losses }: ReportRun): number {
  return losses.at(-1)?.step ?? 0;
}

function progress(run: ReportRun): string {
  return `The training stands at step ${countText(stepOf(run))} of ${countText(run.steps)}.`;
}

const splitCounts = [
  ['Cases', 'cases'],
  ['Slices', 'slices'],
  ['with a lesion', 'slicesWithLesion'],
  ['Lesion pixels', 'lesionPixels'],
] as const;

/** What was trained on what. */
export function facts({ engine, runs, data }: Report): Html {
  const counted = splitCounts.filter(([, of]) => data.splits.every((one) => one[of] !== undefined));
  const threads = engine.threads > 1 ? `, ${engine.threads} threads` : ', 1 thread';
  return html`<p>${data.description}</p>
<div class="scroll"><table>
<caption>Patients of each split. No patient is in two.</caption>
<thead><tr><th scope="col">Split</th><th scope="col">Patients</th>${counted.map(([name]) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${data.splits.map(
    (split) =>
      html`<tr><th scope="row">${split.name}</th><td>${listed(split.groups)}</td>${counted.map(([, of]) => html`<td>${countText(split[of]!)}</td>`)}</tr>`,
  )}</tbody></table></div>
<div class="scroll"><table>
<caption>Networks, computed with ${engine.name} (${engine.device}${threads}).</caption>
<thead><tr><th scope="col">Network</th><th scope="col">Parameters</th><th scope="col">Multiply-adds</th><th scope="col">Amplified copies</th><th scope="col">Steps</th><th scope="col">Best step</th><th scope="col">Training time</th></tr></thead>
<tbody>${runs.map(
    (run) =>
      html`<tr><th scope="row">${run.name}</th><td>${countText(run.parameters)}</td><td>${largeText(run.multiplyAdds)}</td><td>${countText(run.amplifiedSamples)}</td><td>${countText(stepOf(run))}</td><td>${countText(run.bestStep)}</td><td>${durationText(run.trainingSeconds)}</td></tr>`,
  )}</tbody></table></div>`;
}

/** Names in a cell. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(', ');
  return names.length > mostNames
    ? `${shown} and ${countText(names.length - mostNames)} more`
    : shown;
}

const mostNames = 12;

function list(items: readonly string[]): string {
  if (items.length > 4) return plural(items.length, 'image');
  return items.length < 2
    ? (items[0] ?? 'the test images')
    : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
