import * as Plot from '@observablehq/plot';
import type { Evaluation } from '../evaluation/evaluate-volumes.ts';
import { sizeTitles } from '../evaluation/evaluation-tables.ts';
import { lines } from '../report/colors.ts';
import { type Html, html } from '../report/html.ts';
import { plot } from '../report/plot.ts';
import { scores as known, type ScoreName } from '../scoring/scores.ts';

/** Scores from 0 to 1 that are shown case by case. */
const shown = [
  'dice',
  'precision',
  'recall',
  'nsd',
  'lesion-precision',
  'lesion-recall',
  'lesion-f1',
  'lesion-dice',
  'panoptic-quality',
] as const satisfies readonly ScoreName[];

const [blue, orange] = [lines[0].color, lines[1].color];

/** Each case by each score, its volume, and its lesions by size, as three figures. */
export function evaluationCharts(evaluation: Evaluation, inPixels: boolean): Html {
  return html`<div class="charts">
<figure>${strip(evaluation)}
<figcaption>${evaluation.cases.length < manyCases ? 'Each case is a stroke' : 'The darker, the more cases'}; the dot is the mean, the bar its 95 % interval.</figcaption></figure>
<figure>${blandAltman(evaluation, inPixels)}
<figcaption>Bland and Altman: each case's volume, prediction − truth, against the mean of both. The line is the mean
difference; 95 % of cases would lie between the dashed ones (1.96 standard deviations), were differences normal.</figcaption></figure>
<figure>${recallBars(evaluation, inPixels)}
<figcaption>Share of the true lesions of each size that a predicted one touches, with its 95 % interval.</figcaption></figure>
</div>`;
}

function strip({ cases, scores }: Evaluation): Html {
  const strokes = cases.flatMap((one) =>
    shown.flatMap((name) => {
      const { value } = one.scores[name];
      return Number.isNaN(value) ? [] : [{ score: known[name].title, value }];
    }),
  );
  const means = shown
    .filter((name) => scores[name].counted > 0)
    .map((name) => {
      const { estimate, low, high } = scores[name].interval;
      return { score: known[name].title, estimate, low, high };
    });
  return plot(
    {
      width: 480,
      height: 320,
      marginLeft: 110,
      marginBottom: 40,
      x: { domain: [0, 1], label: 'score', grid: true },
      y: { domain: shown.map((name) => known[name].title), label: null },
      marks: [
        ...caseMarks(strokes, cases.length),
        Plot.ruleY(means, { x1: 'low', x2: 'high', y: 'score', stroke: orange, strokeWidth: 4 }),
        Plot.dot(means, { x: 'estimate', y: 'score', fill: orange, r: 5 }),
      ],
    },
    `Scores case by case; means ${means.map(({ score, estimate }) => `${score} ${estimate.toFixed(4)}`).join(', ')}`,
  );
}

/** Cases from which on bins are drawn: a page of thousands of strokes is heavy, and they hide one another. */
const manyCases = 200;

interface Stroke {
  readonly score: string;
  readonly value: number;
}

/** A stroke for each case; of many, bins that are the darker the more cases they hold. */
function caseMarks(strokes: readonly Stroke[], cases: number): Plot.Markish[] {
  if (cases < manyCases) {
    const opacity = Math.max(0.15, Math.min(0.6, 20 / cases));
    return [Plot.tickX(strokes, { x: 'value', y: 'score', stroke: blue, strokeOpacity: opacity })];
  }
  const counts = new Map<string, { score: string; bin: number; share: number }>();
  for (const { score, value } of strokes) {
    const bin = Math.min(bins - 1, Math.floor(value * bins));
    const key = `${score} ${bin}`;
    const one = counts.get(key) ?? { score, bin, share: 0 };
    one.share += 1 / cases;
    counts.set(key, one);
  }
  return [
    Plot.barX([...counts.values()], {
      ...{ x1: ({ bin }) => bin / bins, x2: ({ bin }) => (bin + 1) / bins, y: 'score' },
      // Few cases must be seen beside many.
      ...{ fill: blue, fillOpacity: ({ share }) => 0.12 + 0.88 * Math.sqrt(share), inset: 0 },
    }),
  ];
}

const bins = 50;

function blandAltman({ cases, scores }: Evaluation, inPixels: boolean): Html {
  const unit = inPixels ? '1000 pixels' : 'ml';
  const points = cases.map(({ id, volumes: { truth, prediction } }) => ({
    id,
    mean: (truth + prediction) / 2,
    difference: prediction - truth,
  }));
  const { mean, deviation } = scores['volume-difference'];
  const limits = Number.isNaN(deviation) ? [] : [mean - 1.96 * deviation, mean + 1.96 * deviation];
  return plot(
    {
      width: 480,
      height: 320,
      marginLeft: 60,
      marginBottom: 40,
      x: { label: `mean of prediction and truth (${unit})`, zero: true, nice: true },
      y: { label: `difference (${unit})`, grid: true, nice: true },
      marks: [
        Plot.ruleY([0], { stroke: '#888' }),
        Plot.ruleY([mean], { stroke: orange, strokeWidth: 2 }),
        Plot.ruleY(limits, { stroke: orange, strokeDasharray: '6 4' }),
        Plot.dot(points, {
          x: 'mean',
          y: 'difference',
          ...(cases.length < manyCases && { title: 'id' }),
          fill: blue,
          fillOpacity: cases.length > 200 ? 0.35 : 0.7,
          r: 3,
        }),
      ],
    },
    `Differences of volume; mean ${mean.toFixed(4)} ${unit}`,
  );
}

function recallBars({ recallBySize }: Evaluation, inPixels: boolean): Html {
  const titles = sizeTitles(recallBySize, inPixels);
  const bars = recallBySize.map((bin, i) => ({
    size: titles[i]!,
    recall: bin.lesions === 0 ? 0 : bin.recall,
    text: `${bin.found} of ${bin.lesions}`,
    low: bin.interval.low,
    high: bin.interval.high,
  }));
  const certain = bars.filter(({ low, high }) => high > low);
  return plot(
    {
      width: 480,
      height: 320,
      marginBottom: 45,
      x: { domain: bars.map(({ size }) => size), label: inPixels ? 'pixels' : 'volume' },
      y: { domain: [0, 1], label: 'found', grid: true },
      marks: [
        Plot.barY(bars, { x: 'size', y: 'recall', fill: blue }),
        Plot.ruleX(certain, { x: 'size', y1: 'low', y2: 'high', stroke: orange, strokeWidth: 4 }),
        Plot.text(bars, {
          x: 'size',
          y: 0,
          text: 'text',
          dy: -10,
          fontSize: 12,
          stroke: 'white',
          strokeWidth: 5,
          fill: '#1a1a1a',
        }),
        Plot.ruleY([0]),
      ],
    },
    `Lesions found by size: ${bars.map(({ size, text }) => `${size}: ${text}`).join('; ')}`,
  );
}
