import * as Plot from '@observablehq/plot';
import { lines } from './colors.ts';
import { scoreText } from './format.ts';
import { type Html, html } from './html.ts';
import { plot } from './plot.ts';
import type { Report, ReportRun } from './report.ts';

/** The training loss and the validation Dice of all runs over the steps, as two figures. */
export function trainingCharts(runs: Report['runs']): Html {
  const several = runs.length > 1;
  const every = Math.ceil(Math.max(1, ...runs.map(({ losses }) => losses.length)) / points);
  const best = runs
    .map(({ name, bestStep }) => (several ? `${name}: step ${bestStep}` : `step ${bestStep}`))
    .join('; ');
  const legend = several
    ? html`<p class="legend">${runs.map(
        ({ name }, i) =>
          html`<span><i style="border-top:4px ${lineOf(i).border} ${lineOf(i).color}"></i>${name}</span>`,
      )}</p>`
    : '';
  return html`${legend}
<div class="charts">
<figure>${lossChart(runs.map(({ name, losses }) => ({ name, losses: meansOf(losses, every) })))}
<figcaption>Training loss ${every === 1 ? 'at each step' : `as means of ${every} steps`} (pale) and its running mean over ${smoothing * every} steps. Lower is better; it is
measured on the patches that the network learns from.</figcaption></figure>
<figure>${validationChart(runs)}
<figcaption>${metricNames[runs[0].validationMetric]} on the validation split. The weights with the highest value are kept (ringed;
${best}); the test split plays no part in the choice.</figcaption></figure>
</div>`;
}

const smoothing = 15;

const metricNames = {
  dice: 'Foreground Dice',
  'case-dice': 'Mean Dice of the cases',
  'lesion-f1': 'F1 of the lesions',
  mIoU: 'Mean IoU of the paper',
  own: 'The chosen score',
} as const;

/** Most points of a line. */
const points = 1500;

type Losses = ReportRun['losses'];

/** The means of so many losses that follow one another, at the last step of each. */
function meansOf(losses: Losses, every: number): Losses {
  if (every <= 1) return losses;
  return Array.from({ length: Math.ceil(losses.length / every) }, (_, i) => {
    const part = losses.slice(i * every, (i + 1) * every);
    const sum = part.reduce((total, { loss }) => total + loss, 0);
    return { step: part.at(-1)!.step, loss: sum / part.length };
  });
}

function lossChart(runs: readonly Pick<ReportRun, 'name' | 'losses'>[]): Html {
  const marks = runs.flatMap(({ losses }, i) => [
    Plot.lineY(losses, { x: 'step', y: 'loss', stroke: lineOf(i).color, strokeOpacity: 0.25 }),
    Plot.lineY(
      losses,
      Plot.windowY(
        { k: Math.min(smoothing, losses.length), strict: false },
        { x: 'step', y: 'loss', ...stroke(i) },
      ),
    ),
  ]);
  const values = runs.flatMap(({ losses }) => losses.map(({ loss }) => loss));
  const last = runs.map(
    ({ name, losses }) => `${name} ${scoreText(losses.at(-1)?.loss ?? Number.NaN)}`,
  );
  const steps = runs.flatMap(({ losses }) => losses.map(({ step }) => step));
  return chart(steps, {
    label: 'loss',
    marks,
    values,
    text: `Training loss; ends at ${last.join(', ')}`,
  });
}

function validationChart(runs: Report['runs']): Html {
  const marks = runs.flatMap(({ validations, bestStep }, i) => [
    Plot.lineY(validations, { x: 'step', y: 'score', ...stroke(i) }),
    Plot.dot(validations, { x: 'step', y: 'score', fill: lineOf(i).color, r: 3 }),
    Plot.dot(
      validations.filter(({ step }) => step === bestStep),
      { x: 'step', y: 'score', stroke: lineOf(i).color, strokeWidth: 2, r: 7 },
    ),
  ]);
  const values = runs.flatMap(({ validations }) => validations.map(({ score }) => score));
  const label = metricNames[runs[0].validationMetric];
  const best = runs.map(({ name, validations }) => {
    const scores = validations.map(({ score }) => score);
    return `${name} ${scores.length === 0 ? 'none' : scoreText(Math.max(...scores))}`;
  });
  const steps = runs.flatMap(({ losses }) => losses.map(({ step }) => step));
  return chart(steps, {
    label,
    marks,
    values,
    text: `${label} in validation; highest ${best.join(', ')}`,
  });
}

interface ChartOptions {
  /** Of the vertical axis. */
  readonly label: string;
  readonly marks: readonly Plot.Markish[];
  /** Every value on the vertical axis. */
  readonly values: readonly number[];
  /** What the chart says, for readers who do not see it. */
  readonly text: string;
}

/** A chart over the steps of all runs, from 0 up. */
function chart(steps: readonly number[], { label, marks, values, text }: ChartOptions): Html {
  const last = largest(steps, 1);
  const options = {
    width: 480,
    height: 260,
    marginLeft: 48,
    marginRight: 12,
    style: { fontSize: '12px' },
    x: { label: 'step', domain: [0, last], ticks: 6 },
    y: { label, domain: [0, largest(values, 0.1)], grid: true, nice: true, ticks: 5 },
    marks: [Plot.ruleY([0], { strokeOpacity: 0.4 }), ...marks],
  };
  return plot(options, text);
}

/** The largest of `values`, which may be many, but at least `least`. */
function largest(values: readonly number[], least: number): number {
  return values.reduce((most, one) => Math.max(one, most), least);
}

/** Colour and dashes of a run's line. */
function lineOf(index: number): (typeof lines)[number] {
  return lines[index % lines.length]!;
}

function stroke(index: number): { stroke: string; strokeWidth: number; strokeDasharray: string } {
  const { color, dashes } = lineOf(index);
  return { stroke: color, strokeWidth: 2, strokeDasharray: dashes };
}
