import * as Plot from '@observablehq/plot';
import { lines } from '../report/colors.ts';
import { plural, scoreText } from '../report/format.ts';
import { type Html, html, htmlPage, htmlTable } from '../report/html.ts';
import { plot } from '../report/plot.ts';
import type { OperatingPoint } from '../tuning/operating-point.ts';
import type { TunedRun } from '../tuning/tune-run.ts';
import { aimText, volumeText } from '../tuning/tuning-text.ts';

/** The curves among which operating points were chosen, as a page. */
export function tuningPage({ chosen, points }: Pick<TunedRun, 'chosen' | 'points'>): string {
  const { aim, cases, temperature, classes } = chosen;
  const sections = points.map((own, i) => {
    const best = classes[i]!;
    const heading = classes.length > 1 ? html`<h2>Class ${i + 1}</h2>` : html``;
    return html`${heading}
<p class="verdict">From a probability of ${best.threshold.toPrecision(3)} on${
      best.minimumVolume > 0
        ? `, without lesions below ${volumeText(best.minimumVolume, chosen)}`
        : ''
    }: ${(100 * best.recall).toFixed(0)} % of the lesions are found, with ${best.falseAlarms.toFixed(2)} false alarms a case.</p>
<div class="charts">
<figure>${recallChart(own, best)}<figcaption>Share of the lesions found against false alarms a case, threshold by
threshold: pale without taking small lesions away, dark without those below the chosen volume. Ringed: what was chosen.</figcaption></figure>
<figure>${scoreChart(own, best)}<figcaption>Mean Dice of the cases (solid) and F1 of the lesions (dashed) over the threshold, without
lesions below the chosen volume. Upright: what was chosen.</figcaption></figure>
</div>
${table(own, best)}`;
  });
  const body = html`<h1>Operating point</h1>
<p>Chosen for ${aimText(aim)} on ${plural(cases, 'validation case')}. The test split was not looked at; what is said here of the chosen
point is a little better than other cases will show.${
    temperature === 1
      ? ''
      : ` The log-odds of the network are divided by ${temperature}, by which its probabilities fit best how often it is right.`
  }</p>
${sections}`;
  return htmlPage('Operating point', body);
}

/** The points with the least volume that was chosen, in order of their thresholds. */
function along(points: readonly OperatingPoint[], minimumVolume: number) {
  return points
    .filter((one) => one.minimumVolume === minimumVolume)
    .sort((a, b) => a.threshold - b.threshold);
}

function recallChart(points: readonly OperatingPoint[], best: OperatingPoint): Html {
  const own = along(points, best.minimumVolume);
  const all = along(points, 0);
  const xy = { x: 'falseAlarms', y: 'recall' } as const;
  return plot(
    {
      ...size,
      x: { label: 'false alarms a case', type: 'sqrt', nice: true },
      y: { label: 'lesions found', domain: [0, 1], grid: true },
      marks: [
        Plot.line(all, { ...xy, stroke: lines[0].color, strokeOpacity: 0.3, strokeWidth: 2 }),
        Plot.line(own, { ...xy, stroke: lines[0].color, strokeWidth: 2 }),
        Plot.dot(own, { ...xy, fill: lines[0].color, r: 2.5 }),
        Plot.dot([best], { ...xy, stroke: lines[1].color, strokeWidth: 2, r: 8 }),
      ],
    },
    `At ${best.falseAlarms.toFixed(2)} false alarms a case ${scoreText(best.recall)} of the lesions are found`,
  );
}

function scoreChart(points: readonly OperatingPoint[], best: OperatingPoint): Html {
  const own = along(points, best.minimumVolume);
  const line = (y: 'caseDice' | 'lesionF1', i: 0 | 1) => [
    Plot.line(own, {
      ...{ x: 'threshold', y, stroke: lines[i].color, strokeWidth: 2 },
      strokeDasharray: lines[i].dashes,
    }),
  ];
  return plot(
    {
      ...size,
      x: { label: 'threshold', domain: [0, 1] },
      y: { label: 'score', domain: [0, 1], grid: true },
      marks: [
        ...line('caseDice', 0),
        ...line('lesionF1', 1),
        Plot.ruleX([best.threshold], { strokeOpacity: 0.5 }),
      ],
    },
    `Dice ${scoreText(best.caseDice)} and F1 ${scoreText(best.lesionF1)} at the threshold ${best.threshold}`,
  );
}

const size = {
  width: 480,
  height: 270,
  marginLeft: 48,
  marginBottom: 40,
  marginRight: 12,
  style: { fontSize: '12px' },
};

function table(points: readonly OperatingPoint[], best: OperatingPoint): Html {
  const rows = along(points, best.minimumVolume).map((one) => [
    `${one.threshold.toPrecision(3)}${one === best ? ' (chosen)' : ''}`,
    scoreText(one.recall),
    scoreText(one.precision),
    one.falseAlarms.toFixed(2),
    scoreText(one.lesionF1),
    scoreText(one.caseDice),
  ]);
  const header = ['threshold', 'found', 'right', 'false alarms a case', 'lesion F1', 'case Dice'];
  return htmlTable([header, ...rows]);
}
