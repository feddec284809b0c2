import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { colors } from './colors.ts';
import { scoreText } from './format.ts';
import { Html, html } from './html.ts';
import type { Report } from './report.ts';

/** The training loss and the validation Dice of all runs over the steps, as two figures. */
export function trainingCharts(runs: Report['runs']): Html {
  const several = runs.length > 1;
  const best = runs
    .map(({ name, bestStep }) => (several ? `${name}: step ${bestStep}` : `step ${bestStep}`))
    .join('; ');
  const legend = several
    ? html`<p class="legend">${runs.map(
        ({ name }, i) => html`<span><i style="border-color:${runColor(i)}"></i>${name}</span>`,
      )}</p>`
    : '';
  return html`${legend}
<div class="charts">
<figure>${lossChart(runs)}
<figcaption>Training loss at each step (pale) and its running mean over ${smoothing} steps. Lower is better; it is
measured on the patches that the network learns from.</figcaption></figure>
<figure>${validationChart(runs)}
<figcaption>${metricNames[runs[0].validationMetric]} on the validation split. The weights with the highest value are kept (ringed;
${best}); the test split plays no part in the choice.</figcaption></figure>
</div>`;
}

const smoothing = 15;

const metricNames = { dice: 'Foreground Dice', mIoU: 'Mean IoU of the paper' } as const;

function lossChart(runs: Report['runs']): Html {
  const marks = runs.flatMap(({ losses }, i) => [
    Plot.lineY(losses, { x: 'step', y: 'loss', stroke: runColor(i), strokeOpacity: 0.25 }),
    Plot.lineY(
      losses,
      Plot.windowY(
        { k: Math.min(smoothing, losses.length), anchor: 'end', strict: false },
        { x: 'step', y: 'loss', stroke: runColor(i), strokeWidth: 2 },
      ),
    ),
  ]);
  const last = runs.map(
    ({ name, losses }) => `${name} ${scoreText(losses.at(-1)?.loss ?? Number.NaN)}`,
  );
  return chart('Training loss', 'loss', marks, `ends at: ${last.join(', ')}`);
}

function validationChart(runs: Report['runs']): Html {
  const marks = runs.flatMap(({ validations, bestStep }, i) => [
    Plot.lineY(validations, { x: 'step', y: 'score', stroke: runColor(i), strokeWidth: 2 }),
    Plot.dot(validations, { x: 'step', y: 'score', fill: runColor(i), r: 3 }),
    Plot.dot(
      validations.filter(({ step }) => step === bestStep),
      { x: 'step', y: 'score', stroke: runColor(i), strokeWidth: 2, r: 7 },
    ),
  ]);
  const best = runs.map(({ name, validations }) => {
    const highest = Math.max(...validations.map(({ score }) => score));
    return `${name} ${scoreText(Number.isFinite(highest) ? highest : Number.NaN)}`;
  });
  return chart(
    'Validation score',
    metricNames[runs[0].validationMetric],
    marks,
    `highest: ${best.join(', ')}`,
  );
}

function chart(
  title: string,
  label: string,
  marks: readonly Plot.Markish[],
  summary: string,
): Html {
  const { document } = parseHTML('<html></html>');
  const svg = Plot.plot({
    document: document as unknown as Document,
    width: 480,
    height: 260,
    marginLeft: 48,
    style: { fontSize: '12px' },
    x: { label: 'step', ticks: 6 },
    y: { label, grid: true, zero: true, nice: true, ticks: 5 },
    marks: [Plot.ruleY([0], { strokeOpacity: 0.4 }), ...marks],
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${title} over the training steps; ${summary}`);
  return new Html(svg.outerHTML);
}

function runColor(index: number): string {
  return colors.runs[index % colors.runs.length]!;
}
