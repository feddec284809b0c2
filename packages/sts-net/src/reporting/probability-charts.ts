import * as Plot from '@observablehq/plot';
import type { ProbabilityScores } from '../evaluation/probability-scores.ts';
import { lines } from '../report/colors.ts';
import { type Html, html } from '../report/html.ts';
import { plot } from '../report/plot.ts';

/** Classes that have a line of their own. */
const shown = lines.length;

/** What is found against false alarms, and what probabilities are worth, as two figures. */
export function probabilityCharts(probabilities: ProbabilityScores): Html {
  const several = probabilities.labels.length > 1;
  const names = several
    ? ` Lines: ${probabilities.labels
        .slice(0, shown)
        .map(({ label }, i) => `label ${label} ${['solid', 'dashed', 'dotted'][i]}`)
        .join(', ')}${probabilities.labels.length > shown ? '; of others see the table' : ''}.`
    : '';
  return html`<div class="charts">
<figure>${frocChart(probabilities)}
<figcaption>FROC: share of the lesions found against false alarms a case, threshold by threshold; bars are 95 % intervals${several ? ' of the means' : ''}.${names}</figcaption></figure>
<figure>${reliabilityChart(probabilities)}
<figcaption>Reliability: of voxels with a probability, the share that is lesion; on the grey line it is just that. The larger a dot, the more
voxels (logarithmic).${names}</figcaption></figure>
</div>`;
}

const size = {
  width: 480,
  height: 320,
  marginLeft: 48,
  marginBottom: 40,
  style: { fontSize: '12px' },
};

/** Beyond this many false alarms a case nobody looks. */
const mostAlarms = 16;

function frocChart({ labels, recalls, averagePrecision }: ProbabilityScores): Html {
  const bars = recalls
    .filter(({ recall }) => recall.high > recall.low)
    .map(({ falseAlarms, recall }) => ({ falseAlarms, low: recall.low, high: recall.high }));
  const curves = labels.slice(0, shown).map(({ froc: { falsePositivesPerCase, recall } }) => {
    const points = falsePositivesPerCase
      .map((falseAlarms, i) => ({ falseAlarms, recall: recall[i]! }))
      .filter(({ falseAlarms }) => falseAlarms <= mostAlarms);
    return [...points, { falseAlarms: mostAlarms, recall: points.at(-1)!.recall }];
  });
  return plot(
    {
      ...size,
      x: {
        label: 'false alarms a case',
        type: 'sqrt',
        domain: [0, mostAlarms],
        ticks: [0, 0.25, 1, 2, 4, 8, 16],
        tickFormat: String,
      },
      y: { label: 'lesions found', domain: [0, 1], grid: true },
      marks: [
        Plot.ruleX(bars, {
          ...{ x: 'falseAlarms', y1: 'low', y2: 'high' },
          ...{ stroke: lines[1].color, strokeWidth: 4, strokeOpacity: 0.5 },
        }),
        ...curves.map((points, i) =>
          Plot.line(points, {
            ...{ x: 'falseAlarms', y: 'recall', curve: 'step-after' },
            ...{ stroke: lines[0].color, strokeWidth: 2, strokeDasharray: lines[i]!.dashes },
          }),
        ),
      ],
    },
    `FROC; average precision ${averagePrecision.estimate.toFixed(4)}; ${recalls
      .map(({ falseAlarms, recall }) => `${recall.estimate.toFixed(4)} found at ${falseAlarms}`)
      .join(', ')}`,
  );
}

function reliabilityChart({ labels, calibrationError }: ProbabilityScores): Html {
  const each = labels
    .slice(0, shown)
    .map(({ reliability }) => reliability.filter(({ count }) => count > 0));
  const most = Math.max(...each.flat().map(({ count }) => count), 1);
  return plot(
    {
      ...size,
      x: { label: 'mean probability', domain: [0, 1] },
      y: { label: 'share that is lesion', domain: [0, 1], grid: true },
      marks: [
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: '#888', strokeDasharray: '4 4' },
        ),
        ...each.flatMap((points, i) => [
          Plot.line(points, {
            ...{ x: 'meanProbability', y: 'observed' },
            ...{ stroke: lines[0].color, strokeWidth: 2, strokeDasharray: lines[i]!.dashes },
          }),
          Plot.dot(points, {
            ...{ x: 'meanProbability', y: 'observed', fill: lines[0].color },
            r: ({ count }: { count: number }) => 2 + (5 * Math.log1p(count)) / Math.log1p(most),
          }),
        ]),
      ],
      r: { type: 'identity' },
    },
    `Reliability; expected calibration error ${calibrationError.estimate.toFixed(4)}`,
  );
}
