import * as Plot from '@observablehq/plot';
import { lines } from './colors.ts';
import { countText, plural } from './format.ts';
import type { Html } from './html.ts';
import { plot } from './plot.ts';

export interface AreaHistogramOptions {
  /** Target areas in pixels, at least one, all above 0. */
  readonly areas: readonly number[];
  /** Areas to mark, by their names. */
  readonly marks: Readonly<Record<string, number>>;
  /** What each area is of: `slice` or `image`. */
  readonly unit: string;
}

/** Bars of a factor of ten. */
const barsPerDecade = 10;

/** How many images have a target of which area, on a logarithmic axis. */
export function areaHistogram({ areas, marks, unit }: AreaHistogramOptions): Html {
  const bars = barsOf(areas);
  const highest = Math.max(...bars.map(({ count }) => count));
  const limits = Object.entries(marks).sort(([, a], [, b]) => a - b);
  const values = [...bars.flatMap(({ from, to }) => [from, to]), ...limits.map(([, at]) => at)];
  const domain = [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
  const [rule] = lines.slice(1);
  return plot(
    {
      width: 760,
      height: 300,
      marginTop: 34,
      marginLeft: 52,
      marginRight: 16,
      marginBottom: 40,
      style: { fontSize: '13px' },
      x: {
        type: 'log',
        domain,
        label: `target area in ${unit} (pixels)`,
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: decades(domain),
        tickFormat: countText,
      },
      y: {
        label: `${unit}s`,
        domain: [0, highest],
        grid: true,
        nice: true,
        ticks: 5,
        labelArrow: 'none',
      },
      marks: [
        Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'count', fill: lines[0].color, inset: 0.5 }),
        Plot.ruleY([0], { strokeOpacity: 0.4 }),
        Plot.ruleX(limits, {
          x: '1',
          stroke: rule!.color,
          strokeWidth: 2,
          strokeDasharray: rule!.dashes,
        }),
        // The smaller one is written to the left of its line, the larger to the right.
        ...limits.map(([name, at], i) =>
          Plot.text([at], {
            x: [at],
            text: [`${name} = ${countText(at)}`],
            frameAnchor: 'top',
            textAnchor: i === 0 && limits.length > 1 ? 'end' : 'start',
            dx: i === 0 && limits.length > 1 ? -2 : 2,
            dy: -16,
            fill: rule!.color,
            fontWeight: 600,
          }),
        ),
      ],
    },
    `${plural(areas.length, unit)} with a target of ${countText(Math.min(...areas))} to ${countText(Math.max(...areas))} pixels`,
  );
}

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

function barsOf(areas: readonly number[]): readonly Bar[] {
  const counts = new Map<number, number>();
  for (const area of areas) {
    // Rounding must not push a power of ten into the bar below.
    const bar = Math.floor(Math.log10(area) * barsPerDecade + 1e-9);
    counts.set(bar, (counts.get(bar) ?? 0) + 1);
  }
  return [...counts].map(([bar, count]) => ({
    from: 10 ** (bar / barsPerDecade),
    to: 10 ** ((bar + 1) / barsPerDecade),
    count,
  }));
}

/** 1, 10, 100, … within the domain; with 2 and 5 between where there are few. */
function decades([least, most]: readonly number[]): readonly number[] {
  const steps = Math.log10(most! / least!) > 3 ? [1] : [1, 2, 5];
  return Array.from({ length: 12 }, (_, power) => power)
    .flatMap((power) => steps.map((step) => step * 10 ** power))
    .filter((tick) => tick >= least! && tick <= most!);
}
